import { describe, expect, it } from 'vitest';
import type { AppliedUnit, Failure } from '@caisson/contracts';
import { executionDecider } from './execution.decide.js';
import type { AttemptRef, ExecutionCommand } from './execution.commands.js';
import type { ExecutionEvent, FailurePolicy } from './execution.events.js';
import { appliedUnits, tasksInFlight, type ExecutionState } from './execution.state.js';
import type { TaskPhase, UnitSummary } from './task.state.js';

const run = { deploymentId: 'dep', runId: 'run' };
const at = '2026-03-02T10:15:00.000Z';
const broken: Failure = { code: 'tool-failed', message: 'It broke.', diagnostics: [] };
const retry = { delayMs: 500, dueAt: '2026-03-02T10:15:00.500Z' };

function unit(unitId: string, action: UnitSummary['action'] = 'create'): UnitSummary {
  return { unitId, engine: 'sandbox', action, resources: [{ address: unitId, type: 'server', action }] };
}

function applied(unitId: string, size = 1): AppliedUnit {
  const seen = { outputs: { id: `${unitId}-${size}` }, expected: { [unitId]: { size } } };
  const resource = { address: unitId, type: 'server', properties: { size }, dependsOn: [], ...seen };
  return { unitId, engine: 'sandbox', provider: 'sandbox', resources: [resource], dependsOn: [], runId: 'run' };
}

interface Plan {
  readonly units: readonly UnitSummary[];
  readonly edges?: readonly (readonly [string, string])[];
  readonly applied?: readonly AppliedUnit[];
  readonly onFailure?: FailurePolicy;
  readonly askedBy?: number;
}

function start(plan: Plan): ExecutionCommand {
  const { units, edges = [], applied: standing = [], onFailure = 'rollback', askedBy = 10 } = plan;
  const rest = { planDigest: 'sha256:0', onFailure, units, edges, applied: standing, at };
  return { type: 'StartExecution', ...run, askedBy, ...rest };
}

function startTasks(...unitIds: string[]): ExecutionCommand {
  return { type: 'StartTasks', tasks: unitIds.map((unitId) => ({ phase: 'apply', unitId })), fencingToken: 1, at };
}

function undo(...unitIds: string[]): ExecutionCommand {
  return { type: 'StartTasks', tasks: unitIds.map((unitId) => ({ phase: 'rollback', unitId })), fencingToken: 1, at };
}

function attemptOf(unitId: string, attempt = 1, phase: TaskPhase = 'apply'): AttemptRef {
  return { phase, unitId, attempt, fencingToken: 1 };
}

function success(attempt: AttemptRef, result: AppliedUnit | 'absent' = applied(attempt.unitId)): ExecutionCommand {
  const stands = result === 'absent' ? {} : { applied: result };
  return { type: 'RecordTaskSucceeded', attempt, ...stands, evidence: {}, log: [], at };
}

function failure(attempt: AttemptRef, options: { retry?: boolean; left?: AppliedUnit; touched?: boolean } = {}) {
  const left = options.left === undefined ? {} : { applied: options.left };
  const again = options.retry === true ? { retry } : {};
  const touched = options.touched ?? options.left !== undefined;
  return { type: 'RecordTaskFailed', attempt, failure: broken, ...left, touched, ...again, log: [], at } as const;
}

/** Runs commands one after the other; each must be accepted. Gives the last decision's events and the state. */
function after(...commands: readonly ExecutionCommand[]): { state: ExecutionState; events: readonly ExecutionEvent[] } {
  let state = executionDecider.initialState;
  let events: readonly ExecutionEvent[] = [];
  for (const command of commands) {
    const decision = executionDecider.decide(state, command);
    if (decision.outcome === 'rejected') throw new Error(`${command.type}: ${JSON.stringify(decision.rejection)}`);
    events = decision.events;
    state = events.reduce((current, event) => executionDecider.evolve(current, event), state);
  }
  return { state, events };
}

