import { startBenchServer } from '../harness/bench-server.js';
import { ratio, type Contest, type Goal } from '../harness/goal.js';
import { bareSide, startBenchEngine, terraformBinary, unitsOf } from './terraform-sides.js';

const COUNT = 1_000;
const AT_ONCE = 2;
const NAMES = { bare: 'bare, one state', ours: 'Caisson, units of 100' } as const;

/** P28: a thousand generated resources in the units that the planner makes of them, over one state. */
export const terraformUnits: Goal = {
  id: 'P28',
  title: `${COUNT} generated Terraform resources in ten units, over one state`,
  sliceMs: 1_000,
  prepare: async (): Promise<Contest> => {
    const binary = await terraformBinary();
    if (binary === undefined) throw new Error('There is no terraform on PATH. Install it, or leave P28 out.');
    const server = await startBenchServer();
    const engine = await startBenchEngine(server, binary);
    const { ours, bare } = NAMES;
    return {
      sides: [bareSide(bare, binary, COUNT), engine.side(ours, unitsOf(COUNT, await engine.sizeMax()), AT_ONCE)],
      comparisons: [
        { title: 'CPU ÷ one state', of: ratio('cpuMs', ours, bare), atLeast: false, gate: 0.6, goal: 0.45 },
        { title: 'wall ÷ one state, two at a time', of: ratio('wallMs', ours, bare), atLeast: false, goal: 0.4 },
      ],
      notes: [
        'Bare: init, plan to a file, show -json of it, apply of it, local state. A slice is all resources.',
        'Ours: units of the largest size that the engine gives for them, as the planner fills them; each with a dry ' +
          'run and an apply, state in Postgres over HTTP. CPU: of the bench and all tools, without the database.',
      ],
      close: async () => {
        await engine.close();
        await server.stop();
      },
    };
  },
};
