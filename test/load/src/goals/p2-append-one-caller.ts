import { ratio, type Goal } from '../harness/goal.js';
import { appendContest } from './append-contest.js';
import { APPEND_SIDES } from './append-sides.js';

const { bare, plain, ours, driver, emmett } = APPEND_SIDES;

/** P2: one event by one caller, who waits for nobody. */
export const appendOneCaller: Goal = {
  id: 'P2',
  title: 'append, one caller',
  sliceMs: 2_000,
  prepare: () =>
    appendContest(1, [
      { title: 'rate ÷ pgbench bare insert', of: ratio('ratePerS', ours, bare), atLeast: true, gate: 0.4, goal: 0.5 },
      { title: 'rate ÷ Emmett', of: ratio('ratePerS', ours, emmett), atLeast: true, gate: 1.5, goal: 2 },
      { title: 'rate ÷ the same rows in plain SQL', of: ratio('ratePerS', ours, plain), atLeast: true },
      { title: 'rate ÷ node-postgres bare insert', of: ratio('ratePerS', ours, driver), atLeast: true },
    ]),
};
