import type { AppliedUnit, ChangeAction } from '@caisson/contracts';
import { describe, expect, it } from 'vitest';
import type { ExecutionCommand } from './execution.commands.js';
import { executionDecider } from './execution.decide.js';
import type { ExecutionEvent, FailurePolicy } from './execution.events.js';

const run = { deploymentId: 'dep', runId: 'run' };
const at = '2026-03-02T10:15:00.000Z';
const attempt = { phase: 'apply', unitId: 'terraform.1', attempt: 1, fencingToken: 1 } as const;
const broken = { code: 'apply-failed', message: 'It broke.', diagnostics: [] };

/** The unit with these resources, each with a value. */
function standing(values: Readonly<Record<string, number>>): AppliedUnit {
  const resources = Object.entries(values).map(([address, value]) => ({
    ...{ address, type: 'data', properties: { input: value }, dependsOn: [], outputs: {} },
    expected: { [`terraform_data.${address}`]: { input: value } },
  }));
  return { unitId: attempt.unitId, engine: 'terraform', provider: 'terraform', resources, dependsOn: [], runId: 'run' };
}

const ACTIONS: Readonly<Record<string, ChangeAction>> = {
  ...{ made: 'create', missing: 'create', changed: 'update', same: 'update', gone: 'delete', left: 'delete' },
  untouched: 'none',
};
const BEFORE = standing({ changed: 1, same: 1, gone: 1, left: 1, untouched: 1 });
const HALF_WAY = standing({ made: 1, changed: 2, same: 1, left: 1, untouched: 1 });

/** A run that changes one unit of several resources; its only attempt ends half way. */
function halfWay(onFailure: FailurePolicy, ...more: readonly ExecutionCommand[]): readonly ExecutionEvent[] {
  const resources = Object.entries(ACTIONS).map(([address, action]) => ({ address, type: 'data', action }));
  const unit = { unitId: attempt.unitId, engine: 'terraform', action: 'update' as const, resources };
  const start = { planDigest: 'sha256:0', onFailure, units: [unit], edges: [], applied: [BEFORE], at };
  const commands: readonly ExecutionCommand[] = [
    { type: 'StartExecution', ...run, askedBy: 10, ...start },
    { type: 'StartTasks', tasks: [{ phase: 'apply', unitId: attempt.unitId }], fencingToken: 1, at },
    ...more,
    { type: 'RecordTaskFailed', attempt, failure: broken, applied: HALF_WAY, touched: true, log: [], at },
  ];
  let state = executionDecider.initialState;
  let last: readonly ExecutionEvent[] = [];
  for (const command of commands) {
    const decision = executionDecider.decide(state, command);
    if (decision.outcome === 'rejected') throw new Error(JSON.stringify(decision));
    last = decision.events;
    state = last.reduce(executionDecider.evolve, state);
  }
  return last;
}

describe('a unit of several resources that ends half way', () => {
  it('fails with exactly what there is now', () => {
    expect(halfWay('keep').at(-1)).toMatchObject({ type: 'ExecutionFailed', applied: [HALF_WAY] });
  });

  it('is cancelled with what was done and what was not, resource by resource', () => {
    const cancel: readonly ExecutionCommand[] = [
      { type: 'RequestCancel', ...run, askedBy: 11, reason: 'not needed' },
      { type: 'CancelExecution' },
    ];
    const named = (address: string) => expect.objectContaining({ address, action: ACTIONS[address] }) as unknown;
    expect(halfWay('keep', ...cancel).at(-1)).toMatchObject({
      type: 'ExecutionCancelled',
      effects: {
        done: [named('made'), { ...{ address: 'changed', partly: true } }, named('gone')],
        notDone: [named('missing'), named('same'), named('left')],
        unknown: [],
      },
    });
  });

  it('is undone by what was made and changed, and by nothing else', () => {
    const started = halfWay('rollback').find(({ type }) => type === 'RollbackStarted');
    const actions = started?.type === 'RollbackStarted' ? (started.units[0]?.resources ?? []) : [];
    expect(Object.fromEntries(actions.map(({ action, address }) => [address, action]))).toEqual({
      ...{ made: 'delete', missing: 'none', changed: 'update', same: 'none', gone: 'create', left: 'none' },
      untouched: 'none',
    });
  });
});
