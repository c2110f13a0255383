import { startBenchServer } from '../harness/bench-server.js';
import { ratio, type Contest, type Goal } from '../harness/goal.js';
import { closeAll } from './append-sides.js';
import { dbosKilledSide, ourKilledSide } from './p25-killed-sides.js';

const LOAD = { runs: 200, tasks: 10 };
const NAMES = { ours: 'Caisson', dbos: 'DBOS' } as const;

/** P25: the executor is killed while it carries two hundred runs, and started again on the same host. */
export const killedExecutor: Goal = {
  id: 'P25',
  title: `executor killed with ${LOAD.runs} runs in hand, started again`,
  sliceMs: 1_000,
  prepare: async (): Promise<Contest> => {
    const server = await startBenchServer();
    const dbos = await dbosKilledSide(server, NAMES.dbos, LOAD);
    const ours = await ourKilledSide(server, NAMES.ours, LOAD);
    const sides = [dbos, ours];
    return {
      sides,
      comparisons: [
        {
          title: 'new process → all completed ÷ DBOS',
          of: ratio('allDoneMs', NAMES.ours, NAMES.dbos),
          ...{ atLeast: false, gate: 1.2, goal: 0.8 },
        },
        {
          title: 'new process → first task begun ÷ DBOS',
          of: ratio('resumedMs', NAMES.ours, NAMES.dbos),
          ...{ atLeast: false, goal: 1 },
        },
        {
          title: 'effects that happened twice, ours',
          of: (round) => round.get(NAMES.ours)?.['effectsTwice'],
          ...{ atLeast: false, gate: 0 },
        },
      ],
      notes: [
        `PostgreSQL ${server.version}, fsync on. ${LOAD.runs} runs of ${LOAD.tasks} tasks of 50 ms, one by one; ` +
          'SIGKILL 100 ms after the last run began. Time counts from the start of the new process.',
        'Ours is the loop of the executor over its queue in a process of its own, without HTTP and telemetry.',
        'A task adds a row to a table outside. Ours looks there before it repeats; DBOS repeats a step whose end was ' +
          'not recorded. `effectsTwice` counts it for both.',
      ],
      close: () => closeAll(sides, server),
    };
  },
};
