import { startBenchServer } from '../harness/bench-server.js';
import { ratio, type Contest, type Goal, type Round } from '../harness/goal.js';
import { bareSide, startBenchEngine, terraformBinary, unitsOf } from './terraform-sides.js';

const SIZES = [1, 100] as const;

/** P27: what our engine adds to the tool for one unit. */
export const terraformUnit: Goal = {
  id: 'P27',
  title: 'Terraform unit of 1 and of 100 resources, over the bare tool',
  sliceMs: 1_000,
  prepare: async (): Promise<Contest> => {
    const binary = await terraformBinary();
    if (binary === undefined) throw new Error('There is no terraform on PATH. Install it, or leave P27 out.');
    const server = await startBenchServer();
    const engine = await startBenchEngine(server, binary);
    const sides = SIZES.flatMap((count) => [
      bareSide(`bare, ${count}`, binary, count),
      engine.side(`Caisson, ${count}`, unitsOf(count, count), 1),
    ]);
    return {
      sides,
      comparisons: [
        {
          title: 'unit of 1: ms on top of the bare tool',
          of: (round: Round) => difference(round, 'Caisson, 1', 'bare, 1'),
          ...{ atLeast: false, gate: 500, goal: 250 },
        },
        {
          title: 'unit of 100: wall ÷ bare tool',
          of: ratio('wallMs', 'Caisson, 100', 'bare, 100'),
          ...{ atLeast: false, gate: 1.1, goal: 1.05 },
        },
        { title: 'unit of 100: CPU ÷ bare tool', of: ratio('cpuMs', 'Caisson, 100', 'bare, 100'), atLeast: false },
      ],
      notes: [
        'Bare: init, plan to a file, show -json of it, apply of it, local state, fresh folder. A slice is one unit.',
        'Ours: dry run and apply by the engine, state in Postgres over HTTP (fsync on, encrypted, locked, fenced), ' +
          'the runner registered, the result read back. Validation and the commits of a task are not in it.',
      ],
      close: async () => {
        await engine.close();
        await server.stop();
      },
    };
  },
};

function difference(round: Round, of: string, from: string): number | undefined {
  const [above, below] = [round.get(of)?.['wallMs'], round.get(from)?.['wallMs']];
  return above === undefined || below === undefined ? undefined : above - below;
}
