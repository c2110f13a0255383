import { describeMissing, findPrerequisites, SERVICE_NAMES } from '@caisson/local';
import type { Goal } from '../harness/goal.js';
import { idleContest, idleFigure } from './idle-contest.js';

/** P23: resident memory of each process, ten seconds after it was ready, nobody asking. */
export const idleMemory: Goal = {
  id: 'P23',
  title: 'idle resident memory, per service and standalone',
  sliceMs: 5_000,
  missing: () => describeMissing(findPrerequisites()),
  prepare: () =>
    idleContest([
      ...SERVICE_NAMES.map((name) => ({
        title: `${name} ÷ floor`,
        of: idleFigure(`${name} MiB`, 'floor MiB'),
        ...{ atLeast: false, gate: 2, goal: 1.5 },
      })),
      { title: 'standalone ÷ floor', of: idleFigure('standalone MiB', 'floor MiB'), atLeast: false, gate: 3, goal: 2 },
    ]),
};
