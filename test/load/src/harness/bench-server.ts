import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { databaseUrl, startPostgresServer } from '@caisson/postgres-server';

/** A Postgres for one goal, as durable as in production, removed at the end. */
export interface BenchServer {
  readonly pid: number;
  readonly version: string;
  /** A fresh database, by its superuser URL. */
  createDatabase(name: string): Promise<string>;
  stop(): Promise<void>;
}

/** Starts it: defaults, `fsync` on, more connections for the peers that need one per caller. */
export async function startBenchServer(): Promise<BenchServer> {
  const directory = await mkdtemp(join(tmpdir(), 'caisson-bench-postgres-'));
  await chmod(directory, 0o755); // As root the server runs as another user, who must get in.
  const server = await startPostgresServer({
    password: 'bench', // Throwaway data.
    dataDirectory: join(directory, 'data'),
    persistent: false,
    durable: true,
    settings: ['max_connections=300'],
  });
  const [row] = await queryOnce<{ version: string }>(server.url, "select current_setting('server_version') as version");
  return {
    pid: server.pid,
    version: row?.version ?? 'unknown',
    createDatabase: async (name) => {
      await queryOnce(server.url, `create database ${name}`);
      return databaseUrl(server.url, name);
    },
    stop: async () => {
      await server.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** Runs one statement on a connection of its own. */
export async function queryOnce<Row extends pg.QueryResultRow>(url: string, text: string): Promise<readonly Row[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row>(text)).rows;
  } finally {
    await client.end();
  }
}
