import { Fault, type Clock } from '@caisson/kernel';
import { describe, expect, it } from 'vitest';
import { JobWorker, type JobControl, type JobVerdict, type JobWorkerOptions } from './job-worker.js';
import type { ClaimedJob, JobClaim, JobQueue } from './ports/job-queue.js';
import type { Wakeups } from './ports/wakeups.js';

/** Sleeps end only when they are cut short or the test lets time pass. */
class ManualClock implements Clock {
  #sleepers: { ms: number; wake: () => void }[] = [];
  ms = 0;
  now = (): string => '2026-03-02T10:15:00.000Z';
  monotonicMs = (): number => this.ms;
  sleep = (ms: number, signal?: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      if (signal?.aborted === true) {
        resolve();
        return;
      }
      const sleeper = { ms, wake: resolve };
      this.#sleepers.push(sleeper);
      signal?.addEventListener('abort', () => resolve(), { once: true });
    });

  /** Ends every sleep of exactly this length. */
  async pass(ms: number): Promise<void> {
    const due = this.#sleepers.filter((sleeper) => sleeper.ms === ms);
    this.#sleepers = this.#sleepers.filter((sleeper) => sleeper.ms !== ms);
    for (const { wake } of due) wake();
    await settle();
  }
}

class DoubleQueue implements JobQueue {
  waiting: ClaimedJob[] = [];
  told: string[] = [];
  lost = new Set<string>();
  failing = false;

  add(jobId: string, attempt = 1, tenantId = 'tenant'): void {
    const base = { jobId, tenantId, queue: 'q', key: jobId, payload: null };
    this.waiting.push({ ...base, attempt, claimToken: 1 });
  }

  looks = 0;

  async claim({ limit, exceptTenants = [] }: JobClaim): Promise<readonly ClaimedJob[]> {
    this.looks += 1;
    if (this.failing) throw new Fault('event-store-unavailable', 'no database', { retryable: true });
    const claimed = this.waiting.filter(({ tenantId }) => !exceptTenants.includes(tenantId)).slice(0, limit);
    this.waiting = this.waiting.filter((job) => !claimed.includes(job));
    return claimed;
  }

  async renew(jobs: readonly ClaimedJob[]): Promise<ReadonlySet<string>> {
    if (this.failing) throw new Fault('event-store-unavailable', 'no database', { retryable: true });
    this.told.push(`renew ${jobs.map(({ jobId }) => jobId).join(' ')}`);
    return new Set(jobs.map(({ jobId }) => jobId).filter((jobId) => !this.lost.has(jobId)));
  }

  complete = async ({ jobId }: ClaimedJob): Promise<boolean> => this.#end('done', jobId);
  release = async ({ jobId }: ClaimedJob, delayMs: number): Promise<boolean> => this.#end(`again ${delayMs}`, jobId);
  fail = async ({ jobId }: ClaimedJob): Promise<boolean> => this.#end('failed', jobId);
  releaseWorker = async (): Promise<number> => 0;
  failed = async (): Promise<readonly []> => [];

  #end(how: string, jobId: string): boolean {
    this.told.push(`${how} ${jobId}`);
    return !this.lost.has(jobId);
  }
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

interface Scene {
  worker: JobWorker;
  queue: DoubleQueue;
  clock: ManualClock;
  outcomes: string[];
  wake: () => void;
}

function scene(
  handle: (job: ClaimedJob, control: JobControl) => Promise<JobVerdict>,
  options: Partial<JobWorkerOptions> = {},
): Scene {
  const queue = new DoubleQueue();
  const clock = new ManualClock();
  const outcomes: string[] = [];
  const listeners = new Set<() => void>();
  const wake = (): void => listeners.forEach((listener) => listener());
  const wakeups: Wakeups = {
    wake,
    listen: (_channel, onWake) => {
      listeners.add(onWake);
      return () => void listeners.delete(onWake);
    },
  };
  const worker = new JobWorker({
    ...{ queue: 'q', worker: 'w', jobs: queue, wakeups, clock, handle },
    ...{ concurrencyMax: 2, leaseMs: 3000, pollMs: 500, attemptsMax: 3, drainMs: 7000 },
    observer: {
      jobEnded: (job, outcome) => outcomes.push(`${job.jobId} ${outcome}`),
      queueFailed: () => outcomes.push('queue failed'),
    },
    ...options,
  });
  return { worker, queue, clock, outcomes, wake };
}

const done = async (): Promise<JobVerdict> => ({ outcome: 'done' });

/** Handles nothing until it is told to stop. */
const untilStopped = (on: 'draining' | 'signal') => async (_job: ClaimedJob, control: JobControl) => {
  await new Promise((resolve) => control[on].addEventListener('abort', resolve));
  return { outcome: 'again', delayMs: 0, reason: 'stopped' } as const;
};

