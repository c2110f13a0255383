/** How much of something a tenant uses. */
export interface QuotaUse {
  readonly name: string;
  readonly used: number;
  /** Absent: there is none. */
  readonly limit?: number;
}

/** There is no place left for what an append claims. */
export interface Exhausted {
  readonly quota: string;
  readonly limit: number;
}

/** Knows what tenants use up. Exact: counted in the transactions that use it. */
export interface Quotas {
  /** What was ever used or limited. Fails with a retryable `Fault` while the database is away. */
  read(tenantId: string): Promise<readonly QuotaUse[]>;
}
