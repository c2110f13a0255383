import type { Lease, LeaseAnswer, LeaseTable, LockRequest } from '@caisson/event-sourcing';
import { streamKey, type SimDatabase } from './sim-database.js';

/** Who takes leases, and whom it knows to be dead. */
export interface Holder {
  readonly identity: string;
  isKnownDead(holder: string): boolean;
}

/** Leases over simulated tables. */
export class SimLeaseTable implements LeaseTable {
  constructor(
    protected readonly database: SimDatabase,
    private readonly holder: Holder,
  ) {}

  async acquire(request: Pick<LockRequest, 'tenantId' | 'resource' | 'ttlMs' | 'fences'>): Promise<LeaseAnswer> {
    const { fences = [], tenantId, ttlMs } = request;
    const key = leaseKey(request);
    const streams = fences.map((streamId) => ({ tenantId, streamId }));
    const names = [`lease ${key}`, ...streams.map((stream) => `stream ${streamKey(stream)}`)];
    const release = await this.database.rowLocks.lock(names);
    try {
      const held = this.database.leases.get(key);
      if (held !== undefined && held.expiresAtMs > this.nowMs && !this.holder.isKnownDead(held.holder)) {
        return { heldBy: held.holder };
      }
      const token = this.database.draw();
      await this.database.commit();
      this.database.leases.set(key, { holder: this.holder.identity, token, expiresAtMs: this.nowMs + ttlMs });
      for (const stream of streams) {
        const row = this.database.stream(stream);
        row.fence = Math.max(row.fence, token);
      }
      return { token, tookOver: held !== undefined };
    } finally {
      release();
    }
  }

  async renew(leases: readonly Lease[]): Promise<ReadonlySet<number>> {
    const held = new Set<number>();
    for (const lease of leases) {
      const row = this.database.leases.get(leaseKey(lease));
      if (row?.token !== lease.token || row.expiresAtMs <= this.nowMs) continue;
      row.expiresAtMs = this.nowMs + lease.ttlMs;
      held.add(lease.token);
    }
    return held;
  }

  async release(lease: Lease): Promise<void> {
    const key = leaseKey(lease);
    if (this.database.leases.get(key)?.token === lease.token) this.database.leases.delete(key);
  }

  /** The clock that tells when a lease has run out. */
  protected get nowMs(): number {
    return this.database.nowMs;
  }
}

/** Names a lease in maps. */
export function leaseKey({ resource, tenantId }: Pick<Lease, 'tenantId' | 'resource'>): string {
  return `${tenantId}|${resource}`;
}
