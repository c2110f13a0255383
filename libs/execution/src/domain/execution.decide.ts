import { accept, reject, unreachable, type Decider } from '@caisson/kernel';
import { decideOutcome } from './execution.decide-outcome.js';
import { decideStart, startTasks } from './execution.decide-start.js';
import { Draft } from './draft.js';
import type { ExecutionCommand, ExecutionDecision, ExecutionRejection } from './execution.commands.js';
import type { ExecutionEvent } from './execution.events.js';
import { evolve } from './execution.evolve.js';
import {
  activePhase,
  appliedUnits,
  INITIAL_STATE,
  isOpen,
  touchedUnits,
  workOf,
  type ExecutionState,
} from './execution.state.js';
import { OUTCOME_UNKNOWN } from './outcome-unknown.js';
import { effectsOf } from './run-effects.js';
import { concludeFailure, queueTasks, runOf, settle, startRollback } from './settle.js';
import { canMove } from './task.state.js';
import { findTask, readyTasks } from './work.js';

/** Judges a command. Every branch of an execution is reachable from here; the rest only computes. */
export function decide(state: ExecutionState, command: ExecutionCommand): ExecutionDecision {
  switch (command.type) {
    case 'StartExecution':
    case 'RefuseExecution':
      return decideStart(state, command);
    case 'StartTasks':
      return startTasks(state, command);
    case 'QueueRetry':
      return queueRetry(state, command);
    case 'RecordTaskSucceeded':
    case 'RecordTaskFailed':
    case 'RecordTaskTimedOut':
    case 'RecordTaskUnknown':
    case 'RecordTaskWaiting':
    case 'RecordTaskResolved':
      return decideOutcome(state, command);
    case 'RecordCallback':
      return recordCallback(state, command);
    case 'RequestCancel':
      return requestCancel(state, command);
    case 'CancelExecution':
      return state.phase === 'cancelling' ? settled(state) : refuse(state);
    case 'RecordVerified':
      return recordVerified(state, command);
    case 'RecordVerificationFailed':
      return state.phase === 'verifying' ? failed(state, command) : refuse(state);
    case 'StartRollback':
      return decideRollback(state, command);
    case 'RecordRolledBack':
      return recordRolledBack(state);
    case 'RecordRollbackFailed':
      return state.phase === 'rolling-back' && state.rollback.running === 0 ? failed(state, command) : refuse(state);
    case 'ResolveTask':
      return resolveTask(state, command);
    case 'ResumeExecution':
      return resume(state);
    case 'AbandonExecution':
      return abandon(state, command);
    default:
      return unreachable(command, 'execution command');
  }
}

/** The decision model of an execution. Stream: `execution-<runId>`. */
export const executionDecider: Decider<ExecutionState, ExecutionCommand, ExecutionEvent, ExecutionRejection> = {
  initialState: INITIAL_STATE,
  decide,
  evolve,
};

function refuse(state: ExecutionState): ExecutionDecision {
  return reject({ code: 'execution-phase-conflict', phase: state.phase });
}

function settled(state: ExecutionState): ExecutionDecision {
  const draft = new Draft(state);
  settle(draft);
  return draft.accepted();
}

type CommandOf<Type extends ExecutionCommand['type']> = Extract<ExecutionCommand, { type: Type }>;

function queueRetry(state: ExecutionState, { task }: CommandOf<'QueueRetry'>): ExecutionDecision {
  const found = findTask(workOf(state, task.phase), task.unitId);
  if (found === undefined) return reject({ code: 'unknown-task', task });
  if (found.state !== 'retrying' || !canMove(found.state, 'queued')) {
    return reject({ code: 'task-state-conflict', task, state: found.state });
  }
  const { phase, unitId } = task;
  return accept({ type: 'TaskQueued', ...runOf(state), phase, unitId, action: found.action });
}

