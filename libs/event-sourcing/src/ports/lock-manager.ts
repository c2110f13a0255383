/** What to lock and how. */
export interface LockRequest {
  readonly tenantId: string;
  /** What is protected, such as `deployment:018f…` or `execution:018f…`. */
  readonly resource: string;
  /** The lock is lost when it was not renewed for so long. Renewed by itself every third of it. */
  readonly ttlMs: number;
  /** How long to wait while another holds it. 0 = do not wait. */
  readonly waitMs: number;
  /** Streams that refuse older tokens from now on. */
  readonly fences?: readonly string[];
  /** Gives up waiting; also ends the work's signal. */
  readonly signal?: AbortSignal;
}

/** A lock in hand. */
export interface HeldLock {
  /** Rises with each holder of the resource. Carry it to every write: that, not the lock, makes a write safe. */
  readonly fencingToken: number;
  /** Aborted when the lock could not be renewed, or the request's own signal was aborted: stop at once. */
  readonly signal: AbortSignal;
  /** Its last holder did not let go: it died, or was too slow to renew it. To be counted; decide nothing by it. */
  readonly tookOver?: boolean;
}

/**
 * Mutual exclusion over processes. A lock saves wasted work; safety is the fencing token that `append` checks.
 */
export interface LockManager {
  /**
   * Runs the work while holding the lock, and lets go whatever came of it.
   *
   * @throws Fault `lock-unavailable` (retryable) when it was not free within `waitMs`.
   */
  withLock<Result>(request: LockRequest, work: (lock: HeldLock) => Promise<Result>): Promise<Result>;
}
