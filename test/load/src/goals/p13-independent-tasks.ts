import { startBenchServer } from '../harness/bench-server.js';
import { ratio, type Contest, type Goal } from '../harness/goal.js';
import { closeAll, cpuOf } from './append-sides.js';
import { ourTasksSide } from './p13-our-tasks.js';
import { dbosSides, insertsSide } from './p13-task-sides.js';

const MANY = { atOnce: 32, tasks: 1_000 };
const ALONE = { atOnce: 1, tasks: 200 };
const NAMES = {
  inserts: 'two prepared inserts a task, 32 at once',
  ours: 'Caisson, 32 at once',
  dbos: 'DBOS, 32 at once',
  oursAlone: 'Caisson, 1 at once',
  dbosAlone: 'DBOS, 1 at once',
} as const;

/** P13: a thousand independent tasks whose engine answers at once: what is left is our own work. */
export const independentTasks: Goal = {
  id: 'P13',
  title: `${MANY.tasks} independent tasks, 32 at once, and one at a time`,
  sliceMs: 1_000,
  prepare: async (): Promise<Contest> => {
    const server = await startBenchServer();
    const inserts = await insertsSide(server, NAMES.inserts, MANY);
    const ours = await ourTasksSide(server, NAMES.ours, MANY);
    const oursAlone = await ourTasksSide(server, NAMES.oursAlone, ALONE);
    const dbos = await dbosSides(server, [
      { name: NAMES.dbos, load: MANY },
      { name: NAMES.dbosAlone, load: ALONE },
    ]);
    const sides = [inserts, ours, oursAlone, ...dbos];
    const { ours: many, dbos: peer } = NAMES;
    return {
      sides,
      comparisons: [
        { title: 'rate ÷ DBOS', of: ratio('ratePerS', many, peer), atLeast: true, gate: 1.5, goal: 3 },
        {
          title: 'CPU per task ÷ DBOS',
          of: (round) => {
            const [above, below] = [cpuOf(round.get(many)), cpuOf(round.get(peer))];
            return above === undefined || below === undefined ? undefined : above / below;
          },
          atLeast: false,
          gate: 0.6,
          goal: 1 / 3,
        },
        { title: 'p50 ÷ DBOS, 32 at once', of: ratio('p50Ms', many, peer), atLeast: false, gate: 0.5 },
        {
          title: 'p50 ÷ DBOS, 1 at once',
          of: ratio('p50Ms', NAMES.oursAlone, NAMES.dbosAlone),
          atLeast: false,
          gate: 1,
          goal: 0.5,
        },
        { title: 'rate ÷ two inserts', of: ratio('ratePerS', many, NAMES.inserts), atLeast: true, goal: 0.5 },
      ],
      notes: [
        `PostgreSQL ${server.version}, fsync on. A slice is ${MANY.tasks} tasks, not a time.`,
        'Ours includes the lease, the plan and its digest, intents, evidence, public facts in the outbox, the read ' +
          'models of run and tasks, and the verification of every unit. p50: intent asked → result recorded.',
        'DBOS: workflows of ten steps that return the same payload; it records a step after it ran, with no intent. ' +
          'p50: step called → step recorded.',
      ],
      close: () => closeAll(sides, server),
    };
  },
};
