import type pgModule from 'pg';
import { inTransaction } from './connection.js';
import { orFault } from './postgres-faults.js';

/** Whose rows a transaction works on, and what for. */
export interface TenantWork {
  readonly tenantId: string;
  /** Completes "Postgres could not …". */
  readonly what: string;
}

const AS_TENANT = { name: 'as-tenant', text: "select set_config('app.tenant', $1, true)" };

/**
 * Runs a transaction as one tenant: row level security shows and takes only its rows. For other adapters' tables whose
 * policy is `tenant_id = current_setting('app.tenant', true)`.
 *
 * @throws Fault `store-unavailable` or `store-busy` (both retryable), or `store-refused`; what the work threw itself
 *   when it is a fault.
 */
export async function asTenant<Result>(
  pool: pgModule.Pool,
  { tenantId, what }: TenantWork,
  work: (client: pgModule.PoolClient) => Promise<Result>,
): Promise<Result> {
  return orFault(what, () =>
    inTransaction(pool, {
      // Until the end of the transaction only: the next user of the connection is another tenant.
      open: (client) => client.query({ ...AS_TENANT, values: [tenantId] }),
      work,
    }),
  );
}
