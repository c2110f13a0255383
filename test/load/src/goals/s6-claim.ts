import { randomUUID } from 'node:crypto';
import { migrate, openEventStore, type OpenedEventStore } from '@caisson/event-store-postgres';
import { newAppend, newStream } from '@caisson/testing';
import { startBenchServer } from '../harness/bench-server.js';
import { ratio, type Contest, type Goal, type Side } from '../harness/goal.js';
import { latencyFigures } from '../harness/statistics.js';

const [TENANTS, RUNNING, WAITING] = [50, 250, 250];
const CLAIMS = 500;
const [LONG_MS, LEASE_MS] = [3_600_000, 60_000];
const NAMES = { alone: 'nothing else in the queue', among: `among ${RUNNING + WAITING} runs` } as const;

/** S6: what one claim takes while many runs wait or are in hand, none of which can be claimed. */
export const claimAmongMany: Goal = {
  id: 'S6',
  title: `claim of a run among ${RUNNING} that run and ${WAITING} that wait`,
  sliceMs: 1_000,
  prepare: async (): Promise<Contest> => {
    const server = await startBenchServer();
    const url = await server.createDatabase('caisson_claims');
    await migrate({ ownerUrl: url });
    const store = await openEventStore({ url });
    const sides = [
      await claimSide(store, NAMES.alone, { running: 0, waiting: 0 }),
      await claimSide(store, NAMES.among, { running: RUNNING, waiting: WAITING }),
    ];
    await store.pool.query('analyze job');
    return {
      sides,
      comparisons: [
        {
          title: `p99 among ${RUNNING + WAITING} runs, ms`,
          of: (round) => round.get(NAMES.among)?.['p99Ms'],
          ...{ atLeast: false, gate: 5 },
        },
        { title: 'p50 ÷ that of an empty queue', of: ratio('p50Ms', NAMES.among, NAMES.alone), atLeast: false },
      ],
      notes: [
        `PostgreSQL ${server.version}, fsync on; ${TENANTS} tenants. A slice is ${CLAIMS} claims of the one run that ` +
          'is due, each with its commit and given back after it; running ones are held by a worker, waiting ones are ' +
          'due in an hour.',
      ],
      close: async () => {
        await store.close();
        await server.stop();
      },
    };
  },
};

async function claimSide(
  store: OpenedEventStore,
  name: string,
  load: { readonly running: number; readonly waiting: number },
): Promise<Side> {
  const queue = `claims-${randomUUID()}`;
  const enqueue = async (runs: number): Promise<void> => {
    const tenants = Math.min(runs, TENANTS);
    const jobs = Array.from({ length: runs / tenants }, (_, index) => ({ queue, key: `run-${index}`, payload: null }));
    const streams = Array.from({ length: tenants }, () => newStream(randomUUID()));
    await Promise.all(streams.map((stream) => store.events.append(newAppend({ stream, jobs }))));
  };
  if (load.waiting > 0) {
    await enqueue(load.waiting);
    const waiting = await store.jobs.claim({ queue, worker: 'bench', limit: load.waiting, leaseMs: LONG_MS });
    await Promise.all(waiting.map((job) => store.jobs.release(job, LONG_MS, 'waits')));
    await enqueue(load.running);
    await store.jobs.claim({ queue, worker: 'bench', limit: load.running, leaseMs: LONG_MS });
  }
  await enqueue(1);
  return {
    name,
    measure: async () => {
      const latencies: number[] = [];
      for (let claim = 0; claim < CLAIMS; claim += 1) {
        const begun = performance.now();
        const [job, ...others] = await store.jobs.claim({ queue, worker: 'bench', limit: 10, leaseMs: LEASE_MS });
        latencies.push(performance.now() - begun);
        if (job === undefined || others.length > 0) throw new Error(`${others.length} other runs were claimed`);
        await store.jobs.release(job, 0, 'is claimed again');
      }
      return latencyFigures(latencies);
    },
  };
}
