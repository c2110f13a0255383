import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { migrate, openEventStore, type OpenedEventStore } from '@caisson/event-store-postgres';
import { startBenchServer } from '../harness/bench-server.js';
import type { Contest, Figures, Goal, Side } from '../harness/goal.js';
import { watchStatements } from './p16-statements.js';
import { enqueueRuns, startTaskExecutor } from './task-executor.js';
import { taskEngine } from './task-ports.js';
import { startedRun } from './task-runs.js';

const ATTEMPTS = 500;
const SETTLE_MS = 2_000;
const WAIT_MS_MAX = 60_000;
const POLL_MS = 20;
const OURS = 'Caisson';

/** P16: what it costs to keep the leases and claims of runs whose tasks take long. */
export const leaseTraffic: Goal = {
  id: 'P16',
  title: `lease traffic of ${ATTEMPTS} running attempts`,
  sliceMs: 30_000,
  prepare: async (): Promise<Contest> => {
    const server = await startBenchServer();
    const url = await server.createDatabase('caisson_leases');
    await migrate({ ownerUrl: url });
    const store = await openEventStore({ url });
    return {
      sides: [runningSide(store)],
      comparisons: [
        {
          title: 'statements per second for leases and claims',
          of: (round) => round.get(OURS)?.['leaseStatementsPerS'],
          ...{ atLeast: false, gate: 2, goal: 0.2 },
        },
        {
          title: 'statements per second, all',
          of: (round) => round.get(OURS)?.['statementsPerS'],
          atLeast: false,
        },
      ],
      notes: [
        `PostgreSQL ${server.version}. ${ATTEMPTS} runs of one task each on one executor: each has a lease and ` +
          'a claim of its own. Counted where the driver sends statements. 30 s hold each renewal six times.',
        'No attempt is repeated and no claim lost, or the slice does not count.',
      ],
      close: async () => {
        await store.close();
        await server.stop();
      },
    };
  },
};

function runningSide(store: OpenedEventStore): Side {
  let round = 0;
  return {
    name: OURS,
    measure: async (sliceMs): Promise<Figures> => {
      round += 1;
      const prefix = `round-${round}`;
      let begun = 0;
      const ended: string[] = [];
      const release = new AbortController();
      const released = once(release.signal, 'abort');
      const engine = taskEngine(async () => {
        begun += 1;
        await released;
      });
      const places = { runs: ATTEMPTS, attempts: ATTEMPTS, ended: (outcome: string) => ended.push(outcome) };
      const executor = startTaskExecutor(store, engine, places);
      try {
        const ids = Array.from({ length: ATTEMPTS }, (_, run) => `${prefix}-${run}`);
        await enqueueRuns(store, await Promise.all(ids.map((runId) => startedRun(store, { runId, waves: [1] }))));
        await until('all attempts to run', () => begun >= ATTEMPTS);
        await sleep(SETTLE_MS);
        const figures = await watchStatements(store.pool, sliceMs);
        release.abort();
        await until('all runs to end', () => ended.length >= ATTEMPTS);
        const unusual = ended.filter((outcome) => outcome !== 'done').length;
        if (begun !== ATTEMPTS || unusual > 0) throw new Error(`${begun} attempts, ${unusual} claims not kept`);
        return figures;
      } finally {
        release.abort();
        await executor.stop();
      }
    },
  };
}

async function until(what: string, isSo: () => boolean): Promise<void> {
  const deadline = performance.now() + WAIT_MS_MAX;
  while (!isSo()) {
    if (performance.now() > deadline) throw new Error(`waited in vain for ${what}`);
    await sleep(POLL_MS);
  }
}
