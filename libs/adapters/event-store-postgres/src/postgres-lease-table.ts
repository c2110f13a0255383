import type pgModule from 'pg';
import type { Lease, LeaseAnswer, LeaseTable, LockRequest } from '@caisson/event-sourcing';
import { UNAWAITED } from './connection.js';
import { orFault } from './postgres-faults.js';
import { isKnownDead } from './process-identity.js';

const ACQUIRE = 'select new_token, held_by, took_over from acquire_lease($1, $2, $3, $4, $5, $6)';

/** Not once expired: then it may belong to somebody else, and the streams' fence with it. */
const RENEW = `
  update lease set expires_at = clock_timestamp() + held.ttl_ms * interval '1 millisecond'
    from unnest($1::text[], $2::text[], $3::bigint[], $4::float8[]) as held (tenant_id, resource, token, ttl_ms)
    where lease.tenant_id = held.tenant_id and lease.resource = held.resource and lease.token = held.token
      and lease.expires_at > clock_timestamp()
    returning lease.token`;

/** One that a crash of the server takes back ends by itself. */
const RELEASE = `delete from lease where tenant_id = $1 and resource = $2 and token = $3 returning ${UNAWAITED}`;

interface AcquiredRow {
  readonly new_token: string | null;
  readonly held_by: string | null;
  readonly took_over: boolean | null;
}

type Wanted = Pick<LockRequest, 'tenantId' | 'resource' | 'ttlMs' | 'fences'>;

/**
 * Leases as rows of `lease`, their tokens also in `stream.fence`, where each append checks them. A lease whose holder
 * was a process of this machine that is gone may be taken at once.
 */
export class PostgresLeaseTable implements LeaseTable {
  readonly #pool: pgModule.Pool;
  readonly #holder: string;

  /** The holder is who this process is: its `processIdentity()`. */
  constructor(pool: pgModule.Pool, holder: string) {
    this.#pool = pool;
    this.#holder = holder;
  }

  async acquire(request: Wanted): Promise<LeaseAnswer> {
    const row = await this.#tryOnce(request, undefined);
    if (row.new_token !== null || row.held_by === null || !isKnownDead(row.held_by)) return toAnswer(row);
    return toAnswer(await this.#tryOnce(request, row.held_by));
  }

  async renew(leases: readonly Lease[]): Promise<ReadonlySet<number>> {
    const values = [
      leases.map((lease) => lease.tenantId),
      leases.map((lease) => lease.resource),
      leases.map((lease) => lease.token),
      leases.map((lease) => lease.ttlMs),
    ];
    const answer = await this.#pool.query<{ token: string }>({ name: 'renew-leases', text: RENEW, values });
    return new Set(answer.rows.map((row) => Number(row.token)));
  }

  async release({ resource, tenantId, token }: Lease): Promise<void> {
    await this.#pool.query({ name: 'release-lease', text: RELEASE, values: [tenantId, resource, token] });
  }

  async #tryOnce(request: Wanted, deadHolder: string | undefined): Promise<AcquiredRow> {
    const { tenantId, resource, ttlMs, fences = [] } = request;
    const values = [tenantId, resource, this.#holder, ttlMs, fences, deadHolder ?? null];
    const answer = await orFault('take a lease', () =>
      this.#pool.query<AcquiredRow>({ name: 'acquire-lease', text: ACQUIRE, values }),
    );
    return answer.rows[0] ?? { new_token: null, held_by: null, took_over: null };
  }
}

function toAnswer(row: AcquiredRow): LeaseAnswer {
  return row.new_token === null
    ? { heldBy: row.held_by ?? 'somebody' }
    : { token: Number(row.new_token), tookOver: row.took_over === true };
}
