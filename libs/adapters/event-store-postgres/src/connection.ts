import { createRequire } from 'node:module';
import type pgModule from 'pg';

/** The driver, loaded the CommonJS way, so that OpenTelemetry can patch it: an `import` would get an unpatched copy. */
export const pg = createRequire(import.meta.url)('pg') as typeof pgModule;

/** No wait is unlimited: a network that swallows packets must not stop a loop for ever. All in milliseconds. */
export const TIMEOUTS_MS = {
  connect: 5_000,
  /** By the server. */
  statement: 10_000,
  lock: 3_000,
  idleInTransaction: 15_000,
  /** By this side, above the server's limit: notices a server that is not there any more. */
  answer: 15_000,
} as const;

/**
 * Every statement here finds its rows by key. A prepared statement keeps the plan that it got while the tables were
 * small, and that plan would scan them until their statistics are renewed: a minute of growing cost after an
 * installation, and again after every restart of a young one.
 */
const PLAN_BY_KEY = '-c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off';

/**
 * Processes of Caisson work for all tenants: relay, consumers, jobs. Whoever works for one of them says so in its
 * transaction, and then sees that one's rows only. A connection that does not say this sees none.
 */
const ACROSS_TENANTS = '-c app.across=on';

/** Settings of a connection that works: limits on every wait, and a name that operators see in `pg_stat_activity`. */
export function connectionSettings(url: string, applicationName: string): pgModule.ClientConfig {
  return {
    connectionString: url,
    application_name: applicationName,
    options: `${PLAN_BY_KEY} ${ACROSS_TENANTS}`,
    keepAlive: true,
    connectionTimeoutMillis: TIMEOUTS_MS.connect,
    statement_timeout: TIMEOUTS_MS.statement,
    lock_timeout: TIMEOUTS_MS.lock,
    idle_in_transaction_session_timeout: TIMEOUTS_MS.idleInTransaction,
    query_timeout: TIMEOUTS_MS.answer,
  };
}

/** Runs a transaction on a connection of the pool. A connection whose transaction failed is given up, not reused. */
export async function inTransaction<Result>(
  pool: pgModule.Pool,
  work: (client: pgModule.PoolClient) => Promise<Result>,
): Promise<Result> {
  const client = await pool.connect();
  let failure: Error | undefined;
  // The pool listens only while the connection is idle in it: without a listener, its end would end the process.
  const onLost = (error: Error): void => void (failure ??= error);
  client.on('error', onLost);
  try {
    await client.query('begin');
    const result = await work(client);
    await client.query('commit');
    return result;
  } catch (error) {
    failure = error instanceof Error ? error : new Error(String(error));
    throw error;
  } finally {
    client.off('error', onLost);
    client.release(failure);
  }
}
