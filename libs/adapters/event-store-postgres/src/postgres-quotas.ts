import type pgModule from 'pg';
import type { Quotas, QuotaUse } from '@caisson/event-sourcing';
import { asTenant } from './tenant-transaction.js';

const READ = `
  select coalesce(q.name, h.quota) as name, coalesce(h.used, q.used) as used, q.ceiling
    from (select name, used, ceiling from quota where tenant_id = $1) q
    full join (select quota, sum(amount) as used from holding where tenant_id = $1 group by quota) h on h.quota = q.name
    order by 1`;

/** Reads what the triggers counted, and what streams hold. Row level security shows a tenant its own rows only. */
export class PostgresQuotas implements Quotas {
  readonly #pool: pgModule.Pool;

  constructor(pool: pgModule.Pool) {
    this.#pool = pool;
  }

  async read(tenantId: string): Promise<readonly QuotaUse[]> {
    const { rows } = await asTenant(this.#pool, { tenantId, what: 'read quotas' }, (client) =>
      client.query<{ name: string; used: string; ceiling: string | null }>(READ, [tenantId]),
    );
    return rows.map(({ ceiling, name, used }) => ({
      ...{ name, used: Number(used) },
      ...(ceiling === null ? {} : { limit: Number(ceiling) }),
    }));
  }
}
