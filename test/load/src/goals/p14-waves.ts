import { startBenchServer } from '../harness/bench-server.js';
import { ratio, type Contest, type Goal } from '../harness/goal.js';
import { closeAll } from './append-sides.js';
import { ourTasksSide } from './p13-our-tasks.js';
import { batchInsertsSide, dbosWavesSide } from './p14-wave-sides.js';

const WAVES = Array.from({ length: 10 }, () => 100);
const TASKS = WAVES.reduce((sum, tasks) => sum + tasks, 0);
const NAMES = { inserts: 'two batch inserts a wave', ours: 'Caisson', dbos: 'DBOS' } as const;

/** P14: ten waves of a hundred tasks, each of which waits for the one before. */
export const waves: Goal = {
  id: 'P14',
  title: `${WAVES.length} waves of ${WAVES[0]} tasks`,
  sliceMs: 1_000,
  prepare: async (): Promise<Contest> => {
    const server = await startBenchServer();
    const inserts = await batchInsertsSide(server, NAMES.inserts, WAVES);
    const ours = await ourTasksSide(server, NAMES.ours, { atOnce: 100, tasks: TASKS, waves: WAVES });
    const dbos = await dbosWavesSide(server, NAMES.dbos, WAVES);
    const sides = [inserts, ours, dbos];
    return {
      sides,
      comparisons: [
        { title: 'rate ÷ DBOS', of: ratio('ratePerS', NAMES.ours, NAMES.dbos), atLeast: true, gate: 3, goal: 6 },
        {
          title: 'rate ÷ two batch inserts a wave',
          of: ratio('ratePerS', NAMES.ours, NAMES.inserts),
          atLeast: true,
          goal: 0.25,
        },
      ],
      notes: [
        `PostgreSQL ${server.version}, fsync on. A slice is one run of ${TASKS} tasks, not a time.`,
        'Ours: in each wave 99 tasks at once and one that waits for them, for which the next wave waits: nineteen ' +
          'steps one after the other where the others have ten. Includes all that P13 names.',
        'DBOS: one workflow, `Promise.all` of a hundred steps, ten times. It records no intent.',
      ],
      close: () => closeAll(sides, server),
    };
  },
};
