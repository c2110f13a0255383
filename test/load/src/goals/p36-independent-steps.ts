import type { Plan } from '@caisson/contracts';
import { ratio, type Goal } from '../harness/goal.js';
import { floorSide, planQuestion, planSide } from './p17-plan-sides.js';
import { missingPython, startRulePlanner, type PlanTotals } from './p36-rule-planner.js';

const SIZES = [1_000, 3_000];

/** P36: processor time of a plan of independent steps, over that of the planner of source system 003. */
export const independentSteps: Goal = {
  id: 'P36',
  title: 'plan of 1,000 and 3,000 independent steps',
  sliceMs: 500,
  missing: missingPython,
  prepare: async () => {
    const questions = SIZES.map((nodes) => planQuestion(nodes, 0));
    const peers = await Promise.all(questions.map(startRulePlanner));
    return {
      sides: questions.flatMap((question, index) => {
        const peer = peers[index];
        if (peer === undefined) return [];
        return [floorSide(question), planSide(question, (plan) => expectTotals(plan, peer.totals)), peer.side];
      }),
      comparisons: SIZES.flatMap((nodes) => [
        {
          title: `${nodes} steps, CPU ÷ source 003`,
          of: ratio('cpuMs', `Caisson, ${nodes}`, `source 003, ${nodes}`),
          ...{ atLeast: false, gate: 2, goal: 0.5 },
        },
        {
          title: `${nodes} steps, CPU ÷ floor`,
          of: ratio('cpuMs', `Caisson, ${nodes}`, `floor, ${nodes}`),
          atLeast: false,
        },
      ]),
      notes: [
        'A slice counts only if duration, cost per month and reasoning of both plans are the same.',
        'Source 003: its published rules written anew in Python on plain classes, rather faster than the original ' +
          'with its validated ones. It gets the request parsed; it checks, stores and hashes nothing.',
        'Ours begins at the JSON text, with all checks, and ends with the digest. Floor: as in P17.',
      ],
      close: async () => {
        for (const peer of peers) await peer.stop();
      },
    };
  },
};

function expectTotals({ cost, duration, reasoning }: Plan, theirs: PlanTotals): void {
  const ours: PlanTotals = { seconds: duration.sumMs / 1000, perMonth: cost.after, reasoning: reasoning ?? '' };
  for (const total of ['seconds', 'perMonth', 'reasoning'] as const) {
    if (ours[total] !== theirs[total]) throw new Error(`${total}: ${ours[total]}, not ${theirs[total]}`);
  }
}
