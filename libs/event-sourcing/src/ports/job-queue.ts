import type { Json } from '@caisson/kernel';

/** Work to be done once by some worker, recorded with the fact that asks for it. Also the way to set a timer. */
export interface NewJob {
  /** Which workers: `planning`, `execution`, `drift`. */
  readonly queue: string;
  /** Unique in its queue for ever: asking twice is one job. */
  readonly key: string;
  readonly payload: Json;
  /** Not before this many milliseconds from now, by the database's clock. Default 0. */
  readonly delayMs?: number;
  /**
   * Among the due jobs of its tenant it goes as if it had waited so many milliseconds longer. Default 0. Whatever comes
   * later overtakes by this at most, so every job's turn comes.
   */
  readonly headStartMs?: number;
}

/** A job in a worker's hand. */
export interface ClaimedJob {
  readonly jobId: string;
  readonly tenantId: string;
  readonly queue: string;
  readonly key: string;
  readonly payload: Json;
  /** How often it was claimed, this time included. */
  readonly attempt: number;
  /** Rises with each claim; a completion with an old one changes nothing. */
  readonly claimToken: number;
}

/** A job that was given up. */
export interface FailedJob {
  readonly tenantId: string;
  readonly queue: string;
  readonly key: string;
  readonly payload: Json;
  readonly reason: string;
}

/** What a worker asks of a queue. */
export interface JobClaim {
  readonly queue: string;
  readonly worker: string;
  readonly limit: number;
  readonly leaseMs: number;
  /** Tenants whose jobs are left alone this time. */
  readonly exceptTenants?: readonly string[];
}

/** Queues as rows. A claim that is not renewed becomes free again; nothing is lost with a worker. */
export interface JobQueue {
  /**
   * Takes up to `limit` due jobs for `leaseMs`. Never waits: empty means none is due. The tenant whose jobs are in the
   * fewest hands comes first, whoever holds them; among equals the one that was not served for longest; within a tenant
   * the job that waited longest, head starts counted in.
   */
  claim(request: JobClaim): Promise<readonly ClaimedJob[]>;
  /** Keeps claims alive in one statement. Gives back the ids still held. */
  renew(jobs: readonly ClaimedJob[], leaseMs: number): Promise<ReadonlySet<string>>;
  /** Ends a job. False when the claim was lost. */
  complete(job: ClaimedJob): Promise<boolean>;
  /** Gives a job back, to be claimed again after the delay. False when the claim was lost. */
  release(job: ClaimedJob, delayMs: number, reason: string): Promise<boolean>;
  /** Ends a job that cannot be done; it stays, with the reason, for a person to see. False when the claim was lost. */
  fail(job: ClaimedJob, reason: string): Promise<boolean>;
  /** Jobs of a queue that were given up within the last day, newest first. */
  failed(queue: string, limit: number): Promise<readonly FailedJob[]>;
  /** Frees claims whose worker is known to be dead, so that a restart need not wait for the lease. Number freed. */
  releaseWorker(worker: string): Promise<number>;
}
