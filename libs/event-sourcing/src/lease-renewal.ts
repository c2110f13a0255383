import type { Clock } from '@caisson/kernel';
import type { Lease } from './ports/lease-table.js';

/** A lease in hand, as its renewal sees it. All instants by this process' monotonic clock. */
export interface RenewableLease extends Lease {
  /** From then on somebody else may hold it: counted from before the request that took or renewed it. */
  deadlineMs: number;
  renewAtMs: number;
  /** Called once, when it could not be renewed in time or somebody else has it. */
  onLost(reason: string): void;
}

/** Writes the renewals of several leases at once; answers the tokens that still hold. */
export type RenewLeases = (leases: readonly RenewableLease[]) => Promise<ReadonlySet<number>>;

/** After a failed renewal the next try; the lease's own deadline bounds them. */
const RETRY_MS = 250;

const NAP_MS_MAX = 2 ** 31 - 1; // Longer timers fire at once.

/**
 * Keeps all leases of a process alive: each is renewed every third of its time, those that are nearly due with it, in
 * one statement. One that reaches its deadline is given up at once, whether or not the database answers.
 */
export class LeaseRenewal {
  readonly #renew: RenewLeases;
  readonly #clock: Clock;
  readonly #leases = new Set<RenewableLease>();
  #nap: AbortController | undefined;
  #renewing = false;

  constructor(renew: RenewLeases, clock: Clock) {
    this.#renew = renew;
    this.#clock = clock;
  }

  add(lease: RenewableLease): void {
    this.#leases.add(lease);
    this.#schedule();
  }

  remove(lease: RenewableLease): void {
    this.#leases.delete(lease);
    this.#schedule();
  }

  #schedule(): void {
    this.#nap?.abort('scheduled anew'); // A word, since an error object for each would cost more.
    this.#nap = undefined;
    const wakeAtMs = Math.min(...[...this.#leases].map((lease) => this.#nextMs(lease)));
    if (!Number.isFinite(wakeAtMs)) return;
    const nap = new AbortController();
    this.#nap = nap;
    const waitMs = Math.min(NAP_MS_MAX, Math.max(1, wakeAtMs - this.#clock.monotonicMs()));
    void this.#clock.sleep(waitMs, nap.signal).then(() => {
      if (!nap.signal.aborted) this.#tick();
    });
  }

  #nextMs(lease: RenewableLease): number {
    return this.#renewing ? lease.deadlineMs : Math.min(lease.renewAtMs, lease.deadlineMs);
  }

  #tick(): void {
    const nowMs = this.#clock.monotonicMs();
    for (const lease of [...this.#leases]) {
      if (lease.deadlineMs <= nowMs) this.#lose(lease, 'it was not renewed in time');
    }
    const isDue = [...this.#leases].some((lease) => lease.renewAtMs <= nowMs);
    if (isDue && !this.#renewing) void this.#renewDue(nowMs);
    this.#schedule();
  }

  async #renewDue(sentAtMs: number): Promise<void> {
    this.#renewing = true;
    const due = [...this.#leases].filter((lease) => lease.renewAtMs - lease.ttlMs / 6 <= sentAtMs);
    try {
      const held = await this.#renew(due);
      for (const lease of due) {
        if (!held.has(lease.token)) this.#lose(lease, 'somebody else holds it');
        else extend(lease, sentAtMs);
      }
    } catch {
      // Unknown is not lost: the deadline decides.
      const nowMs = this.#clock.monotonicMs();
      for (const lease of due) lease.renewAtMs = nowMs + Math.min(RETRY_MS, lease.ttlMs / 6);
    } finally {
      this.#renewing = false;
      this.#schedule();
    }
  }

  #lose(lease: RenewableLease, reason: string): void {
    if (this.#leases.delete(lease)) lease.onLost(reason);
  }
}

/** Counts the lease's time from when a request was sent that took or renewed it. */
export function extend(lease: RenewableLease, sentAtMs: number): void {
  lease.deadlineMs = sentAtMs + lease.ttlMs;
  lease.renewAtMs = sentAtMs + lease.ttlMs / 3;
}