describe('a worker', () => {
  it('takes what is due, as many at once as it may, and goes on by itself', async () => {
    const { worker, queue } = scene(done);
    for (const jobId of ['a', 'b', 'c', 'd', 'e']) queue.add(jobId);
    worker.start();
    await settle();
    expect(queue.told).toEqual(['done a', 'done b', 'done c', 'done d', 'done e']);
    await worker.stop();
  });

  it('is woken, and looks by itself when it is not', async () => {
    const { worker, queue, clock, wake } = scene(done);
    worker.start();
    await settle();
    queue.add('a');
    wake();
    await settle();
    queue.add('b');
    await settle();
    expect(queue.told).toEqual(['done a']);
    await clock.pass(500);
    expect(queue.told).toEqual(['done a', 'done b']);
    await worker.stop();
  });

  it('does not look again after a job when its last look found all there was', async () => {
    const { worker, queue, wake } = scene(done);
    worker.start();
    await settle();
    queue.add('a');
    wake();
    await settle();
    expect(queue.told).toEqual(['done a']);
    expect(queue.looks).toBe(2);
    for (const jobId of ['b', 'c']) queue.add(jobId); // As many as it has places: there may be more.
    wake();
    await settle();
    expect(queue.told).toEqual(['done a', 'done b', 'done c']);
    expect(queue.looks).toBe(4);
    await worker.stop();
  });

  it('never holds more than it may', async () => {
    const { worker, queue } = scene(untilStopped('draining'));
    for (const jobId of ['a', 'b', 'c']) queue.add(jobId);
    worker.start();
    await settle();
    expect(worker.inHand).toBe(2);
    expect(queue.waiting.map(({ jobId }) => jobId)).toEqual(['c']);
    await worker.stop();
  });

  it('keeps places in reserve for tenants that have none', async () => {
    const { worker, queue } = scene(untilStopped('draining'), { reserveMax: 1 });
    for (const jobId of ['a', 'b', 'c']) queue.add(jobId, 1, 'busy');
    for (const jobId of ['d', 'e']) queue.add(jobId, 1, `quiet-${jobId}`);
    queue.waiting.sort((left, right) => left.jobId.localeCompare(right.jobId));
    worker.start();
    await settle();
    expect(worker.inHand).toBe(3);
    expect(queue.waiting.map(({ jobId }) => jobId)).toEqual(['c', 'e']);
    await worker.stop();
  });

  it('goes on when the queue cannot be asked for a while', async () => {
    const { worker, queue, clock, outcomes } = scene(done);
    queue.failing = true;
    queue.add('a');
    worker.start();
    await settle();
    expect(worker.failures).toBe(1);
    queue.failing = false;
    await clock.pass(100);
    expect(outcomes).toEqual(['queue failed', 'a done']);
    expect(worker.failures).toBe(0);
    await worker.stop();
  });
});

describe('a handler', () => {
  it('that fails with a retryable fault gets the job again later, however often', async () => {
    const { worker, queue } = scene(async () => {
      throw new Fault('busy', 'later', { retryable: true });
    });
    queue.add('a', 9);
    worker.start();
    await settle();
    expect(queue.told).toEqual(['again 5000 a']);
    await worker.stop();
  });

  it('that gives a job back is followed by a look when the job is due', async () => {
    let tries = 0;
    const { worker, queue, clock } = scene(async () => {
      tries += 1;
      return tries === 1 ? { outcome: 'again', delayMs: 300, reason: 'not yet' } : { outcome: 'done' };
    });
    queue.add('a');
    worker.start();
    await settle();
    queue.add('a', 2);
    await clock.pass(320);
    expect(queue.told).toEqual(['again 300 a', 'done a']);
    await worker.stop();
  });

  it('that fails otherwise ends the job after a few claims', async () => {
    const { worker, queue, outcomes } = scene(async () => {
      throw new TypeError('undefined is not a function');
    });
    queue.add('a', 2);
    queue.add('b', 3);
    worker.start();
    await settle();
    expect(queue.told).toEqual(['again 200 a', 'failed b']);
    expect(outcomes.sort()).toEqual(['a again', 'b failed']);
    await worker.stop();
  });

  it('is stopped when its claim was lost, and its verdict counts for nothing', async () => {
    const { worker, queue, clock, outcomes } = scene(untilStopped('signal'));
    queue.add('a');
    queue.lost.add('a');
    worker.start();
    await settle();
    await clock.pass(1000);
    expect(outcomes).toEqual(['a lost']);
    await worker.stop();
  });

  it('is stopped when its claim could not be renewed in time, and not before', async () => {
    let signal: AbortSignal | undefined;
    const { worker, queue, clock } = scene((job, control) => {
      signal = control.signal;
      return untilStopped('signal')(job, control);
    });
    queue.add('a');
    worker.start();
    await settle();
    queue.failing = true;
    for (clock.ms = 1000; clock.ms < 3000; clock.ms += 1000) await clock.pass(1000);
    expect(signal?.aborted).toBe(false);
    await clock.pass(1000);
    expect(signal?.aborted).toBe(true);
    queue.failing = false;
    await worker.stop();
  });

  it('keeps its claim while it works, all claims in one statement', async () => {
    const { worker, queue, clock } = scene(untilStopped('draining'));
    queue.add('a');
    queue.add('b');
    worker.start();
    await settle();
    await clock.pass(1000);
    expect(queue.told).toEqual(['renew a b']);
    await worker.stop();
  });
});

describe('stopping', () => {
  it('asks handlers to come to an end and waits for them', async () => {
    const { worker, queue } = scene(untilStopped('draining'));
    queue.add('a');
    worker.start();
    await settle();
    await worker.stop();
    expect(queue.told).toEqual(['again 0 a']);
    queue.add('b');
    await settle();
    expect(queue.waiting).toHaveLength(1);
  });

  it('aborts what has not ended when the time to drain is over', async () => {
    const { worker, queue, clock } = scene(untilStopped('signal'));
    queue.add('a');
    worker.start();
    await settle();
    const stopped = worker.stop();
    await settle();
    expect(queue.told).toEqual([]);
    await clock.pass(7000);
    await stopped;
    expect(queue.told).toEqual(['again 0 a']);
  });
});
