/** At most `limit` in any `windowMs`, counted one by one. */
export interface WindowPolicy {
  readonly kind: 'window';
  readonly name: string;
  readonly limit: number;
  readonly windowMs: number;
}

/** At most `capacity` at once, and `refillPerMinute` in the long run. */
export interface BucketPolicy {
  readonly kind: 'bucket';
  readonly name: string;
  readonly capacity: number;
  readonly refillPerMinute: number;
}

/** How many requests are allowed. The name is what callers see. */
export type RatePolicy = WindowPolicy | BucketPolicy;

/** One limit that a request has to pass. */
export interface RateCheck {
  /** Whose limit it is. */
  readonly key: string;
  readonly policy: RatePolicy;
}

/** Where a limit stands after a request. */
export interface RateState {
  /** This limit has no objection. */
  readonly allowed: boolean;
  readonly remaining: number;
  /** Until one more is allowed than now; 0 when nothing was used. */
  readonly nextMs: number;
}

/** Counts requests. */
export interface RateLimiter {
  /** Takes one from every limit when all of them allow it, else from none. One state for each check, in order. */
  take(checks: readonly RateCheck[]): Promise<readonly RateState[]>;
}

/** Milliseconds in which a bucket gets one more. */
export function refillMs({ refillPerMinute }: BucketPolicy): number {
  return MS_PER_MINUTE / refillPerMinute;
}

const MS_PER_MINUTE = 60_000;
