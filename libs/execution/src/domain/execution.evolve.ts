import { unreachable } from '@caisson/kernel';
import type { AppliedUnit } from '@caisson/contracts';
import type { AttemptEnd, ExecutionEvent, ExecutionStarted, OfTask } from './execution.events.js';
import { touchedUnits, workOf, type ExecutionState } from './execution.state.js';
import { OUTCOME_RESOLVED } from './outcome-unknown.js';
import { moveTask, taskIdOf, type Task, type TaskResult } from './task.state.js';
import { findTask, indexOf, layOut, NO_WORK, replaceTask } from './work.js';

/** Applies one recorded fact. Never refuses: it happened. Stops only on a history this build cannot read. */
export function evolve(state: ExecutionState, event: ExecutionEvent): ExecutionState {
  switch (event.type) {
    case 'ExecutionStarted':
      return started(state, event);
    case 'CancelRequested':
      return cancelRequested(state, event);
    case 'ExecutionApplied':
      return { ...state, phase: 'verifying' };
    case 'ExecutionVerified':
      return { ...state, phase: 'verified', progress: 100 };
    case 'ExecutionFailed':
      return executionFailed(state, event);
    case 'ExecutionCancelled':
      return { ...state, phase: 'cancelled' };
    case 'RollbackStarted':
      return rollbackStarted(state, event);
    case 'ExecutionRolledBack':
      return { ...state, phase: 'rolled-back', failure: undefined };
    case 'RollbackFailed':
      return { ...state, phase: 'rollback-failed', failure: event.failure };
    case 'TasksAcquired':
      return event.unitIds.reduce(
        (current, unitId) => changeTask(current, { ...event, unitId }, (task) => moveTask(task, 'acquired')),
        state,
      );
    default:
      return withProgress(changeTask(withFailure(state, event), event, (task) => evolveTask(task, event)));
  }
}

type TaskEvent = Extract<ExecutionEvent, OfTask>;

function evolveTask(task: Task, event: TaskEvent): Task {
  switch (event.type) {
    case 'TaskQueued':
      return moveTask(task, 'queued');
    case 'TaskStarted':
      return moveTask(task, 'running', { attempt: event.attempt, startedAt: task.startedAt ?? event.at });
    case 'TaskWaiting': {
      const { at, callback, reason, touched, until } = event;
      return { ...task, unknown: false, waiting: { reason, since: at, until, callback, touched } };
    }
    case 'CallbackReceived': {
      const { at, payload } = event;
      return task.waiting === undefined ? task : { ...task, waiting: { ...task.waiting, received: { payload, at } } };
    }
    case 'TaskSucceeded':
      return succeeded(task, event);
    case 'TaskFailed': {
      const result = event.applied === undefined ? {} : { result: { applied: event.applied } };
      return moveTask(awaited(task), 'failed', { ...result, ...ended(task, event), failure: event.failure });
    }
    case 'TaskTimedOut':
      return moveTask(awaited(task), 'timed_out', ended(task, event));
    case 'TaskRetrying':
      return moveTask(task, 'retrying', { dueAt: event.dueAt });
    case 'TaskCancelled':
      return moveTask(task, 'cancelled');
    case 'TaskOutcomeUnknown':
      return { ...task, unknown: true };
    case 'TaskResolvedByPerson':
      return resolvedByPerson(task, event);
    case 'TaskResolved':
      return event.outcome === 'done' ? succeeded(task, event) : resolvedNotDone(task, event);
    default:
      return unreachable(event, 'execution event');
  }
}

function succeeded(task: Task, event: { readonly applied?: AppliedUnit; readonly at: string }): Task {
  const result: TaskResult = event.applied === undefined ? 'absent' : { applied: event.applied };
  return moveTask(awaited(task), 'succeeded', { result, touched: true, unknown: false, finishedAt: event.at });
}

/** The task without its wait: that is over. */
function awaited(task: Task): Task {
  const { waiting: _over, ...kept } = task;
  return kept;
}

function ended(task: Task, event: AttemptEnd & { readonly touched: boolean; readonly final: boolean }) {
  const { at, final, log } = event;
  return { touched: task.touched || event.touched, final, log, unknown: false, finishedAt: at };
}

/** The task has ended; what changes is whether it is known, and whether there is something to undo. */
function resolvedByPerson(task: Task, event: Extract<TaskEvent, { type: 'TaskResolvedByPerson' }>): Task {
  const { by, evidence, outcome, phase } = event;
  const what = outcome === 'done' ? 'was done' : 'was not done';
  const message = `Nobody could tell what became of "${task.unitId}"; ${by} says that it ${what}: ${evidence}`;
  const failure = { diagnostics: [], ...task.failure, code: OUTCOME_RESOLVED, message };
  const touched = phase === 'apply' ? outcome === 'done' : task.touched;
  return { ...task, failure, touched, unknown: false };
}

function resolvedNotDone(task: Task, event: { readonly applied?: AppliedUnit; readonly touched: boolean }): Task {
  const result = event.applied === undefined ? {} : { result: { applied: event.applied } };
  return { ...task, ...result, unknown: false, touched: task.touched || event.touched };
}

