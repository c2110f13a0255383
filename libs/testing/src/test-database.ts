import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { databaseUrl } from '@caisson/postgres-server';
import pg from 'pg';
import { inject } from 'vitest';

declare module 'vitest' {
  interface ProvidedContext {
    /** Superuser URL of the run's Postgres server; set by the global set-up of the suites that need one. */
    postgresUrl: string;
  }
}

/** An empty database of its own for one test or file. */
export interface TestDatabase {
  /** Superuser URL of the database. */
  readonly url: string;
  /** Removes the database and everyone still connected to it. */
  drop(): Promise<void>;
}

/** A pool has ended before its connections are gone; one that is cut off meanwhile is an error that nobody hears. */
const LEAVING_MS_MAX = 1_000;
const POLL_MS = 10;

/** Makes a fresh database on the run's server. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const serverUrl = inject('postgresUrl');
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await administer(serverUrl, (client) => client.query(`create database ${name}`));
  return {
    url: databaseUrl(serverUrl, name),
    drop: () =>
      administer(serverUrl, async (client) => {
        const deadline = performance.now() + LEAVING_MS_MAX;
        while (performance.now() < deadline && (await isUsed(client, name))) await delay(POLL_MS);
        await client.query(`drop database if exists ${name} with (force)`);
      }),
  };
}

async function isUsed(client: pg.Client, name: string): Promise<boolean> {
  const { rowCount } = await client.query('select from pg_stat_activity where datname = $1', [name]);
  return rowCount !== 0;
}

async function administer(url: string, act: (client: pg.Client) => Promise<unknown>): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await act(client);
  } finally {
    await client.end();
  }
}
