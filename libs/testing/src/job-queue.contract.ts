import { randomUUID } from 'node:crypto';
import type { ClaimedJob, EventStore, JobQueue, NewJob } from '@caisson/event-sourcing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newAppend, newStream } from './appends.js';
import { eventually } from './eventually.js';

/** A store to test whose appends record jobs. */
export interface JobQueueFixture {
  readonly events: EventStore;
  readonly jobs: JobQueue;
  /** The same queues, as another process has them. */
  readonly otherJobs: JobQueue;
  close(): Promise<void>;
}

/** What every job queue promises. Run it from the adapter's `*.int.spec.ts`. */
export function describeJobQueueContract(name: string, createFixture: () => Promise<JobQueueFixture>): void {
  describe(`${name} keeps the job queue contract`, () => {
    let fixture: JobQueueFixture;
    let jobs: JobQueue;
    beforeAll(async () => {
      fixture = await createFixture();
      ({ jobs } = fixture);
    });
    afterAll(() => fixture.close());

    const newQueue = (): string => `queue-${randomUUID()}`;

    async function record(given: readonly NewJob[], tenantId: string = randomUUID()): Promise<string> {
      const stream = newStream(tenantId);
      await fixture.events.append(newAppend({ stream, jobs: given }));
      return tenantId;
    }

    async function claim(queue: string, limit = 10, leaseMs = 60_000): Promise<readonly ClaimedJob[]> {
      return jobs.claim({ queue, worker: 'worker-1', limit, leaseMs });
    }

    async function claimOne(queue: string, leaseMs = 60_000): Promise<ClaimedJob> {
      const [job] = await claim(queue, 1, leaseMs);
      expect(job).toBeDefined();
      return job!;
    }

    it('gives a recorded job to one worker', async () => {
      const queue = newQueue();
      const tenantId = await record([{ queue, key: 'a', payload: { run: [1, null] } }]);
      expect(await claim(queue)).toEqual([
        {
          jobId: expect.any(String) as string,
          tenantId,
          queue,
          key: 'a',
          payload: { run: [1, null] },
          attempt: 1,
          claimToken: 1,
        },
      ]);
      expect(await fixture.otherJobs.claim({ queue, worker: 'worker-2', limit: 10, leaseMs: 1_000 })).toEqual([]);
    });

    it('knows a key once for ever, per tenant', async () => {
      const queue = newQueue();
      const job = { queue, key: 'once', payload: null };
      const tenantId = await record([job, job]);
      await record([job], tenantId);
      await jobs.complete(await claimOne(queue));
      await record([job], tenantId);
      expect(await claim(queue)).toEqual([]);
      await record([job]);
      expect(await claim(queue)).toHaveLength(1);
    });

    it('records no job with an append that was not accepted', async () => {
      const queue = newQueue();
      const request = newAppend();
      await fixture.events.append(request);
      await fixture.events.append(newAppend({ stream: request.stream, jobs: [{ queue, key: 'a', payload: 1 }] }));
      await fixture.events.append({ ...request, jobs: [{ queue, key: 'b', payload: 1 }] });
      expect(await claim(queue)).toEqual([]);
    });

    it('waits for the time of a job', async () => {
      const queue = newQueue();
      await record([
        { queue, key: 'later', payload: null, delayMs: 300 },
        { queue, key: 'much later', payload: null, delayMs: 3_600_000 },
      ]);
      expect(await claim(queue)).toEqual([]);
      const due = await eventually('the job to be due', async () => (await claim(queue)).at(0));
      expect(due.key).toBe('later');
    });

    it('takes turns over tenants, oldest first', async () => {
      const queue = newQueue();
      const busy = await record(Array.from({ length: 5 }, (_, index) => ({ queue, key: `b${index}`, payload: null })));
      const quiet = await record([{ queue, key: 'q0', payload: null }]);
      const first = await claim(queue, 2);
      expect(new Set(first.map((job) => job.tenantId))).toEqual(new Set([busy, quiet]));
      expect((await claim(queue, 10)).map((job) => job.tenantId)).toEqual(Array(4).fill(busy));
    });

    it('lets no tenant with many jobs keep another waiting, also where one place frees at a time', async () => {
      const queue = newQueue();
      const jobsOf = (name: string, count: number): NewJob[] =>
        Array.from({ length: count }, (_, index) => ({ queue, key: `${name}${index}`, payload: null }));
      const first = await record(jobsOf('a', 30));
      const second = await record(jobsOf('b', 30));
      const held = await claim(queue, 4);
      const late = await record(jobsOf('c', 1));
      await jobs.complete(held[0]!);
      expect((await claimOne(queue)).tenantId).toBe(late); // The others have jobs in hand.
      for (const job of held.slice(1)) await jobs.complete(job);
      const served: string[] = [];
      for (let round = 0; round < 6; round += 1) {
        const job = await claimOne(queue);
        served.push(job.tenantId);
        await jobs.complete(job);
      }
      expect(served.filter((tenant) => tenant === first)).toHaveLength(3);
      expect(served.filter((tenant) => tenant === second)).toHaveLength(3);
    });

    it('gives what has a head start first, and nothing that has waited longer than that waits for it', async () => {
      const queue = newQueue();
      const tenantId = await record([{ queue, key: 'old', payload: null }]);
      await new Promise((resolve) => setTimeout(resolve, 300)); // To be older than a head start.
      await record([{ queue, key: 'normal', payload: null, headStartMs: 250 }], tenantId);
      await record([{ queue, key: 'urgent', payload: null, headStartMs: 60_000 }], tenantId);
      const order: string[] = [];
      for (let round = 0; round < 3; round += 1) order.push((await claimOne(queue)).key);
      expect(order).toEqual(['urgent', 'old', 'normal']);
    });

    it('leaves tenants alone that the claim names', async () => {
      const queue = newQueue();
      const one = await record([{ queue, key: 'a', payload: null }]);
      const other = await record([{ queue, key: 'b', payload: null }]);
      const request = { queue, worker: 'worker-1', limit: 10, leaseMs: 60_000, exceptTenants: [one] };
      expect((await jobs.claim(request)).map((job) => job.tenantId)).toEqual([other]);
      expect((await claim(queue)).map((job) => job.tenantId)).toEqual([one]);
    });

    it('reaches every one of many tenants', { timeout: 60_000 }, async () => {
      const queue = newQueue();
      await Promise.all(Array.from({ length: 700 }, () => record([{ queue, key: 'a', payload: null }])));
      const tenants = new Set<string>();
      await eventually('every tenant', async () => {
        for (const job of await claim(queue, 100)) tenants.add(job.tenantId);
        return tenants.size === 700;
      });
    });

    it('finds at once all that is due among many tenants whose jobs are for later', { timeout: 60_000 }, async () => {
      const queue = newQueue();
      const later = { queue, key: 'later', payload: null, delayMs: 3_600_000 };
      await Promise.all(Array.from({ length: 700 }, () => record([later])));
      const due = await Promise.all(['a', 'b', 'c'].map((key) => record([later, { queue, key, payload: null }])));
      const claimed = await claim(queue);
      expect(claimed.map(({ tenantId }) => tenantId).sort()).toEqual(due.sort());
    });

    it('gives no job twice when many claim at once', async () => {
      const queue = newQueue();
      await record(Array.from({ length: 60 }, (_, index) => ({ queue, key: `k${index}`, payload: null })));
      const claimed: string[] = [];
      const take = async (from: JobQueue): Promise<void> => {
        for (;;) {
          const taken = await from.claim({ queue, worker: 'worker', limit: 4, leaseMs: 60_000 });
          claimed.push(...taken.map((job) => job.key));
          if (claimed.length >= 60) return;
        }
      };
      await Promise.all([jobs, fixture.otherJobs, jobs, fixture.otherJobs].map((from) => take(from)));
      expect(claimed).toHaveLength(60);
      expect(new Set(claimed).size).toBe(60);
    });

    it('ends a job once: a completion with an old claim changes nothing', async () => {
      const queue = newQueue();
      await record([{ queue, key: 'a', payload: null }]);
      const old = await claimOne(queue, 1);
      const current = await eventually('the claim to run out', async () => (await claim(queue)).at(0));
      expect(current).toMatchObject({ jobId: old.jobId, attempt: 2 });
      expect(current.claimToken).toBeGreaterThan(old.claimToken);
      expect(await jobs.complete(old)).toBe(false);
      expect(await jobs.release(old, 0, 'late')).toBe(false);
      expect(await jobs.fail(old, 'late')).toBe(false);
      expect(await jobs.renew([old], 1_000)).toEqual(new Set());
      expect(await jobs.complete(current)).toBe(true);
      expect(await jobs.complete(current)).toBe(false);
      expect(await claim(queue)).toEqual([]);
    });

    it('keeps renewed claims, all in one call', async () => {
      const queue = newQueue();
      await record(['a', 'b'].map((key) => ({ queue, key, payload: null })));
      const held = await claim(queue, 2, 200);
      expect(await jobs.renew(held, 60_000)).toEqual(new Set(held.map((job) => job.jobId)));
      await new Promise((resolve) => setTimeout(resolve, 250)); // Past the first lease: nothing else would tell.
      expect(await claim(queue)).toEqual([]);
      expect(await jobs.renew([], 1_000)).toEqual(new Set());
    });

    it('gives a released job again after the delay, not before', async () => {
      const queue = newQueue();
      await record([{ queue, key: 'a', payload: null }]);
      expect(await jobs.release(await claimOne(queue), 200, 'not \u0000 yet')).toBe(true);
      expect(await claim(queue)).toEqual([]);
      const again = await eventually('the job to come back', async () => (await claim(queue)).at(0));
      expect(again.attempt).toBe(2);
    });

    it('never gives a failed job again, and lists it', async () => {
      const queue = newQueue();
      await record([{ queue, key: 'a', payload: null }]);
      expect(await jobs.failed(queue, 10)).toEqual([]);
      const job = await claimOne(queue);
      expect(await jobs.fail(job, 'cannot be done')).toBe(true);
      expect(await claim(queue)).toEqual([]);
      const { key, payload, tenantId } = job;
      expect(await jobs.failed(queue, 10)).toEqual([{ tenantId, queue, key, payload, reason: 'cannot be done' }]);
      expect(await jobs.failed(newQueue(), 10)).toEqual([]);
    });

    it('frees all claims of a worker that is known to be dead, and only those', async () => {
      const queue = newQueue();
      await record(['a', 'b', 'c'].map((key) => ({ queue, key, payload: null })));
      const worker = `dead-${randomUUID()}`;
      const [lost] = await jobs.claim({ queue, worker, limit: 2, leaseMs: 60_000 });
      await claimOne(queue);
      expect(await jobs.releaseWorker(worker)).toBe(2);
      expect((await claim(queue)).map((job) => job.attempt)).toEqual([2, 2]);
      expect(await jobs.complete(lost!)).toBe(false);
    });
  });
}