const typesOf = (events: readonly ExecutionEvent[]) => events.map(({ type }) => type);
const queued = (events: readonly ExecutionEvent[]) =>
  events.flatMap((event) => (event.type === 'TaskQueued' ? [event.unitId] : []));

describe('starting', () => {
  const chain = start({ units: [unit('a'), unit('b'), unit('c')], edges: [['a', 'b']] });

  it('queues every unit that waits for nothing', () => {
    const { state, events } = after(chain);
    expect(queued(events)).toEqual(['a', 'c']);
    expect(state.phase).toBe('applying');
  });

  it('takes the same start twice as one', () => {
    expect(after(chain, chain).events).toEqual([]);
  });

  it('refuses units that wait for each other, and names them', () => {
    const circle = start({
      units: [unit('a'), unit('b'), unit('c')],
      edges: [
        ['a', 'b'],
        ['b', 'a'],
      ],
    });
    expect(executionDecider.decide(executionDecider.initialState, circle)).toEqual({
      outcome: 'rejected',
      rejection: { code: 'plan-not-executable', units: ['a', 'b'] },
    });
  });

  it('records the intents of all tasks that have a place in one decision', () => {
    const { events } = after(chain, startTasks('a', 'c'));
    expect(typesOf(events)).toEqual(['TasksAcquired', 'TaskStarted', 'TaskStarted']);
    expect(events[1]).toMatchObject({ attempt: 1, fencingToken: 1, actionKey: 'dep/run/a' });
  });

  it('leaves out a task that still waits for another', () => {
    expect(after(chain, startTasks('b')).events).toEqual([]);
  });

  it('passes over units without a change, and queues what is behind them', () => {
    const units = [unit('a'), unit('same', 'none'), unit('same2', 'none'), unit('b')];
    const edges = [
      ['a', 'same'],
      ['same', 'same2'],
      ['same2', 'b'],
    ] as const;
    const begun = after(start({ units, edges }));
    expect(queued(begun.events)).toEqual(['a']);
    const { events } = after(start({ units, edges }), startTasks('a'), success(attemptOf('a')));
    expect(queued(events)).toEqual(['b']);
  });

  it('is applied at once when nothing changes', () => {
    expect(typesOf(after(start({ units: [unit('same', 'none')] })).events)).toEqual([
      'ExecutionStarted',
      'ExecutionApplied',
    ]);
  });

  it('fails without starting when the plan cannot be had, and keeps what stood', () => {
    const refused = {
      type: 'RefuseExecution',
      ...run,
      askedBy: 10,
      failure: broken,
      applied: [applied('old')],
    } as const;
    const { state, events } = after(refused);
    expect(events).toEqual([
      { type: 'ExecutionFailed', ...run, askedBy: 10, failure: broken, applied: [applied('old')] },
    ]);
    expect(appliedUnits(state)).toEqual([applied('old')]);
  });
});

describe('succeeding', () => {
  const two = [start({ units: [unit('a'), unit('b')], edges: [['a', 'b']] }), startTasks('a'), success(attemptOf('a'))];

  it('queues what waited, and counts progress', () => {
    const { state, events } = after(...two);
    expect(queued(events)).toEqual(['b']);
    expect(state.progress).toBe(50);
  });

  it('is verified with everything that stands, what was there before included', () => {
    const standing = [applied('old'), applied('gone')];
    const units = [unit('a'), unit('gone', 'delete'), unit('old', 'none')];
    const { events } = after(
      start({ units, applied: standing }),
      startTasks('a', 'gone'),
      success(attemptOf('a')),
      success(attemptOf('gone'), 'absent'),
      { type: 'RecordVerified', outputs: { url: 'http://a' } },
    );
    expect(events).toEqual([
      { type: 'ExecutionVerified', ...run, applied: [applied('old'), applied('a')], outputs: { url: 'http://a' } },
    ]);
  });

  it('refuses a second report on the same attempt', () => {
    const decision = executionDecider.decide(after(...two).state, success(attemptOf('a')));
    expect(decision).toMatchObject({ outcome: 'rejected', rejection: { code: 'task-state-conflict' } });
  });
});

