import { describe, expect, it } from 'vitest';
import type { DeploymentCommand } from '../domain/deployment.commands.js';
import { deploymentDecider } from '../domain/deployment.decide.js';
import {
  applied,
  approve,
  cancel,
  create,
  execute,
  executionFailed,
  origin,
  plan,
  planned,
  retry,
  rolledBack,
  rollbackStarted,
  verified,
} from '../domain/deployment.fixtures.spec.js';
import { runView } from './deployment-documents.js';
import { claimsOf, holdingsOf } from './deployment-quotas.js';

/** What a deployment holds of the monthly cost after each command that changes it. */
function heldAfter(...commands: readonly DeploymentCommand[]): readonly (readonly [string, number, boolean])[] {
  let state = deploymentDecider.initialState;
  return commands.flatMap((command) => {
    const decision = deploymentDecider.decide(state, command);
    if (decision.outcome === 'rejected') throw new Error(`${command.type}: ${decision.rejection.code}`);
    const before = state;
    const { events } = decision;
    state = events.reduce((current, event) => deploymentDecider.evolve(current, event), state);
    return holdingsOf({ before, after: state, events }).map(
      ({ amount, claims }) => [command.type, amount, claims] as const,
    );
  });
}

const pricedAt = (costPerMonth: number, runId = 'r1', round = 1) =>
  ({ ...planned(runId, round), costPerMonth }) as DeploymentCommand;
const cheaper: DeploymentCommand[] = [
  { type: 'RequestRun', origin, runId: 'r2', kind: 'update', reason: 'too dear', whenBusy: 'refuse' },
  plan,
  pricedAt(15, 'r2'),
  approve,
];
const through = [execute, applied(), verified()];

describe('the cost of a deployment', () => {
  it('is held from the approval on, and only that can be refused', () => {
    expect(heldAfter(create(), plan, pricedAt(40), approve, ...through)).toEqual([['ApproveRun', 40, true]]);
  });

  it('is none of a plan that nobody approved', () => {
    expect(heldAfter(create(), plan, pricedAt(40), cancel)).toEqual([]);
  });

  it('is given back by a run that was cancelled before it was executed, or undone', () => {
    const held = [['ApproveRun', 40, true]];
    expect(heldAfter(create(), plan, pricedAt(40), approve, cancel)).toEqual([...held, ['CancelRun', 0, false]]);
    const undone = [execute, rollbackStarted(), rolledBack()];
    expect(heldAfter(create(), plan, pricedAt(40), approve, ...undone)).toEqual([
      ...held,
      ['RecordRolledBack', 0, false],
    ]);
  });

  it('is held of a run that failed, whatever the next one costs, until one gets through', () => {
    const failed = [create(), plan, pricedAt(40), approve, execute, executionFailed()];
    const again = [retry, plan, pricedAt(15, 'r1', 2), approve];
    expect(heldAfter(...failed, ...again, ...through)).toEqual([
      ['ApproveRun', 40, true],
      ['RecordVerified', 15, false],
    ]);
  });

  it('of a run that failed is held on when the next one is cancelled before it was executed, or undone', () => {
    const failed = [create(), plan, pricedAt(40), approve, execute, executionFailed()];
    const next = (cost: number) => [...cheaper.slice(0, 2), pricedAt(cost, 'r2')];
    const undone = [execute, rollbackStarted('r2'), rolledBack('r2')];
    expect(heldAfter(...failed, ...next(15), cancel)).toEqual([['ApproveRun', 40, true]]);
    expect(heldAfter(...failed, ...cheaper, cancel)).toEqual([['ApproveRun', 40, true]]);
    expect(heldAfter(...failed, ...next(90), approve, cancel)).toEqual([
      ['ApproveRun', 40, true],
      ['ApproveRun', 90, true],
      ['CancelRun', 40, false],
    ]);
    expect(heldAfter(...failed, ...next(90), approve, ...undone)).toEqual([
      ['ApproveRun', 40, true],
      ['ApproveRun', 90, true],
      ['RecordRolledBack', 40, false],
    ]);
  });

  it('is judged by what the run remembers and does not show', () => {
    const history = [create(), plan, pricedAt(40), approve].reduce((state, command) => {
      const decision = deploymentDecider.decide(state, command);
      return decision.outcome === 'rejected' ? state : decision.events.reduce(deploymentDecider.evolve, state);
    }, deploymentDecider.initialState);
    const run = history.deployment!.run!;
    expect(run).toMatchObject({ state: 'approved', costPerMonth: 40, committedBefore: 0 });
    const shown = runView(run, { deploymentId: 'd1' });
    expect(Object.keys(shown).filter((key) => key in { costPerMonth: 0, committedBefore: 0 })).toEqual([]);
  });

  it('falls when a run that costs less got through, not before', () => {
    const second = [execute, applied('r2'), verified('r2')];
    expect(heldAfter(create(), plan, pricedAt(40), approve, ...through, ...cheaper, ...second)).toEqual([
      ['ApproveRun', 40, true],
      ['RecordVerified', 15, false],
    ]);
  });
});

it('a run that makes room claims no place', () => {
  const requested = { type: 'RunRequested', origin, deploymentId: 'd1', runId: 'r1', revision: 1, reason: '' } as const;
  expect(claimsOf([{ ...requested, kind: 'update' }])).toEqual(['active-runs']);
  expect(claimsOf([{ ...requested, kind: 'destroy' }])).toEqual([]);
});
