import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { EngineFailure } from '@caisson/engine';
import { isKnownDead } from '@caisson/event-store-postgres';
import { Turns } from './turns.js';

const POLL_MS = 50;
/** Longer than an installation may take. */
const WAIT_LIMIT_MS = 900_000;

/** Lets one installation at a time use a folder, over all processes of this machine that share it. */
export class InstallLock {
  readonly #path: string;
  readonly #identity: string;
  readonly #turns = new Turns();

  /**
   * @param path - file that says who installs.
   * @param identity - `processIdentity()`: what a process that died has left is taken over.
   */
  constructor(path: string, identity: string) {
    this.#path = path;
    this.#identity = identity;
  }

  /** @throws EngineFailure `install-busy` when it was not free in time, `tool-stopped` when told to stop; transient. */
  async hold<Result>(signal: AbortSignal, work: () => Promise<Result>): Promise<Result> {
    return this.#turns.take('install', signal, async () => {
      await this.#acquire(signal);
      try {
        return await work();
      } finally {
        await rm(this.#path, { force: true });
      }
    });
  }

  async #acquire(signal: AbortSignal): Promise<void> {
    await mkdir(dirname(this.#path), { recursive: true, mode: 0o700 });
    const deadline = performance.now() + WAIT_LIMIT_MS;
    while (!(await this.#tryCreate())) {
      const holder = await readFile(this.#path, 'utf8').catch(() => '');
      if (isKnownDead(holder)) await rm(this.#path, { force: true });
      else await delay(POLL_MS);
      if (signal.aborted) throw failure('tool-stopped', 'The call was stopped before anything was done.');
      if (performance.now() > deadline) {
        throw failure('install-busy', `Another process installs providers. If none does, remove ${this.#path}.`);
      }
    }
  }

  async #tryCreate(): Promise<boolean> {
    try {
      await writeFile(this.#path, this.#identity, { flag: 'wx', mode: 0o600 });
      return true;
    } catch (error) {
      if (typeof error === 'object' && error !== null && 'code' in error && error.code === 'EEXIST') return false;
      throw error;
    }
  }
}

function failure(code: string, message: string): EngineFailure {
  return new EngineFailure(code, message, { errorClass: 'transient' });
}
