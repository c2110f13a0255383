import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CaissonClient } from '@caisson/client';
import { SandboxWorld, startStandaloneProcess, type StandaloneProcess } from '@caisson/local';
import pg from 'pg';
import { makeTemporaryDirectory } from './temporary-directory.js';

/** Characters of its output that are kept. */
const OUTPUT_MAX = 16 * 1_048_576;

/** A Caisson in one process on throwaway data, with an administrator who is logged in. */
export class EmbeddedCaisson {
  /** A folder for what tests see as the world; removed at the end. */
  readonly folder: string;
  readonly #remove: () => Promise<void>;
  #output = '';
  #running: Running | undefined;

  private constructor(directory: { path: string; remove: () => Promise<void> }) {
    this.folder = directory.path;
    this.#remove = directory.remove;
  }

  /** Starts it on free ports and registers the administrator. */
  static async start(environment: Readonly<Record<string, string>> = {}): Promise<EmbeddedCaisson> {
    const caisson = new EmbeddedCaisson(await makeTemporaryDirectory());
    await caisson.#start(environment);
    return caisson;
  }

  get process(): StandaloneProcess {
    return this.#alive.process;
  }

  get client(): CaissonClient {
    return this.#alive.client;
  }

  /** The administrator's access token. */
  get token(): string {
    return this.#alive.token;
  }

  get sandbox(): SandboxWorld {
    return new SandboxWorld(this.process.sandboxUrl);
  }

  /** The newest whole lines that its processes wrote. */
  get lines(): readonly string[] {
    return this.#output.split('\n').slice(0, -1); // Of the last one the end may be missing.
  }

  /** Stops it and starts it again on the same data. */
  async restart(environment: Readonly<Record<string, string>>): Promise<void> {
    await this.#stop();
    await this.#start(environment);
  }

  /** Asks the event store's database, past Caisson. */
  async query<Row extends pg.QueryResultRow>(sql: string, values: readonly unknown[] = []): Promise<readonly Row[]> {
    const { rows } = await this.#alive.pool.query<Row>(sql, [...values]);
    return rows;
  }

  /** The secrets that the installation made for itself. */
  async readSecrets(): Promise<{ readonly jwtSecret: string }> {
    return JSON.parse(await readFile(join(this.folder, 'data', 'secrets.json'), 'utf8')) as { jwtSecret: string };
  }

  async stop(): Promise<void> {
    await this.#stop();
    await this.#remove();
  }

  get #alive(): Running {
    if (this.#running === undefined) throw new Error('Caisson does not run');
    return this.#running;
  }

  async #start(environment: Readonly<Record<string, string>>): Promise<void> {
    const dataDirectory = join(this.folder, 'data');
    const onOutput = (text: string): void => {
      this.#output = (this.#output + text).slice(-OUTPUT_MAX);
    };
    const process = await startStandaloneProcess({ dataDirectory, durable: false, environment, onOutput });
    const token = await logIn(process);
    const pool = new pg.Pool({ connectionString: await databaseUrlOf(dataDirectory), max: 2 });
    this.#running = { process, token, pool, client: new CaissonClient({ url: process.url, token }) };
  }

  async #stop(): Promise<void> {
    await this.#running?.pool.end();
    await this.#running?.process.stop();
    this.#running = undefined;
  }
}

interface Running {
  readonly process: StandaloneProcess;
  readonly client: CaissonClient;
  readonly token: string;
  readonly pool: pg.Pool;
}

/** The administrator of every throwaway Caisson. */
export const ACCOUNT = { username: 'admin', password: 'correct horse battery staple' } as const;

async function logIn({ bootstrapToken, url }: StandaloneProcess): Promise<string> {
  const anonymous = new CaissonClient({ url });
  await anonymous.register({ ...ACCOUNT, bootstrapToken }).catch((error: unknown) => {
    if (!(error instanceof Error && error.message.startsWith('409'))) throw error; // It was started before.
  });
  const { access_token: token } = await anonymous.login(ACCOUNT);
  return token;
}

const PORT_LINE = 3; // Of `postmaster.pid`.

async function databaseUrlOf(dataDirectory: string): Promise<string> {
  const postmaster = await readFile(join(dataDirectory, 'postgres', 'postmaster.pid'), 'utf8');
  const secrets = JSON.parse(await readFile(join(dataDirectory, 'secrets.json'), 'utf8')) as {
    postgresPassword: string;
  };
  const port = Number(postmaster.split('\n')[PORT_LINE]);
  return `postgres://postgres:${secrets.postgresPassword}@127.0.0.1:${port}/caisson`;
}
