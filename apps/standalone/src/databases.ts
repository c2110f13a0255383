import { createRequire } from 'node:module';
import { databaseUrl } from '@caisson/postgres-server';
import type * as Pg from 'pg';
import type { OwnSecrets } from './own-secrets.js';

const pg = createRequire(import.meta.url)('pg') as typeof Pg;

/** The databases of a self-contained installation. */
export interface Databases {
  /** Owner of the event store's tables. */
  readonly ownerUrl: string;
  /** The application role. */
  readonly appUrl: string;
  /** The sandbox cloud's own database: another world, as a real cloud is. */
  readonly sandboxUrl: string;
}

const DATABASE = 'caisson';
const SANDBOX_DATABASE = 'sandbox_cloud';
const APP_ROLE = 'caisson_app';

/** Makes the databases that are not there yet. Roles and tables come with the migrations. */
export async function makeDatabases(serverUrl: string, secrets: OwnSecrets): Promise<Databases> {
  const client = new pg.Client({ connectionString: serverUrl });
  await client.connect();
  try {
    for (const name of [DATABASE, SANDBOX_DATABASE]) {
      const found = await client.query('select 1 from pg_database where datname = $1', [name]);
      if (found.rowCount === 0) await client.query(`create database ${name}`);
    }
  } finally {
    await client.end();
  }
  const app = new URL(databaseUrl(serverUrl, DATABASE));
  app.username = APP_ROLE;
  app.password = secrets.databasePassword;
  return {
    ownerUrl: databaseUrl(serverUrl, DATABASE),
    appUrl: app.href,
    sandboxUrl: databaseUrl(serverUrl, SANDBOX_DATABASE),
  };
}
