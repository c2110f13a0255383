import type { LockRequest } from './lock-manager.js';

/** A lease in hand. */
export interface Lease {
  readonly tenantId: string;
  readonly resource: string;
  readonly token: number;
  readonly ttlMs: number;
}

/** A new token and whether the last holder did not let go, or who holds the lease. */
export type LeaseAnswer = { readonly token: number; readonly tookOver: boolean } | { readonly heldBy: string };

/** Leases as rows with an end, counted by the database's clock. */
export interface LeaseTable {
  /**
   * Takes a lease that is free, has run out, or whose holder is known to be dead. From then on the streams that it
   * fences refuse older tokens. Fails with a retryable `Fault` while the database is away.
   */
  acquire(request: Pick<LockRequest, 'tenantId' | 'resource' | 'ttlMs' | 'fences'>): Promise<LeaseAnswer>;
  /** Extends those that have not run out; answers the tokens that still hold. */
  renew(leases: readonly Lease[]): Promise<ReadonlySet<number>>;
  /** Ends a lease by its token, so that nobody's later one can suffer from it. */
  release(lease: Lease): Promise<void>;
}
