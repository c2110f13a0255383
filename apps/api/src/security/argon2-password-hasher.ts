import { hash, verify, type Options } from '@node-rs/argon2';
import { Fault } from '@caisson/kernel';
import type { PasswordHasher } from '@caisson/tenancy';

/**
 * Argon2id (the library's default) with 19 MiB, 2 passes, 1 lane.
 * Source: OWASP Password Storage Cheat Sheet, section Argon2id.
 */
const PARAMETERS: Options = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** Hashes in work at once: each takes a thread of the pool and 19 MiB. */
const AT_ONCE_MAX = 2;

/** Hashes in work or waiting: some seconds of work; more is refused, so that logins cannot use up the process. */
const ACCEPTED_MAX = 64;

/** Argon2id on the thread pool of Node, a few at a time. */
export class Argon2PasswordHasher implements PasswordHasher {
  private decoy: Promise<string> | undefined;
  private accepted = 0;
  private running = 0;
  private readonly waiting: (() => void)[] = [];

  async hash(password: string): Promise<string> {
    return this.inTurn(() => hash(password, PARAMETERS));
  }

  async verify(passwordHash: string | undefined, password: string): Promise<boolean> {
    const decoy = await this.foundDecoy();
    const fits = await this.inTurn(() => verify(passwordHash ?? decoy, password));
    return fits && passwordHash !== undefined;
  }

  private foundDecoy(): Promise<string> {
    this.decoy ??= this.inTurn(() => hash('a password that nobody has', PARAMETERS)).catch((error: unknown) => {
      this.decoy = undefined; // Made again at the next login.
      throw error;
    });
    return this.decoy;
  }

  private async inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.accepted >= ACCEPTED_MAX) {
      throw new Fault('too-busy', `${ACCEPTED_MAX} passwords are being checked. Try again shortly.`, {
        retryable: true,
      });
    }
    this.accepted += 1;
    if (this.running >= AT_ONCE_MAX) await new Promise<void>((resolve) => this.waiting.push(resolve));
    this.running += 1;
    try {
      return await work();
    } finally {
      this.accepted -= 1;
      this.running -= 1;
      this.waiting.shift()?.();
    }
  }
}