describe('failing', () => {
  const one = [start({ units: [unit('a'), unit('b')], edges: [['a', 'b']] }), startTasks('a')] as const;

  it('tries again while attempts are left, then gives up', () => {
    const again = { type: 'QueueRetry', task: { phase: 'apply', unitId: 'a' } } as const;
    const { state, events } = after(...one, failure(attemptOf('a'), { retry: true }));
    expect(typesOf(events)).toEqual(['TaskFailed', 'TaskRetrying']);
    expect(events[1]).toMatchObject({ attempt: 2, delayMs: 500 });
    expect(state.progress).toBe(0);
    const { events: last } = after(
      ...one,
      failure(attemptOf('a'), { retry: true }),
      again,
      startTasks('a'),
      failure(attemptOf('a', 2), { retry: true }),
      again,
      startTasks('a'),
      failure(attemptOf('a', 3), { retry: true }),
    );
    expect(typesOf(last).slice(0, 2)).toEqual(['TaskFailed', 'TaskCancelled']);
  });

  it('does not try again what cannot succeed', () => {
    expect(typesOf(after(...one, failure(attemptOf('a'))).events)).not.toContain('TaskRetrying');
  });

  it('waits for running tools before it ends, and starts nothing meanwhile', () => {
    const wide = [
      start({ units: [unit('a'), unit('b'), unit('c')], edges: [['b', 'c']] }),
      startTasks('a', 'b'),
    ] as const;
    const first = after(...wide, failure(attemptOf('a')));
    expect(typesOf(first.events)).toEqual(['TaskFailed', 'TaskCancelled']);
    const second = after(...wide, failure(attemptOf('a')), success(attemptOf('b')));
    expect(typesOf(second.events)).toEqual(['TaskSucceeded', 'RollbackStarted', 'TaskQueued']);
  });

  it.each(['keep', 'pause'] as const)('leaves what was done with the policy "%s", and lists it', (onFailure) => {
    const { events } = after(
      start({ units: [unit('a'), unit('b')], onFailure }),
      startTasks('a', 'b'),
      success(attemptOf('b')),
      failure(attemptOf('a'), { left: applied('a', 9) }),
    );
    expect(events.at(-1)).toMatchObject({
      type: 'ExecutionFailed',
      failure: broken,
      applied: [applied('a', 9), applied('b')],
    });
  });

  it('fails when the world is not as it was left', () => {
    const units = [unit('a')];
    const { state } = after(start({ units, onFailure: 'keep' }), startTasks('a'), success(attemptOf('a')), {
      type: 'RecordVerificationFailed',
      failure: broken,
    });
    expect(state.phase).toBe('failed');
  });
});