function changeTask(
  state: ExecutionState,
  at: Pick<OfTask, 'phase' | 'unitId'>,
  change: (task: Task) => Task,
): ExecutionState {
  const work = workOf(state, at.phase);
  const index = indexOf(work, at.unitId);
  const task = change(work.tasks.at(index));
  const changed = replaceTask(work, index, task);
  if (at.phase === 'apply') return { ...state, apply: changed };
  return carryBack({ ...state, rollback: changed }, task);
}

/** What a rollback found or made stands for the unit from now on; once it was put back, nothing of it is this run's. */
function carryBack(state: ExecutionState, { unitId, result, state: taskState }: Task): ExecutionState {
  if (result === undefined) return state;
  const putBack = taskState === 'succeeded';
  const next = putBack ? { ...state, earlier: without(state.earlier, unitId) } : state;
  const own = findTask(state.apply, unitId);
  if (own !== undefined) {
    const changed = { ...own, touched: own.touched && !putBack, result };
    return { ...next, apply: replaceTask(state.apply, indexOf(state.apply, unitId), changed) };
  }
  const baseline = without(state.baseline, unitId);
  return { ...next, baseline: result === 'absent' ? baseline : new Map([...baseline, [unitId, result.applied]]) };
}

function without<Value>(map: ReadonlyMap<string, Value>, key: string): ReadonlyMap<string, Value> {
  return map.has(key) ? new Map([...map].filter(([other]) => other !== key)) : map;
}

function started(state: ExecutionState, event: ExecutionStarted): ExecutionState {
  const baseline = new Map(event.applied.map((unit) => [unit.unitId, unit]));
  const goesOn = state.phase === 'failed' || state.phase === 'rollback-failed';
  return {
    ...state,
    phase: state.cancelAskedBy > event.askedBy ? 'cancelling' : 'applying',
    run: { deploymentId: event.deploymentId, runId: event.runId },
    cycle: state.cycle + 1,
    askedBy: event.askedBy,
    onFailure: event.onFailure,
    planDigest: event.planDigest,
    apply: layOut(event.units, event.edges),
    rollback: NO_WORK,
    origin: goesOn && state.cycle > 0 ? state.origin : baseline,
    baseline,
    earlier: goesOn ? touchedUnits(state) : new Map(),
    failure: undefined,
  };
}

/** A cancel stops the cycle that was asked for before it; a later one is none of its business. */
function cancelRequested(
  state: ExecutionState,
  event: { readonly askedBy: number; readonly reason: string; readonly deploymentId: string; readonly runId: string },
): ExecutionState {
  const stops = (state.phase === 'applying' || state.phase === 'verifying') && event.askedBy > state.askedBy;
  return {
    ...state,
    run: state.run ?? { deploymentId: event.deploymentId, runId: event.runId },
    cancelAskedBy: Math.max(state.cancelAskedBy, event.askedBy),
    cancelReason: event.reason,
    ...(stops ? { phase: 'cancelling' } : {}),
  };
}

function executionFailed(
  state: ExecutionState,
  event: Extract<ExecutionEvent, { type: 'ExecutionFailed' }>,
): ExecutionState {
  return {
    ...state,
    phase: 'failed',
    failure: event.failure,
    run: state.run ?? { deploymentId: event.deploymentId, runId: event.runId },
    askedBy: event.askedBy,
    // Refused before it started: what stood is what stands.
    ...(state.cycle === 0 ? { baseline: new Map(event.applied.map((unit) => [unit.unitId, unit])) } : {}),
  };
}

function rollbackStarted(
  state: ExecutionState,
  event: Extract<ExecutionEvent, { type: 'RollbackStarted' }>,
): ExecutionState {
  return {
    ...state,
    phase: 'rolling-back',
    askedBy: event.askedBy,
    rollback: layOut(event.units, event.edges),
    failure: undefined,
  };
}

/** Keeps the first thing that went wrong for good; while cancelling that is part of the cancel. */
function withFailure(state: ExecutionState, event: TaskEvent): ExecutionState {
  if (state.failure !== undefined) return state;
  if (event.type === 'TaskFailed' && event.final) return { ...state, failure: event.failure };
  if (event.type === 'TaskTimedOut' && event.final) return { ...state, failure: timeoutFailure(event) };
  return state;
}

function timeoutFailure(event: Extract<ExecutionEvent, { type: 'TaskTimedOut' }>) {
  return {
    code: 'task-timed-out',
    message:
      `"${event.unitId}" did not end within ${event.timeoutMs} ms in attempt ${event.attempt}, the last. ` +
      'Look at its log, then retry the run.',
    taskId: taskIdOf(event.runId, event),
    diagnostics: [],
  };
}

function withProgress(state: ExecutionState): ExecutionState {
  const { total, ended: over } = state.apply;
  const progress = total === 0 ? 0 : Math.floor((100 * over) / total);
  return progress > state.progress ? { ...state, progress } : state;
}
