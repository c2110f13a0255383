import { createRequire } from 'node:module';
import type pgModule from 'pg';
import { APPEND_SETTINGS } from './migrations/append-function.js';

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

/** Settings of the connection that appends. Another one may call `append_events` too, which takes longer then. */
export function appendSettings(url: string, applicationName: string): pgModule.ClientConfig {
  const settings = Object.entries(APPEND_SETTINGS).map(([name, value]) => `-c ${name}=${value}`);
  return { ...connectionSettings(url, applicationName), options: [...settings, ACROSS_TENANTS].join(' ') };
}

/**
 * To be returned by a statement that is a transaction of its own: its commit waits for no disk. For what may be done
 * again when the server crashes within the second; whatever is committed later with a wait makes it last, too.
 */
export const UNAWAITED = `set_config('synchronous_commit', 'off', true)`;

/** What a transaction does. */
export interface TransactionSteps<Opened, Result> {
  /** Its first statement. Leaves with `begin`, so that a connection that pipelines asks once for both. */
  open(client: pgModule.PoolClient): Promise<Opened>;
  /** All that comes after it. */
  work(client: pgModule.PoolClient, opened: Opened): Promise<Result>;
  /** Its last statement, if there is one. Leaves with `commit`, which rolls back when it failed. */
  close?(client: pgModule.PoolClient): Promise<unknown> | undefined;
}

/** Runs a transaction on a connection of the pool. A connection whose transaction failed is given up, not reused. */
export async function inTransaction<Opened, Result>(
  pool: pgModule.Pool,
  steps: TransactionSteps<Opened, Result>,
): Promise<Result> {
  const client = await pool.connect();
  let failure: Error | undefined;
  // The pool listens only while the connection is idle in it: without a listener, its end would end the process.
  const onLost = (error: Error): void => void (failure ??= error);
  client.on('error', onLost);
  try {
    const begun = client.query('begin');
    if (!client.pipeline) await begun; // The driver wants one statement at a time then.
    const [, opened] = await Promise.all([begun, steps.open(client)]);
    const result = await steps.work(client, opened);
    await Promise.all([steps.close?.(client), client.query('commit')]);
    return result;
  } catch (error) {
    failure = error instanceof Error ? error : new Error(String(error));
    throw error;
  } finally {
    client.off('error', onLost);
    client.release(failure);
  }
}