describe('an outcome that cannot be known', () => {
  const lost = [
    start({ units: [unit('a')] }),
    startTasks('a'),
    { type: 'RecordTaskUnknown', attempt: attemptOf('a'), reason: 'the executor was lost' },
  ] as const;
  const seen = { attempt: attemptOf('a'), touched: true, evidence: { observed: true }, log: [], at } as const;

  it('is recorded once and starts nothing', () => {
    const { state } = after(...lost);
    expect(state.apply.tasks.at(0)).toMatchObject({ state: 'running', unknown: true });
    expect(after(...lost, lost[2]).events).toEqual([]);
  });

  it('waits for a person, who says once what was seen; what was not done is not undone', () => {
    const unknown = { ...failure(attemptOf('a'), { touched: true }), failure: { ...broken, code: 'outcome-unknown' } };
    const task = { phase: 'apply', unitId: 'a' } as const;
    const evidence = 'it is not in the console';
    const resolution = { type: 'ResolveTask', task, outcome: 'not_done', evidence, by: 'mia', at } as const;
    const refused = { outcome: 'rejected', rejection: { code: 'task-state-conflict' } };
    expect(executionDecider.decide(after(...lost).state, resolution)).toMatchObject(refused);
    const failed = after(...lost, unknown);
    expect(failed.state).toMatchObject({ phase: 'failed', failure: { code: 'outcome-unknown' } });
    const said = after(...lost, unknown, resolution);
    expect(said.events).toMatchObject([{ type: 'TaskResolvedByPerson', outcome: 'not_done', by: 'mia' }]);
    expect(said.state.apply.tasks.at(0)).toMatchObject({ touched: false, failure: { code: 'outcome-resolved' } });
    expect(executionDecider.decide(said.state, resolution)).toMatchObject(refused);
    const asked = { type: 'StartRollback', askedBy: 20, failure: broken } as const;
    expect(after(...lost, unknown, resolution, asked).state.rollback.total).toBe(0);
    expect(after(...lost, unknown, { ...resolution, outcome: 'done' }, asked).state.rollback.total).toBe(1);
  });

  it('succeeds when the world shows that it was done', () => {
    const { state } = after(...lost, { type: 'RecordTaskResolved', ...seen, outcome: 'done', applied: applied('a') });
    expect(state.phase).toBe('verifying');
  });

  it('is tried again when the world shows that it was not', () => {
    const { state, events } = after(
      ...lost,
      { type: 'RecordTaskResolved', ...seen, touched: false, outcome: 'not_done' },
      failure(attemptOf('a'), { retry: true }),
    );
    expect(typesOf(events)).toEqual(['TaskFailed', 'TaskRetrying']);
    expect(state.apply.tasks.at(0)).toMatchObject({ state: 'retrying', unknown: false, touched: false });
  });

  it('counts a timeout as an attempt', () => {
    const timedOut = {
      type: 'RecordTaskTimedOut',
      attempt: attemptOf('a'),
      timeoutMs: 5,
      touched: false,
      retry,
    } as const;
    const { state, events } = after(...lost, { ...timedOut, log: [], at });
    expect(typesOf(events)).toEqual(['TaskTimedOut', 'TaskRetrying']);
    expect(state.apply.tasks.at(0).state).toBe('retrying');
  });
});

