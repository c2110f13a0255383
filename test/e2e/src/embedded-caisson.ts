import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CaissonClient } from '@caisson/client';
import { SandboxWorld, startStandaloneProcess, type StandaloneProcess } from '@caisson/local';
import pg from 'pg';
import { makeTemporaryDirectory } from './temporary-directory.js';

/** A Caisson in one process, with an administrator who is logged in. */
export interface EmbeddedCaisson {
  readonly process: StandaloneProcess;
  readonly client: CaissonClient;
  readonly token: string;
  readonly sandbox: SandboxWorld;
  /** A folder for what tests see as the world; removed at the end. */
  readonly folder: string;
  /** Asks the event store past Caisson. */
  query<Row extends pg.QueryResultRow>(sql: string, values?: readonly unknown[]): Promise<readonly Row[]>;
  stop(): Promise<void>;
}

const ACCOUNT = { username: 'admin', password: 'correct horse battery staple' } as const;
const PORT_LINE = 3; // Of `postmaster.pid`.

/** Starts it on free ports with throwaway data. */
export async function startEmbeddedCaisson(environment: Record<string, string> = {}): Promise<EmbeddedCaisson> {
  const directory = await makeTemporaryDirectory();
  const dataDirectory = join(directory.path, 'data');
  const process = await startStandaloneProcess({ dataDirectory, durable: false, environment });
  const { bootstrapToken, sandboxUrl, url } = process;
  const anonymous = new CaissonClient({ url });
  await anonymous.register({ ...ACCOUNT, bootstrapToken });
  const token = await anonymous.login(ACCOUNT);
  const postmaster = await readFile(join(dataDirectory, 'postgres', 'postmaster.pid'), 'utf8');
  const port = Number(postmaster.split('\n')[PORT_LINE]);
  const pool = new pg.Pool({ connectionString: `postgres://postgres:postgres@127.0.0.1:${port}/caisson`, max: 2 });
  return {
    process,
    client: new CaissonClient({ url, token }),
    token,
    sandbox: new SandboxWorld(sandboxUrl),
    folder: directory.path,
    query: async (sql, values = []) => (await pool.query(sql, [...values])).rows,
    stop: async () => {
      await pool.end();
      await process.stop();
      await directory.remove();
    },
  };
}
