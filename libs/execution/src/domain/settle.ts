import type { Failure } from '@caisson/contracts';
import { invariant } from '@caisson/kernel';
import type { Draft } from './draft.js';
import type { InRun } from './execution.events.js';
import { activePhase, appliedUnits, workOf, type ExecutionState } from './execution.state.js';
import { OUTCOME_UNKNOWN } from './outcome-unknown.js';
import { effectsOf } from './run-effects.js';
import { planRollback } from './rollback-plan.js';
import { needsNoTask, type Task, type TaskPhase } from './task.state.js';
import { readyTasks } from './work.js';

/** The run that a draft is about. @throws InvariantViolation before it is known. */
export function runOf(state: ExecutionState): InRun {
  invariant(state.run !== undefined, 'the execution was never started');
  return state.run;
}

/** Queues tasks that became ready. */
export function queueTasks(draft: Draft, phase: TaskPhase, ready: readonly Task[]): void {
  const run = runOf(draft.state);
  for (const { unitId, action } of ready) draft.record({ type: 'TaskQueued', ...run, phase, unitId, action });
}

/**
 * What follows once a task has ended: the phase goes on, ends well, or ends because something failed or somebody wants
 * it to stop. While tools run, an end waits for them.
 */
export function settle(draft: Draft): void {
  const { state } = draft;
  if (state.phase === 'cancelling') settleCancel(draft);
  else if (state.failure !== undefined && isWorking(state)) settleFailure(draft, state.failure);
  else if (state.phase === 'applying' && state.apply.ended === state.apply.total) {
    draft.record({ type: 'ExecutionApplied', ...runOf(state) });
  }
}

/** Ends the present phase because of a failure: by the run's policy, or as a failed rollback. No tool runs any more. */
export function concludeFailure(draft: Draft, failure: Failure): void {
  const { state } = draft;
  const run = runOf(state);
  const undecided = undecidedOf(state);
  if (state.phase === 'rolling-back') {
    draft.record({ type: 'RollbackFailed', ...run, failure, applied: appliedUnits(state) });
  } else if (state.onFailure === 'rollback' && undecided === undefined) {
    startRollback(draft, state.askedBy, failure);
  } else {
    draft.record({
      type: 'ExecutionFailed',
      ...run,
      askedBy: state.askedBy,
      failure: undecided ?? failure,
      applied: appliedUnits(state),
    });
  }
}

/** Begins to undo what the run changed. */
export function startRollback(draft: Draft, askedBy: number, failure: Failure): void {
  const plan = planRollback(draft.state);
  draft.record({ type: 'RollbackStarted', ...runOf(draft.state), askedBy, failure, ...plan });
  queueTasks(draft, 'rollback', readyTasks(draft.state.rollback));
}

function isWorking(state: ExecutionState): boolean {
  return state.phase === 'applying' || state.phase === 'rolling-back';
}

function settleFailure(draft: Draft, failure: Failure): void {
  cancelOpenTasks(draft, 'another task failed');
  if (workOf(draft.state, activePhase(draft.state)).running === 0) concludeFailure(draft, failure);
}

function settleCancel(draft: Draft): void {
  cancelOpenTasks(draft, draft.state.cancelReason);
  const { state } = draft;
  if (state.apply.running > 0) return;
  const applied = appliedUnits(state);
  draft.record({ type: 'ExecutionCancelled', ...runOf(state), applied, effects: effectsOf(state) });
}

/** Why a person must look first: the tool of such a task may still be at work, so nothing is done by itself. */
function undecidedOf(state: ExecutionState): Failure | undefined {
  return [...state.apply.tasks].find((task) => task.failure?.code === OUTCOME_UNKNOWN)?.failure;
}

/** Ends every task that no tool works on. One that waits for a retry is queued first: its table says so. */
function cancelOpenTasks(draft: Draft, reason: string): void {
  const phase = activePhase(draft.state);
  const { total, ended, running, tasks } = workOf(draft.state, phase);
  if (total === ended + running) return;
  const run = runOf(draft.state);
  for (const task of tasks) {
    const { unitId, action, state } = task;
    if (needsNoTask(task) || !isOpenState(state)) continue;
    if (state === 'retrying') draft.record({ type: 'TaskQueued', ...run, phase, unitId, action });
    draft.record({ type: 'TaskCancelled', ...run, phase, unitId, reason });
  }
}

function isOpenState(state: Task['state']): boolean {
  return state === 'pending' || state === 'queued' || state === 'acquired' || state === 'retrying';
}
