import { isRetryable, messageOf, type Clock } from '@caisson/kernel';
import { backoffMs } from './backoff.js';
import { Bell } from './bell.js';
import type { ClaimedJob, JobQueue } from './ports/job-queue.js';
import { jobsChannel, type Wakeups } from './ports/wakeups.js';

/** The database's clock decides whether a job is due, and may be a little behind ours. */
const DUE_SLACK_MS = 20;

/** What a handler may know about its time. */
export interface JobControl {
  /** Aborted when the service ends: come to a point where another worker can go on, and give the job back. */
  readonly draining: AbortSignal;
  /** Aborted when the claim was lost or the time to drain is over: stop at once. */
  readonly signal: AbortSignal;
}

/** What becomes of a job that was handled without an error. */
export type JobVerdict =
  { readonly outcome: 'done' } | { readonly outcome: 'again'; readonly delayMs: number; readonly reason: string };

/** Hears what happens to jobs, to log and count it. Must not throw. */
export interface JobObserver {
  jobEnded(job: ClaimedJob, outcome: 'done' | 'again' | 'failed' | 'lost', detail?: unknown): void;
  /** The queue itself could not be asked; the worker tries again by itself. */
  queueFailed(error: unknown): void;
}

/** What a worker is made of. */
export interface JobWorkerOptions {
  readonly queue: string;
  /** Who claims: the process identity, so that claims of a dead process can be told. */
  readonly worker: string;
  readonly jobs: JobQueue;
  readonly wakeups: Wakeups;
  readonly clock: Clock;
  /** Jobs handled at once. */
  readonly concurrencyMax: number;
  /** When all places are taken, so many more for tenants that have none of them. Default 0. */
  readonly reserveMax?: number;
  /** A claim that is not renewed for so long is free again. Renewed every third of it. */
  readonly leaseMs: number;
  /** The slow look for due jobs beside wake-ups. */
  readonly pollMs: number;
  /** An error that says nothing about retrying ends the job after so many claims. */
  readonly attemptsMax: number;
  /** How long `stop` lets handlers go on before it aborts them. */
  readonly drainMs: number;
  /**
   * Does the work. At least once: a second call may follow a crash. A retryable fault gives the job back for later.
   * Called for several jobs at once.
   */
  handle(job: ClaimedJob, control: JobControl): Promise<JobVerdict>;
  readonly observer?: JobObserver;
}

interface Held {
  readonly job: ClaimedJob;
  readonly abort: AbortController;
  readonly settled: Promise<void>;
  /** By the monotonic clock, counted from before the claim was asked for or renewed: then another may have the job. */
  deadlineMs: number;
}

/** Takes the jobs of one queue as they become due and handles several at once. Start once; stop once. */
export class JobWorker {
  readonly #options: JobWorkerOptions;
  readonly #bell: Bell;
  readonly #stopping = new AbortController();
  readonly #ended = new AbortController();
  readonly #held = new Set<Held>();
  #claiming: Promise<void> | undefined;
  #renewing: Promise<void> | undefined;
  #renewal: Promise<void> | undefined;
  #failures = 0;
  /** Whether the last look may have left due jobs behind, for want of places. */
  #mayBeMore = true;

  constructor(options: JobWorkerOptions) {
    this.#options = options;
    this.#bell = new Bell(options.clock);
  }

  /** Begins to claim. */
  start(): void {
    this.#claiming ??= this.#claimLoop();
    this.#renewing ??= this.#renewLoop();
  }

  /** Jobs in hand. */
  get inHand(): number {
    return this.#held.size;
  }

  /** How often in a row the queue could not be asked. 0 = healthy. */
  get failures(): number {
    return this.#failures;
  }

