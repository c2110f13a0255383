import pg from 'pg';

/** Everything of the cloud is in a schema of its own, so that it can share a database. */
const SCHEMA = 'sandbox_cloud';

const CONNECTIONS_MAX = 10;
const CONNECT_TIMEOUT_MS = 5_000;
const STATEMENT_TIMEOUT_MS = 10_000;

/** Two clouds that start at once on one database wait for each other: `create … if not exists` alone is racy. */
const SCHEMA_LOCK = 7_240_311;

const DEFINITION = `
create schema if not exists ${SCHEMA};

create table if not exists ${SCHEMA}.resources (
  seq bigserial unique,
  id text primary key,
  type text not null,
  name text not null,
  status text not null,
  properties jsonb not null,
  tags jsonb not null,
  labels jsonb not null,
  action_key text,
  copy integer not null default 0,
  host_number bigint,
  generation integer not null default 1,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create unique index if not exists resources_action_key on ${SCHEMA}.resources (action_key, copy);
create index if not exists resources_unit on ${SCHEMA}.resources ((labels->>'deployment'), (labels->>'unit'));
create index if not exists resources_name on ${SCHEMA}.resources (type, name);
create index if not exists resources_network on ${SCHEMA}.resources ((properties->>'network'));

create table if not exists ${SCHEMA}.ledger (
  entry bigserial primary key,
  deployment text,
  action_key text,
  fencing_token bigint,
  kind text not null check (kind in ('create', 'update', 'delete')),
  resource_type text not null,
  resource_id text not null,
  resource_name text not null,
  outside boolean not null,
  started_at timestamptz not null,
  ended_at timestamptz not null
);
create index if not exists ledger_deployment on ${SCHEMA}.ledger (deployment, entry);
create index if not exists ledger_action_key on ${SCHEMA}.ledger (action_key);

create table if not exists ${SCHEMA}.fences (
  deployment text primary key,
  token bigint not null
);

create table if not exists ${SCHEMA}.faults (
  id bigserial primary key,
  method text,
  type text,
  name text,
  behaviour jsonb not null,
  remaining integer not null
);
`;

/** Connects to the database and makes the cloud's schema when it is not there. Safe to call twice at once. */
export async function openDatabase(databaseUrl: string): Promise<pg.Pool> {
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    max: CONNECTIONS_MAX,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    options: `-c search_path=${SCHEMA}`,
  });
  pool.on('error', ignoreIdleError);
  try {
    await transact(pool, 'commit', async (client) => {
      await client.query('select pg_advisory_xact_lock($1)', [SCHEMA_LOCK]);
      await client.query(DEFINITION);
    });
  } catch (error) {
    await pool.end();
    throw error;
  }
  return pool;
}

/** A connection that breaks while idle is replaced by the pool; without a listener it would end the process. */
function ignoreIdleError(): void {
  return undefined;
}

/**
 * Runs work in one transaction. `rollback` runs it all and then takes it back: the answer of work that never was.
 * An error takes it back in any case.
 */
export async function transact<Result>(
  pool: pg.Pool,
  end: 'commit' | 'rollback',
  work: (client: pg.PoolClient) => Promise<Result>,
): Promise<Result> {
  const client = await pool.connect();
  let broken: Error | undefined;
  const onLost = (error: Error): void => void (broken ??= error); // Without a listener it would end the process.
  client.on('error', onLost);
  try {
    await client.query('begin');
    const result = await work(client);
    await client.query(end);
    return result;
  } catch (error) {
    await client.query('rollback').catch((failure: unknown) => {
      broken = failure instanceof Error ? failure : new Error(String(failure));
    });
    throw error;
  } finally {
    client.off('error', onLost);
    client.release(broken);
  }
}