describe('cancelling', () => {
  const cancel = { type: 'RequestCancel', ...run, askedBy: 11, reason: 'not needed' } as const;
  const begun = [start({ units: [unit('a'), unit('b'), unit('c')], edges: [['b', 'c']] }), startTasks('a')] as const;

  it('is a fact first, whoever heard it', () => {
    const { state, events } = after(...begun, cancel);
    expect(typesOf(events)).toEqual(['CancelRequested']);
    expect(state.phase).toBe('cancelling');
  });

  it('ends what has not begun and waits for what runs', () => {
    const { state, events } = after(...begun, cancel, { type: 'CancelExecution' });
    expect(typesOf(events)).toEqual(['TaskCancelled', 'TaskCancelled']);
    expect(state.phase).toBe('cancelling');
  });

  it('ends with what was done once the last tool stopped', () => {
    const { events } = after(...begun, cancel, { type: 'CancelExecution' }, success(attemptOf('a')));
    const effects = {
      done: [{ unitId: 'a', address: 'a', action: 'create' }],
      notDone: ['b', 'c'].map((unitId) => ({ unitId, address: unitId, action: 'create' })),
      unknown: [],
    };
    expect(events.at(-1)).toEqual({ type: 'ExecutionCancelled', ...run, applied: [applied('a')], effects });
  });

  it('tells what was not done from what nobody knows and from what was done in part', () => {
    const aborted = { ...failure(attemptOf('a')), failure: { ...broken, code: 'task-aborted' } };
    const clean = after(...begun, cancel, { type: 'CancelExecution' }, aborted);
    expect(typesOf(clean.events)).toEqual(['TaskFailed', 'TaskCancelled', 'ExecutionCancelled']);
    const unknown = { ...failure(attemptOf('a'), { touched: true }), failure: { ...broken, code: 'outcome-unknown' } };
    const lost = after(...begun, cancel, { type: 'CancelExecution' }, unknown);
    expect(lost.events.at(-1)).toMatchObject({ type: 'ExecutionCancelled', effects: { unknown: [{ unitId: 'a' }] } });
    const half = after(
      ...begun,
      cancel,
      { type: 'CancelExecution' },
      { ...aborted, touched: true, applied: applied('a') },
    );
    const done = [{ unitId: 'a', action: 'create', partly: true }];
    expect(half.events.at(-1)).toMatchObject({ effects: { done, notDone: [{ unitId: 'b' }, { unitId: 'c' }] } });
  });

  it('that comes before the start ends the start at once', () => {
    const { state, events } = after(cancel, start({ units: [unit('a')] }));
    expect(typesOf(events)).toEqual(['ExecutionStarted', 'TaskCancelled', 'ExecutionCancelled']);
    expect(state.phase).toBe('cancelled');
  });

  it('that was meant for an earlier start does not touch a later one', () => {
    expect(after(cancel, start({ units: [unit('a')], askedBy: 12 })).state.phase).toBe('applying');
  });

  it('that comes after the end changes nothing but the history', () => {
    const done = [start({ units: [unit('same', 'none')] }), { type: 'RecordVerified', outputs: {} }] as const;
    expect(after(...done, cancel).state.phase).toBe('verified');
  });

  it('queues a task that waits for a retry before it cancels it', () => {
    const { events } = after(...begun, failure(attemptOf('a'), { retry: true }), cancel, { type: 'CancelExecution' });
    expect(events.slice(0, 2)).toMatchObject([
      { type: 'TaskQueued', unitId: 'a' },
      { type: 'TaskCancelled', unitId: 'a' },
    ]);
  });
});

