import { mkdir, readFile, rename, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { CaissonClient, type TokenAnswer } from '@caisson/client';

type Environment = Readonly<Record<string, string | undefined>>;

/** Who is logged in, and where. */
export interface Credentials {
  readonly url: string;
  readonly tenant: string;
  readonly username: string;
  readonly accessToken: string;
  /** Milliseconds since 1970. */
  readonly accessExpiresAt: number;
  readonly refreshToken: string;
}

/** A token is renewed when less than this is left of it. */
const RENEW_MS = 60_000;
/** How long a renewal goes on trying. Its last try may take 15 s more: it is over before its lock is stale. */
const RENEWAL_PATIENCE_MS = 10_000;
/** A lock that a process left behind is waited out, and then taken. */
const LOCK = { waitMs: 40_000, pauseMs: 100, staleMs: 30_000 } as const;

/** What a login or a renewal gave, to be kept. */
export function credentialsOf(
  who: Pick<Credentials, 'url' | 'tenant' | 'username'>,
  tokens: TokenAnswer,
  now: number,
): Credentials {
  const { url, tenant, username } = who;
  const times = { accessExpiresAt: now + tokens.expires_in * 1_000 };
  return { url, tenant, username, accessToken: tokens.access_token, refreshToken: tokens.refresh_token, ...times };
}

/** Keeps credentials in a file that only its owner can read. */
export class CredentialStore {
  readonly path: string;

  constructor(environment: Environment) {
    const base = environment['XDG_CONFIG_HOME'] ?? '';
    this.path = join(base === '' ? join(homedir(), '.config') : base, 'caisson', 'credentials.json');
  }

  async read(): Promise<Credentials | undefined> {
    try {
      return JSON.parse(await readFile(this.path, 'utf8')) as Credentials;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw new Error(`${this.path} cannot be read. Remove it and log in again.`, { cause: error });
    }
  }

  async write(credentials: Credentials): Promise<void> {
    await mkdir(dirname(this.path), { recursive: true, mode: 0o700 });
    const next = `${this.path}.${process.pid}`;
    await writeFile(next, `${JSON.stringify(credentials, undefined, 2)}\n`, { mode: 0o600 });
    await rename(next, this.path);
  }

  async remove(): Promise<void> {
    await rm(this.path, { force: true });
  }

  /** An access token that is valid for a while. A refresh token counts once, so one process at a time renews. */
  async freshToken(credentials: Credentials): Promise<string> {
    if (isFresh(credentials)) return credentials.accessToken;
    return this.#alone(async () => {
      const kept = (await this.read()) ?? credentials;
      if (isFresh(kept)) return kept.accessToken; // Another process did it meanwhile.
      const { api } = new CaissonClient({ url: kept.url, patienceMs: RENEWAL_PATIENCE_MS });
      const { data } = await api.POST('/api/v1/auth/refresh', { body: { refresh_token: kept.refreshToken } });
      if (data === undefined) throw new Error('The API renewed the session without tokens.');
      const renewed = credentialsOf(kept, data, Date.now());
      await this.write(renewed);
      return renewed.accessToken;
    });
  }

  async #alone<Result>(work: () => Promise<Result>): Promise<Result> {
    const lock = `${this.path}.lock`;
    const deadline = performance.now() + LOCK.waitMs;
    while (!(await hasTaken(lock))) {
      if (performance.now() > deadline) throw new Error(`${lock} is held. Remove it when no caisson runs.`);
      await pause(LOCK.pauseMs);
    }
    try {
      return await work();
    } finally {
      await rmdir(lock).catch(unlessGone);
    }
  }
}

/** Whoever took the lock for stale, or a person, may have removed it meanwhile. */
function unlessGone(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}

function isFresh({ accessExpiresAt }: Credentials): boolean {
  return accessExpiresAt - Date.now() > RENEW_MS;
}

async function hasTaken(lock: string): Promise<boolean> {
  try {
    await mkdir(lock);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    const held = await stat(lock).catch(() => undefined);
    if (held !== undefined && Date.now() - held.mtimeMs > LOCK.staleMs) await rmdir(lock).catch(() => undefined);
    return false;
  }
}
