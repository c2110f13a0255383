import type pgModule from 'pg';
import { Fault } from '@caisson/kernel';
import type { HeldLock, LockManager, LockRequest } from '@caisson/event-sourcing';
import { extend, LeaseRenewal, type RenewableLease } from './lease-renewal.js';
import { orFault } from './postgres-faults.js';
import { isKnownDead } from './process-identity.js';

/** While another holds a lease, it is asked for again after a wait that grows from the first to the second. */
const POLL_MS_MIN = 20;
const POLL_MS_MAX = 250;

const ACQUIRE = 'select new_token, held_by from acquire_lease($1, $2, $3, $4, $5, $6)';

/** Not once expired: then it may belong to somebody else, and the streams' fence with it. */
const RENEW = `
  update lease set expires_at = clock_timestamp() + held.ttl_ms * interval '1 millisecond'
    from unnest($1::text[], $2::text[], $3::bigint[], $4::float8[]) as held (tenant_id, resource, token, ttl_ms)
    where lease.tenant_id = held.tenant_id and lease.resource = held.resource and lease.token = held.token
      and lease.expires_at > clock_timestamp()
    returning lease.token`;

/** By token, so that nobody's later lease can suffer from it. */
const RELEASE = 'delete from lease where tenant_id = $1 and resource = $2 and token = $3';

interface AcquiredRow {
  readonly new_token: string | null;
  readonly held_by: string | null;
}

/**
 * Locks as rows with an end, counted by the database's clock, and a token that rises with each holder. The lease saves
 * wasted work; the token in `stream.fence`, checked by each append, is what makes a stale holder harmless.
 * A lease whose holder was a process of this machine that is gone may be taken at once.
 */
export class PostgresLeaseManager implements LockManager {
  readonly #pool: pgModule.Pool;
  readonly #holder: string;
  readonly #renewal: LeaseRenewal;

  /** The holder is who this process is: its `processIdentity()`. */
  constructor(pool: pgModule.Pool, holder: string) {
    this.#pool = pool;
    this.#holder = holder;
    this.#renewal = new LeaseRenewal((leases) => this.#renew(leases));
  }

  async withLock<Result>(request: LockRequest, work: (lock: HeldLock) => Promise<Result>): Promise<Result> {
    const { sentAtMs, token } = await this.#acquire(request);
    const abort = new AbortController();
    const lease: RenewableLease = {
      tenantId: request.tenantId,
      resource: request.resource,
      token,
      ttlMs: request.ttlMs,
      deadlineMs: 0,
      renewAtMs: 0,
      onLost: (reason) => abort.abort(lost(request, reason)),
    };
    extend(lease, sentAtMs);
    this.#renewal.add(lease);
    const onAbort = (): void => abort.abort(request.signal?.reason);
    request.signal?.addEventListener('abort', onAbort, { once: true });
    if (request.signal?.aborted === true) onAbort();
    try {
      return await work({ fencingToken: token, signal: abort.signal });
    } finally {
      request.signal?.removeEventListener('abort', onAbort);
      this.#renewal.remove(lease);
      await this.#release(lease);
    }
  }

  async #acquire(request: LockRequest): Promise<{ readonly sentAtMs: number; readonly token: number }> {
    const giveUpAtMs = performance.now() + request.waitMs;
    for (let pollMs = POLL_MS_MIN; ; pollMs = Math.min(POLL_MS_MAX, pollMs * 1.5)) {
      if (request.signal?.aborted === true) throw unavailable(request, 'the caller gave up');
      const sentAtMs = performance.now();
      const row = await this.#ask(request);
      if (row.new_token !== null) return { sentAtMs, token: Number(row.new_token) };
      const leftMs = giveUpAtMs - performance.now();
      if (leftMs <= 0) throw unavailable(request, `${row.held_by ?? 'somebody'} holds it`);
      await pause(Math.min(leftMs, pollMs * (0.5 + Math.random())), request.signal);
    }
  }

  async #ask(request: LockRequest): Promise<AcquiredRow> {
    const row = await this.#tryOnce(request, undefined);
    if (row.new_token !== null || row.held_by === null || !isKnownDead(row.held_by)) return row;
    return this.#tryOnce(request, row.held_by);
  }

  async #tryOnce(request: LockRequest, deadHolder: string | undefined): Promise<AcquiredRow> {
    const { tenantId, resource, ttlMs, fences = [] } = request;
    const values = [tenantId, resource, this.#holder, ttlMs, fences, deadHolder ?? null];
    const answer = await orFault('take a lease', () =>
      this.#pool.query<AcquiredRow>({ name: 'acquire-lease', text: ACQUIRE, values }),
    );
    return answer.rows[0] ?? { new_token: null, held_by: null };
  }

  async #renew(leases: readonly RenewableLease[]): Promise<ReadonlySet<number>> {
    const answer = await this.#pool.query<{ token: string }>(RENEW, [
      leases.map((lease) => lease.tenantId),
      leases.map((lease) => lease.resource),
      leases.map((lease) => lease.token),
      leases.map((lease) => lease.ttlMs),
    ]);
    return new Set(answer.rows.map((row) => Number(row.token)));
  }

  async #release(lease: RenewableLease): Promise<void> {
    try {
      await this.#pool.query(RELEASE, [lease.tenantId, lease.resource, lease.token]);
    } catch {
      // It ends by itself; failing here would hide what came of the work.
    }
  }
}

function unavailable(request: LockRequest, why: string): Fault {
  const message = `${request.resource} was not free within ${request.waitMs} ms: ${why}. Try again.`;
  return new Fault('lock-unavailable', message, { retryable: true });
}

function lost(request: LockRequest, reason: string): Fault {
  return new Fault('lock-lost', `The lease of ${request.resource} was lost: ${reason}.`, { retryable: true });
}

function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    function done(): void {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    }
    signal?.addEventListener('abort', done, { once: true });
  });
}
