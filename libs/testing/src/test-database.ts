import { randomUUID } from 'node:crypto';
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

/** Makes a fresh database on the run's server. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const serverUrl = inject('postgresUrl');
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await administer(serverUrl, `create database ${name}`);
  return {
    url: databaseUrl(serverUrl, name),
    drop: () => administer(serverUrl, `drop database if exists ${name} with (force)`),
  };
}

async function administer(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