/** Whoever hears of a callback records it; the holder of the run asks the engine. */
function recordCallback(state: ExecutionState, command: CommandOf<'RecordCallback'>): ExecutionDecision {
  const { at, payload, task, wait } = command;
  const found = findTask(workOf(state, task.phase), task.unitId);
  const waits = found?.state === 'running' && found.waiting?.callback === true;
  if (!waits || found.attempt !== wait.attempt || state.cycle !== wait.cycle || activePhase(state) !== task.phase) {
    return reject({ code: 'wait-not-open', task });
  }
  if (found.waiting.received !== undefined) return accept();
  return accept({ type: 'CallbackReceived', ...runOf(state), ...task, payload, at });
}

/** Recorded whatever the phase is: it may be meant for a start that this stream has not seen yet. */
function requestCancel(state: ExecutionState, command: CommandOf<'RequestCancel'>): ExecutionDecision {
  if (command.askedBy <= state.cancelAskedBy) return accept();
  const { deploymentId, runId, askedBy, reason } = command;
  return accept({ type: 'CancelRequested', deploymentId, runId, askedBy, reason });
}

/** Once, and only for what nobody could tell. While the run is open its holder looks itself. */
function resolveTask(state: ExecutionState, command: CommandOf<'ResolveTask'>): ExecutionDecision {
  const { at, by, evidence, outcome, task } = command;
  const found = findTask(workOf(state, task.phase), task.unitId);
  if (found === undefined) return reject({ code: 'unknown-task', task });
  if (isOpen(state) || found.failure?.code !== OUTCOME_UNKNOWN) {
    return reject({ code: 'task-state-conflict', task, state: found.state });
  }
  return accept({ type: 'TaskResolvedByPerson', ...runOf(state), ...task, outcome, evidence, by, at });
}

function recordVerified(state: ExecutionState, { outputs }: CommandOf<'RecordVerified'>): ExecutionDecision {
  if (state.phase !== 'verifying') return refuse(state);
  return accept({ type: 'ExecutionVerified', ...runOf(state), applied: appliedUnits(state), outputs });
}

function failed(
  state: ExecutionState,
  { failure }: CommandOf<'RecordVerificationFailed'> | CommandOf<'RecordRollbackFailed'>,
): ExecutionDecision {
  const draft = new Draft(state);
  concludeFailure(draft, failure);
  return draft.accepted();
}

/** Asked for by a person after the run has failed, in whichever way. The same request twice is one. */
function decideRollback(state: ExecutionState, command: CommandOf<'StartRollback'>): ExecutionDecision {
  if (command.askedBy <= state.askedBy) return accept();
  if (isOpen(state) || state.phase === 'absent' || state.phase === 'verified') return refuse(state);
  const draft = new Draft(state);
  startRollback(draft, command.askedBy, command.failure);
  return draft.accepted();
}

/** The world was seen as it was before the run. */
function recordRolledBack(state: ExecutionState): ExecutionDecision {
  const { ended, total } = state.rollback;
  if (state.phase !== 'rolling-back' || ended < total || touchedUnits(state).size > 0) return refuse(state);
  return accept({ type: 'ExecutionRolledBack', ...runOf(state), applied: appliedUnits(state) });
}

/** A long decision is recorded in parts; a holder may have been lost between two of them. */
function resume(state: ExecutionState): ExecutionDecision {
  if (!isOpen(state)) return accept();
  const draft = new Draft(state);
  const phase = activePhase(state);
  const working = state.phase === 'applying' || state.phase === 'rolling-back';
  if (working && state.failure === undefined) queueTasks(draft, phase, readyTasks(workOf(state, phase)));
  settle(draft);
  return draft.accepted();
}

function abandon(state: ExecutionState, { failure }: CommandOf<'AbandonExecution'>): ExecutionDecision {
  if (!isOpen(state)) return accept();
  const { askedBy } = state;
  const end = { ...runOf(state), failure, applied: appliedUnits(state) };
  if (state.phase === 'rolling-back') return accept({ type: 'RollbackFailed', ...end });
  if (state.phase === 'cancelling') return accept({ type: 'ExecutionCancelled', ...end, effects: effectsOf(state) });
  return accept({ type: 'ExecutionFailed', ...end, askedBy });
}
