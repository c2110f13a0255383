import type pgModule from 'pg';
import type { Quotas, QuotaUse } from '@caisson/event-sourcing';
import { asTenant } from './tenant-transaction.js';

/** Reads what the triggers counted. Row level security shows a tenant its own rows only. */
export class PostgresQuotas implements Quotas {
  readonly #pool: pgModule.Pool;

  constructor(pool: pgModule.Pool) {
    this.#pool = pool;
  }

  async read(tenantId: string): Promise<readonly QuotaUse[]> {
    const { rows } = await asTenant(this.#pool, { tenantId, what: 'read quotas' }, (client) =>
      client.query<{ name: string; used: string; ceiling: string | null }>(
        'select name, used, ceiling from quota where tenant_id = $1 order by name',
        [tenantId],
      ),
    );
    return rows.map(({ ceiling, name, used }) => ({
      ...{ name, used: Number(used) },
      ...(ceiling === null ? {} : { limit: Number(ceiling) }),
    }));
  }
}
