/** How much of something a tenant uses. */
export interface QuotaUse {
  readonly name: string;
  readonly used: number;
  /** Absent: there is none. */
  readonly limit?: number;
}

/** There is no room left for what an append needs. */
export interface Exhausted {
  readonly quota: string;
  /** By the whole tenant, without the append. */
  readonly used: number;
  readonly limit: number;
}

/** What a stream holds of a quota from an append on. The tenant uses the sum over its streams. */
export interface Holding {
  readonly quota: string;
  /** Not negative; 0: nothing any more. */
  readonly amount: number;
  /** Whether the append is refused when there is no room for more than the stream held before. */
  readonly claims: boolean;
}

/** Knows what tenants use up. Exact: counted in the transactions that use it. */
export interface Quotas {
  /** What was ever used or limited. Fails with a retryable `Fault` while the database is away. */
  read(tenantId: string): Promise<readonly QuotaUse[]>;
}
