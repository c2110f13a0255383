import { startBenchServer } from '../harness/bench-server.js';
import { ratio, type Contest, type Goal } from '../harness/goal.js';
import { closeAll } from './append-sides.js';
import { graphileStartSide, insertSide, ourStartSide } from './p15-start-sides.js';

const NAMES = { insert: 'one bare insert', ours: 'Caisson', graphile: 'graphile-worker' } as const;

/** P15: nothing is to be done; then one task is ready. How long until its engine is called? */
export const readyToStarted: Goal = {
  id: 'P15',
  title: 'ready → started, idle executor',
  sliceMs: 1_000,
  prepare: async (): Promise<Contest> => {
    const server = await startBenchServer();
    const sides = [
      await insertSide(server, NAMES.insert),
      await ourStartSide(server, NAMES.ours),
      await graphileStartSide(server, NAMES.graphile),
    ];
    return {
      sides,
      comparisons: [
        {
          title: 'p50 ÷ graphile-worker',
          of: ratio('p50Ms', NAMES.ours, NAMES.graphile),
          ...{ atLeast: false, gate: 2, goal: 1 },
        },
        { title: 'p99 ÷ graphile-worker', of: ratio('p99Ms', NAMES.ours, NAMES.graphile), atLeast: false, goal: 1 },
        { title: 'p50 ÷ one bare insert', of: ratio('p50Ms', NAMES.ours, NAMES.insert), atLeast: false },
      ],
      notes: [
        `PostgreSQL ${server.version}, fsync on. A slice is 200 tasks with a pause of 50 ms after each, not a time.`,
        'Ours: a run of one task is put into the queue of the executor; until its engine is called it is claimed, ' +
          'the lease taken, the plan read and checked, the beginning of the execution and the intent recorded.',
        'graphile-worker: `addJob` → the task is called; it claims, and records nothing else.',
      ],
      close: () => closeAll(sides, server),
    };
  },
};
