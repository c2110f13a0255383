import { ratio, type Goal } from '../harness/goal.js';
import { appendContest } from './append-contest.js';
import { APPEND_SIDES, cpuOf } from './append-sides.js';

const { bare, plain, ours, driver, emmett } = APPEND_SIDES;

/** P1: one event to 32 streams by 32 callers. */
export const appendManyCallers: Goal = {
  id: 'P1',
  title: 'append, 32 streams, 32 callers',
  sliceMs: 2_000,
  prepare: () =>
    appendContest(32, [
      { title: 'rate ÷ the same rows in plain SQL', of: ratio('ratePerS', ours, plain), atLeast: true, gate: 0.6 },
      { title: 'rate ÷ pgbench bare insert', of: ratio('ratePerS', ours, bare), atLeast: true, goal: 0.8 },
      { title: 'rate ÷ Emmett', of: ratio('ratePerS', ours, emmett), atLeast: true, gate: 2, goal: 4 },
      {
        title: 'CPU per event ÷ Emmett',
        of: (round) => part(cpuOf(round.get(ours)), cpuOf(round.get(emmett))),
        atLeast: false,
        goal: 0.35,
      },
      { title: 'p99 ÷ node-postgres bare insert', of: ratio('p99Ms', ours, driver), atLeast: false, goal: 1 },
      { title: 'rate ÷ node-postgres bare insert', of: ratio('ratePerS', ours, driver), atLeast: true },
    ]),
};

function part(above: number | undefined, below: number | undefined): number | undefined {
  return above === undefined || below === undefined ? undefined : above / below;
}
