import { Fault, type Clock, type Random } from '@caisson/kernel';
import { extend, LeaseRenewal, type RenewableLease } from './lease-renewal.js';
import type { LeaseTable } from './ports/lease-table.js';
import type { HeldLock, LockManager, LockRequest } from './ports/lock-manager.js';

/** While another holds a lease, it is asked for again after a wait that grows from the first to the second. */
const POLL_MS_MIN = 20;
const POLL_MS_MAX = 250;

/** What leases are managed with. */
export interface LeaseManagerOptions {
  readonly leases: LeaseTable;
  readonly clock: Clock;
  readonly random: Random;
}

interface Acquired {
  readonly sentAtMs: number;
  readonly token: number;
  readonly tookOver: boolean;
}

/**
 * Locks as leases, with a token that rises with each holder. The lease saves wasted work; the token, checked by each
 * append, is what makes a stale holder harmless.
 */
export class LeaseManager implements LockManager {
  readonly #options: LeaseManagerOptions;
  readonly #renewal: LeaseRenewal;

  constructor(options: LeaseManagerOptions) {
    this.#options = options;
    this.#renewal = new LeaseRenewal((leases) => options.leases.renew(leases), options.clock);
  }

  async withLock<Result>(request: LockRequest, work: (lock: HeldLock) => Promise<Result>): Promise<Result> {
    const { sentAtMs, token, tookOver } = await this.#acquire(request);
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
      return await work({ fencingToken: token, signal: abort.signal, tookOver });
    } finally {
      request.signal?.removeEventListener('abort', onAbort);
      this.#renewal.remove(lease);
      await this.#release(lease);
    }
  }

  async #acquire(request: LockRequest): Promise<Acquired> {
    const { clock, leases, random } = this.#options;
    const giveUpAtMs = clock.monotonicMs() + request.waitMs;
    for (let pollMs = POLL_MS_MIN; ; pollMs = Math.min(POLL_MS_MAX, pollMs * 1.5)) {
      if (request.signal?.aborted === true) throw unavailable(request, 'the caller gave up');
      const sentAtMs = clock.monotonicMs();
      const answer = await leases.acquire(request);
      if ('token' in answer) return { sentAtMs, ...answer };
      const leftMs = giveUpAtMs - clock.monotonicMs();
      if (leftMs <= 0) throw unavailable(request, `${answer.heldBy} holds it`);
      await clock.sleep(Math.min(leftMs, pollMs * (0.5 + random.next())), request.signal);
    }
  }

  async #release(lease: RenewableLease): Promise<void> {
    try {
      await this.#options.leases.release(lease);
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
