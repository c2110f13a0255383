import { accept, reject } from '@caisson/kernel';
import { Draft } from './draft.js';
import type { AttemptRef, ExecutionCommand, ExecutionDecision, RetryOffer } from './execution.commands.js';
import type { OfAttempt } from './execution.events.js';
import { workOf, type ExecutionState } from './execution.state.js';
import { ATTEMPTS_MAX } from './retry-policy.js';
import { queueTasks, runOf, settle } from './settle.js';
import { findTask, readyAfter } from './work.js';

/** The code of a failure of a task that was stopped because the run is cancelled: it ends as cancelled. */
export const TASK_ABORTED = 'task-aborted';

type Outcome = Extract<
  ExecutionCommand,
  {
    type:
      | 'RecordTaskSucceeded'
      | 'RecordTaskFailed'
      | 'RecordTaskTimedOut'
      | 'RecordTaskUnknown'
      | 'RecordTaskWaiting'
      | 'RecordTaskResolved';
  }
>;

/** Judges what is reported about a running attempt. A report on an attempt that is over is refused. */
export function decideOutcome(state: ExecutionState, command: Outcome): ExecutionDecision {
  const { attempt } = command;
  const task = findTask(workOf(state, attempt.phase), attempt.unitId);
  if (task === undefined) return reject({ code: 'unknown-task', task: attempt });
  if (task.state !== 'running' || task.attempt !== attempt.attempt) {
    return reject({ code: 'task-state-conflict', task: attempt, state: task.state });
  }
  const draft = new Draft(state);
  switch (command.type) {
    case 'RecordTaskUnknown':
      if (task.unknown) return accept();
      draft.record({ type: 'TaskOutcomeUnknown', ...reported(state, attempt), reason: command.reason });
      return draft.accepted();
    case 'RecordTaskWaiting': {
      if (task.waiting !== undefined) return accept();
      draft.record({ type: 'TaskWaiting', ...reported(state, attempt), ...command.wait, at: command.at });
      return draft.accepted();
    }
    case 'RecordTaskResolved':
      return resolved(draft, command);
    case 'RecordTaskSucceeded': {
      const { applied, evidence, log, at } = command;
      const result = applied === undefined ? {} : { applied };
      draft.record({ type: 'TaskSucceeded', ...reported(state, attempt), ...result, evidence, log, at });
      return goOn(draft, attempt);
    }
    case 'RecordTaskFailed':
      return failed(draft, command);
    case 'RecordTaskTimedOut':
      return timedOut(draft, command);
  }
}

type CommandOf<Type extends Outcome['type']> = Extract<Outcome, { type: Type }>;

function resolved(draft: Draft, command: CommandOf<'RecordTaskResolved'>): ExecutionDecision {
  const { attempt, outcome, applied, touched, evidence, log, at } = command;
  const { phase, unitId } = attempt;
  const result = applied === undefined ? {} : { applied };
  const seen = { outcome, ...result, touched, evidence, log, at };
  draft.record({ type: 'TaskResolved', ...runOf(draft.state), phase, unitId, ...seen });
  return outcome === 'done' ? goOn(draft, attempt) : draft.accepted();
}

function failed(draft: Draft, command: CommandOf<'RecordTaskFailed'>): ExecutionDecision {
  const { attempt, failure, applied, touched, retry, log, at } = command;
  const result = applied === undefined ? {} : { applied };
  const again = retry !== undefined && mayRetry(draft.state, attempt) ? retry : undefined;
  const report = { failure, ...result, touched, final: again === undefined, log, at };
  const cancelled = draft.state.phase === 'cancelling' && failure.code === TASK_ABORTED;
  draft.record({ type: 'TaskFailed', ...reported(draft.state, attempt), ...report });
  if (cancelled) cancelTask(draft, attempt);
  return retryOrSettle(draft, attempt, again);
}

function timedOut(draft: Draft, command: CommandOf<'RecordTaskTimedOut'>): ExecutionDecision {
  const { attempt, timeoutMs, touched, retry, log, at } = command;
  const again = mayRetry(draft.state, attempt) ? retry : undefined;
  const report = { timeoutMs, touched, final: again === undefined, log, at };
  draft.record({ type: 'TaskTimedOut', ...reported(draft.state, attempt), ...report });
  return retryOrSettle(draft, attempt, again);
}

/** A task is tried again while its phase goes on and attempts are left. */
function mayRetry(state: ExecutionState, { attempt }: AttemptRef): boolean {
  const working = state.phase === 'applying' || state.phase === 'rolling-back';
  return working && state.failure === undefined && attempt < ATTEMPTS_MAX;
}

function retryOrSettle(draft: Draft, attempt: AttemptRef, retry: RetryOffer | undefined): ExecutionDecision {
  if (retry === undefined) settle(draft);
  else {
    const { phase, unitId } = attempt;
    const { delayMs, dueAt } = retry;
    const next = attempt.attempt + 1;
    draft.record({ type: 'TaskRetrying', ...runOf(draft.state), phase, unitId, attempt: next, delayMs, dueAt });
  }
  return draft.accepted();
}

function cancelTask(draft: Draft, { phase, unitId }: AttemptRef): void {
  draft.record({ type: 'TaskCancelled', ...runOf(draft.state), phase, unitId, reason: draft.state.cancelReason });
}

/** After a success: what waited for it is queued, unless the phase is ending. */
function goOn(draft: Draft, attempt: AttemptRef): ExecutionDecision {
  const { state } = draft;
  const working = state.phase === 'applying' || state.phase === 'rolling-back';
  if (working && state.failure === undefined) {
    queueTasks(draft, attempt.phase, readyAfter(workOf(state, attempt.phase), attempt.unitId));
  }
  settle(draft);
  return draft.accepted();
}

function reported(state: ExecutionState, attempt: AttemptRef): OfAttempt {
  return { ...runOf(state), ...attempt };
}