  /** Claims nothing more and resolves when every handler has ended, by itself or because its time was over. */
  async stop(): Promise<void> {
    const { clock, drainMs } = this.#options;
    this.#stopping.abort();
    await this.#claiming;
    const drained = new AbortController();
    const settled = Promise.all([...this.#held].map((held) => held.settled)).then(() => drained.abort());
    await clock.sleep(drainMs, drained.signal);
    for (const { abort } of this.#held) abort.abort();
    await settled;
    this.#ended.abort();
    await this.#renewing;
  }

  async #claimLoop(): Promise<void> {
    const { wakeups, queue } = this.#options;
    const stopListening = wakeups.listen(jobsChannel(queue), () => this.#bell.ring());
    while (!this.#stopping.signal.aborted) {
      const goOn = await this.#claim();
      if (!goOn) await this.#rest();
    }
    stopListening();
  }

  async #rest(): Promise<void> {
    const { pollMs } = this.#options;
    const waitMs = this.#failures > 0 ? Math.min(pollMs, backoffMs(this.#failures)) : pollMs;
    await this.#bell.wait(waitMs, this.#stopping.signal);
  }

  /** As many as there is room for, in one statement. True when it should look again at once. */
  async #claim(): Promise<boolean> {
    const { jobs, queue, worker, leaseMs } = this.#options;
    const { limit, ...only } = this.#room();
    this.#mayBeMore = true;
    if (limit <= 0) return false;
    const deadlineMs = this.#options.clock.monotonicMs() + leaseMs;
    try {
      const claimed = await jobs.claim({ queue, worker, limit, leaseMs, ...only });
      this.#failures = 0;
      if (this.#stopping.signal.aborted) {
        await Promise.all(claimed.map((job) => jobs.release(job, 0, 'the worker is stopping')));
        return false;
      }
      for (const job of claimed) this.#begin(job, deadlineMs);
      this.#mayBeMore = claimed.length === limit || only.exceptTenants !== undefined;
      return claimed.length === limit;
    } catch (error) {
      this.#failures += 1;
      this.#options.observer?.queueFailed(error);
      return false;
    }
  }

  /** How many jobs to ask for. The places in reserve are given out one by one, to tenants that have none. */
  #room(): { readonly limit: number; readonly exceptTenants?: readonly string[] } {
    const { concurrencyMax, reserveMax = 0 } = this.#options;
    const limit = concurrencyMax - this.#held.size;
    if (limit > 0 || limit + reserveMax <= 0) return { limit };
    const exceptTenants = [...new Set([...this.#held].map(({ job }) => job.tenantId))];
    return { limit: 1, exceptTenants };
  }

  #begin(job: ClaimedJob, deadlineMs: number): void {
    const abort = new AbortController();
    const settled = this.#work(job, abort.signal).then(() => {
      this.#held.delete(held);
      if (this.#mayBeMore) this.#bell.ring(); // Otherwise what came since has woken it.
    });
    const held: Held = { job, abort, settled, deadlineMs };
    this.#held.add(held);
  }

  /** Never rejects: whatever came of the job is told to the queue, or the claim runs out by itself. */
  async #work(job: ClaimedJob, signal: AbortSignal): Promise<void> {
    const { observer } = this.#options;
    const verdict = await this.#options
      .handle(job, { draining: this.#stopping.signal, signal })
      .catch((error: unknown) => this.#verdictOf(job, error));
    try {
      const kept = await this.#tell(job, verdict);
      observer?.jobEnded(job, kept ? verdict.outcome : 'lost', 'error' in verdict ? verdict.error : undefined);
    } catch (error) {
      observer?.queueFailed(error);
    }
  }

  #verdictOf(job: ClaimedJob, error: unknown): Ending {
    const reason = messageOf(error);
    if (!isRetryable(error) && job.attempt >= this.#options.attemptsMax) return { outcome: 'failed', reason, error };
    return { outcome: 'again', delayMs: backoffMs(job.attempt), reason, error };
  }

  #tell(job: ClaimedJob, verdict: JobVerdict | Ending): Promise<boolean> {
    const { jobs } = this.#options;
    switch (verdict.outcome) {
      case 'done':
        return jobs.complete(job);
      case 'again':
        return this.#giveBack(job, verdict);
      case 'failed':
        return jobs.fail(job, verdict.reason);
    }
  }

  async #renewLoop(): Promise<void> {
    const { clock, leaseMs } = this.#options;
    while (!this.#ended.signal.aborted) {
      await clock.sleep(leaseMs / 3, this.#ended.signal);
      // Whether or not the queue answers: a claim that could not be renewed in time may belong to somebody else.
      for (const held of this.#held) if (held.deadlineMs <= clock.monotonicMs()) held.abort.abort();
      const inTime = [...this.#held].filter((held) => !held.abort.signal.aborted);
      if (inTime.length > 0) this.#renewal ??= this.#renew(inTime).finally(() => (this.#renewal = undefined));
    }
    await this.#renewal;
  }

  async #giveBack(job: ClaimedJob, { delayMs, reason }: Exclude<JobVerdict, { outcome: 'done' }>): Promise<boolean> {
    const { clock, jobs } = this.#options;
    const kept = await jobs.release(job, delayMs, reason);
    const { signal } = this.#stopping;
    // Others find it by their slow look.
    void clock.sleep(delayMs + DUE_SLACK_MS, signal).then(() => this.#bell.ring());
    return kept;
  }

  /** Keeps every claim alive in one statement. A claim that was lost belongs to somebody else: its handler stops. */
  async #renew(held: readonly Held[]): Promise<void> {
    const { leaseMs, jobs, observer, clock } = this.#options;
    const claims = held.map(({ job }) => job);
    const deadlineMs = clock.monotonicMs() + leaseMs;
    try {
      const kept = await jobs.renew(claims, leaseMs);
      for (const one of held) {
        if (kept.has(one.job.jobId)) one.deadlineMs = deadlineMs;
        else one.abort.abort();
      }
    } catch (error) {
      observer?.queueFailed(error);
    }
  }
}

type Ending =
  | { readonly outcome: 'again'; readonly delayMs: number; readonly reason: string; readonly error: unknown }
  | { readonly outcome: 'failed'; readonly reason: string; readonly error: unknown };
