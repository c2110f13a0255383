import { ratio, type Goal } from '../harness/goal.js';
import { floorSide, planQuestion, planSide } from './p17-plan-sides.js';

const SIZES = [10, 1_000, 10_000, 100_000];
const LARGEST = 100_000;
const MEMORY_MIB_MAX = 1_536;

/** P17: processor time of the pure part of a planning, over that of parsing, ordering, printing and hashing alone. */
export const planGraph: Goal = {
  id: 'P17',
  title: 'plan of 10 to 100,000 nodes',
  sliceMs: 300,
  prepare: async () => {
    const questions = SIZES.map((nodes) => planQuestion(nodes));
    return {
      sides: questions.flatMap((question) => [floorSide(question), planSide(question)]),
      comparisons: [
        ...SIZES.map((nodes) => ({
          title: `${nodes} nodes, CPU ÷ floor`,
          of: ratio('cpuMs', `Caisson, ${nodes}`, `floor, ${nodes}`),
          ...{ atLeast: false, gate: 5, goal: 2 },
        })),
        {
          title: `memory with ${LARGEST} nodes, MiB`,
          of: (round) => round.get(`Caisson, ${LARGEST}`)?.['rssMiB'],
          ...{ atLeast: false, gate: MEMORY_MIB_MAX },
        },
      ],
      notes: [
        'Given: the request as JSON text and what the engines said. Made: units, order, cost, risk, and the digest.',
        'The floor parses, orders with typed arrays, adds up, prints once and hashes. Memory: of the bench.',
      ],
      close: async () => undefined,
    };
  },
};
