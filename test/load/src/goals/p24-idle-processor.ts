import { describeMissing, findPrerequisites, SERVICE_NAMES } from '@caisson/local';
import type { Goal } from '../harness/goal.js';
import { idleContest, idleFigure } from './idle-contest.js';

/** P24: processor time of each process while nobody asks, in per cent of one core. */
export const idleProcessor: Goal = {
  id: 'P24',
  title: 'idle processor time, per service and standalone',
  sliceMs: 10_000,
  missing: () => describeMissing(findPrerequisites()),
  prepare: () =>
    idleContest([
      ...SERVICE_NAMES.map((name) => ({
        title: `${name}, % of a core`,
        of: idleFigure(`${name} CPU %`),
        ...{ atLeast: false, gate: 1.6, goal: 1 },
      })),
      { title: 'five services, %', of: idleFigure('five services CPU %'), atLeast: false, gate: 8, goal: 4 },
      { title: 'standalone, %', of: idleFigure('standalone CPU %'), atLeast: false, gate: 3, goal: 1.5 },
      ...SERVICE_NAMES.map((name) => ({
        title: `${name} ÷ floor`,
        of: idleFigure(`${name} CPU %`, 'floor CPU %'),
        ...{ atLeast: false, goal: 2 },
      })),
      { title: 'commits per second, all services', of: idleFigure('commitsPerS'), atLeast: false },
    ]),
};