describe('rolling back', () => {
  const units = [unit('net'), unit('vm', 'update'), unit('old', 'delete'), unit('same', 'none'), unit('last')];
  const edges = [
    ['net', 'vm'],
    ['vm', 'last'],
    ['old', 'last'],
  ] as const;
  const standing = [applied('vm', 1), applied('old', 1), applied('same', 1)];
  const failedRun = [
    start({ units, edges, applied: standing }),
    startTasks('net', 'old'),
    success(attemptOf('net')),
    success(attemptOf('old'), 'absent'),
    startTasks('vm'),
    success(attemptOf('vm'), applied('vm', 2)),
    startTasks('last'),
    failure(attemptOf('last')),
  ] as const;
  const undone = [
    undo('vm', 'old'),
    success(attemptOf('vm', 1, 'rollback'), applied('vm', 1)),
    success(attemptOf('old', 1, 'rollback'), applied('old', 1)),
    undo('net'),
    success(attemptOf('net', 1, 'rollback'), 'absent'),
  ] as const;

  it('undoes exactly what the run changed, last first', () => {
    const { state, events } = after(...failedRun);
    expect(typesOf(events)).toEqual(['TaskFailed', 'RollbackStarted', 'TaskQueued', 'TaskQueued']);
    expect(queued(events)).toEqual(['vm', 'old']);
    const actions = [...state.rollback.tasks].map(({ unitId, action }) => `${unitId}: ${action}`);
    expect(actions).toEqual(['net: delete', 'vm: update', 'old: create', 'same: none', 'last: none']);
  });

  it('ends with the world as it was before the run', () => {
    const { events } = after(...failedRun, ...undone, { type: 'RecordRolledBack' });
    expect(events[0]).toMatchObject({ type: 'ExecutionRolledBack' });
    const after_ = (events[0] as Extract<ExecutionEvent, { type: 'ExecutionRolledBack' }>).applied;
    expect([...after_].sort((a, b) => a.unitId.localeCompare(b.unitId))).toEqual([
      applied('old', 1),
      applied('same', 1),
      applied('vm', 1),
    ]);
  });

  it('includes a task that failed half way', () => {
    const half = [...failedRun.slice(0, -1), failure(attemptOf('last'), { left: applied('last') })];
    expect(queued(after(...half).events)).toEqual(['last']);
  });

  it('is not over before everything is undone', () => {
    const { state } = after(...failedRun, ...undone.slice(0, 3));
    expect(executionDecider.decide(state, { type: 'RecordRolledBack' }).outcome).toBe('rejected');
  });

  it('names its actions apart from what they undo', () => {
    expect(after(...failedRun, undo('vm')).events[1]).toMatchObject({ actionKey: 'dep/run/vm/rollback' });
  });

  it('that fails is reported with what still stands, and can be asked for again for the rest', () => {
    const half = [
      ...failedRun,
      undo('vm', 'old'),
      success(attemptOf('vm', 1, 'rollback'), applied('vm', 1)),
      failure(attemptOf('old', 1, 'rollback')),
    ];
    const { state } = after(...half);
    expect(state.phase).toBe('rollback-failed');
    const again = after(...half, { type: 'StartRollback', askedBy: 20, failure: broken });
    expect(queued(again.events)).toEqual(['net', 'old']);
    expect(again.state.phase).toBe('rolling-back');
  });

  it('can be asked for later when the run kept what it did', () => {
    const kept = [
      start({ units: [unit('a'), unit('b')], edges: [['a', 'b']], onFailure: 'keep' }),
      startTasks('a'),
      success(attemptOf('a')),
      startTasks('b'),
      failure(attemptOf('b')),
    ] as const;
    const asked = { type: 'StartRollback', askedBy: 20, failure: broken } as const;
    expect(queued(after(...kept, asked).events)).toEqual(['a']);
    expect(after(...kept, asked, asked).events).toEqual([]);
  });

  it('is refused for a run that was verified', () => {
    const { state } = after(start({ units: [unit('same', 'none')] }), { type: 'RecordVerified', outputs: {} });
    const decision = executionDecider.decide(state, { type: 'StartRollback', askedBy: 20, failure: broken });
    expect(decision).toEqual({
      outcome: 'rejected',
      rejection: { code: 'execution-phase-conflict', phase: 'verified' },
    });
  });
});

describe('starting a run again', () => {
  const first = [
    start({ units: [unit('a'), unit('b')], edges: [['a', 'b']], onFailure: 'keep' }),
    startTasks('a'),
    success(attemptOf('a')),
    startTasks('b'),
    failure(attemptOf('b')),
  ] as const;
  const second = start({
    units: [unit('a', 'none'), unit('b')],
    edges: [['a', 'b']],
    applied: [applied('a')],
    askedBy: 30,
  });

  it('goes on after what succeeded, under another action key', () => {
    const { events } = after(...first, second, startTasks('b'));
    expect(events[1]).toMatchObject({ actionKey: 'dep/run/b/2' });
  });

  it('undoes the work of all its cycles', () => {
    const { state } = after(...first, second, startTasks('b'), failure(attemptOf('b')));
    const actions = [...state.rollback.tasks].map(({ unitId, action }) => `${unitId}: ${action}`);
    expect(actions).toEqual(['a: delete', 'b: none']);
  });

  it('never lets progress fall', () => {
    expect(after(...first).state.progress).toBe(100);
    expect(after(...first, second).state.progress).toBe(100);
  });
});

it('an execution that was abandoned with running tasks has none in flight', () => {
  const running = [start({ units: [unit('a'), unit('b'), unit('c')] }), startTasks('a', 'b', 'c')];
  expect(tasksInFlight(after(...running).state)).toBe(3);
  expect(tasksInFlight(after(...running, { type: 'AbandonExecution', failure: broken }).state)).toBe(0);
});
