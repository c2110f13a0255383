import { describe, expect, it } from 'vitest';
import { TASK_STATES, TASK_TRANSITIONS, type TaskState } from '@caisson/contracts';
import { executionDecider } from './execution.decide.js';
import type { ExecutionCommand } from './execution.commands.js';
import type { ExecutionEvent } from './execution.events.js';
import { actionKeyOf, canMove, taskIdOf } from './task.state.js';

const run = { deploymentId: 'dep', runId: 'run' };
const task = { ...run, phase: 'apply', unitId: 'b' } as const;
const attempt = { ...task, attempt: 1, fencingToken: 1 };
const at = '2026-03-02T10:15:00.000Z';
const end = { log: [], at, touched: false };
const failure = { code: 'tool-failed', message: 'It broke.', diagnostics: [] };
const retry = { delayMs: 5, dueAt: at };

const started: ExecutionEvent = {
  type: 'ExecutionStarted',
  ...run,
  askedBy: 1,
  planDigest: 'sha256:0',
  onFailure: 'keep',
  units: [
    { unitId: 'a', engine: 'sandbox', action: 'create', resources: [] },
    { unitId: 'b', engine: 'sandbox', action: 'create', resources: [] },
  ],
  edges: [['a', 'b']],
  applied: [],
  at,
};

/** The fact that brings a task into each state. */
const INTO = {
  queued: { type: 'TaskQueued', ...task, action: 'create' },
  acquired: { type: 'TasksAcquired', ...run, phase: 'apply', unitIds: ['b'], fencingToken: 1 },
  running: { type: 'TaskStarted', ...attempt, actionKey: 'dep/run/b', at },
  succeeded: { type: 'TaskSucceeded', ...attempt, evidence: {}, log: [], at },
  failed: { type: 'TaskFailed', ...attempt, failure, final: false, ...end },
  timed_out: { type: 'TaskTimedOut', ...attempt, timeoutMs: 5, final: false, ...end },
  retrying: { type: 'TaskRetrying', ...task, attempt: 2, ...retry },
  cancelled: { type: 'TaskCancelled', ...task, reason: 'not needed' },
} as const satisfies Record<Exclude<TaskState, 'pending'>, ExecutionEvent>;

/** A way from `pending` to each state, by the table. */
const WAY: Record<TaskState, readonly (keyof typeof INTO)[]> = {
  pending: [],
  queued: ['queued'],
  acquired: ['queued', 'acquired'],
  running: ['queued', 'acquired', 'running'],
  succeeded: ['queued', 'acquired', 'running', 'succeeded'],
  failed: ['queued', 'acquired', 'running', 'failed'],
  timed_out: ['queued', 'acquired', 'running', 'timed_out'],
  retrying: ['queued', 'acquired', 'running', 'failed', 'retrying'],
  cancelled: ['cancelled'],
};

function stateIn(state: TaskState) {
  const history: readonly ExecutionEvent[] = [started, ...WAY[state].map((step) => INTO[step])];
  return history.reduce((folded, event) => executionDecider.evolve(folded, event), executionDecider.initialState);
}

describe('a history', () => {
  const steps = TASK_STATES.flatMap((from) =>
    (Object.keys(INTO) as (keyof typeof INTO)[]).map((to) => ({
      from,
      to,
      allowed: TASK_TRANSITIONS[from].includes(to),
    })),
  );

  it.each(steps.filter(({ allowed }) => allowed))('may go from $from to $to', ({ from, to }) => {
    const state = executionDecider.evolve(stateIn(from), INTO[to]);
    expect(state.apply.tasks.at(1).state).toBe(to);
  });

  it.each(steps.filter(({ allowed }) => !allowed))('that goes from $from to $to is not ours', ({ from, to }) => {
    expect(() => executionDecider.evolve(stateIn(from), INTO[to])).toThrow(/cannot go from/);
  });
});

describe('a command about a task', () => {
  const ref = { phase: 'apply', unitId: 'b' } as const;
  const report = { attempt: { ...ref, attempt: 1, fencingToken: 1 }, log: [], at };
  const commands: { command: ExecutionCommand; path: readonly TaskState[] }[] = [
    { command: { type: 'StartTasks', tasks: [ref], fencingToken: 1, at }, path: ['acquired', 'running'] },
    { command: { type: 'QueueRetry', task: ref }, path: ['queued'] },
    { command: { type: 'RecordTaskSucceeded', ...report, evidence: {} }, path: ['succeeded'] },
    { command: { type: 'RecordTaskFailed', ...report, failure, touched: false }, path: ['failed'] },
    { command: { type: 'RecordTaskTimedOut', ...report, timeoutMs: 5, touched: false, retry }, path: ['timed_out'] },
    {
      command: { type: 'RecordTaskResolved', ...report, outcome: 'done', touched: true, evidence: {} },
      path: ['succeeded'],
    },
  ];
  /** Reports are about running attempts, retries about waiting ones, though the table has more. */
  const SPEAKS_OF: Partial<Record<ExecutionCommand['type'], TaskState>> = {
    StartTasks: 'queued',
    QueueRetry: 'retrying',
  };
  const legal = (from: TaskState, type: ExecutionCommand['type'], path: readonly TaskState[]) =>
    canMove(from, ...path) && from === (SPEAKS_OF[type] ?? 'running');

  const rows = TASK_STATES.flatMap((from) =>
    commands.map(({ command, path }) => ({
      from,
      type: command.type,
      command,
      allowed: legal(from, command.type, path),
    })),
  );

  it.each(rows)('$type in state $from: $allowed', ({ from, command, allowed }) => {
    const decision = executionDecider.decide(stateIn(from), command);
    expect(decision.outcome === 'accepted' && decision.events.length > 0).toBe(allowed);
  });
});

describe('names', () => {
  it('tell a unit from its undoing', () => {
    expect(taskIdOf('run', { phase: 'apply', unitId: 'web[1]' })).toBe('run/web[1]');
    expect(taskIdOf('run', { phase: 'rollback', unitId: 'web[1]' })).toBe('run/web[1]/rollback');
  });

  it('tell the action of one cycle from that of the next', () => {
    const web = { phase: 'apply', unitId: 'web' } as const;
    expect(actionKeyOf(run, 1, web)).toBe('dep/run/web');
    expect(actionKeyOf(run, 2, web)).toBe('dep/run/web/2');
    expect(actionKeyOf(run, 2, { ...web, phase: 'rollback' })).toBe('dep/run/web/2/rollback');
  });
});
