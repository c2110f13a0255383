import { eventTypeOf, type FactOf } from '@caisson/contracts';
import type { PublicForm } from '@caisson/event-sourcing';
import type { AttemptEnd, ExecutionEvent, OfAttempt, OfTask } from '../domain/execution.events.js';
import { unitsToUndo } from '../domain/rollback-plan.js';
import { taskIdOf } from '../domain/task.state.js';

/** What the world is told about a fact of an execution; undefined for what stays private. */
export function publicFormOf(event: ExecutionEvent): PublicForm | undefined {
  switch (event.type) {
    case 'TasksAcquired':
    case 'CancelRequested':
    case 'CallbackReceived':
      return undefined;
    case 'ExecutionStarted': {
      const { deploymentId, runId, planDigest, units } = event;
      return form('execution-started', { deploymentId, runId, planDigest, units: units.map(({ unitId }) => unitId) });
    }
    case 'ExecutionFailed': {
      const { deploymentId, runId, failure, applied } = event;
      return form('execution-failed', { deploymentId, runId, failure, applied });
    }
    case 'RollbackStarted': {
      const { deploymentId, runId, failure } = event;
      return form('rollback-started', { deploymentId, runId, failure, units: unitsToUndo(event) });
    }
    case 'ExecutionApplied':
    case 'ExecutionVerified':
    case 'ExecutionCancelled':
    case 'ExecutionRolledBack':
    case 'RollbackFailed':
      return { type: eventTypeOf('execution', FACT_OF_END[event.type]) };
    default:
      return publicFormOfTask(event);
  }
}

/** Facts whose public data is their private data. */
const FACT_OF_END = {
  ExecutionApplied: 'execution-applied',
  ExecutionVerified: 'execution-verified',
  ExecutionCancelled: 'execution-cancelled',
  ExecutionRolledBack: 'execution-rolled-back',
  RollbackFailed: 'rollback-failed',
} as const satisfies Record<string, FactOf<'execution'>>;

type TaskEvent = Exclude<Extract<ExecutionEvent, OfTask>, { type: 'CallbackReceived' }>;

function publicFormOfTask(event: TaskEvent): PublicForm {
  switch (event.type) {
    case 'TaskQueued':
      return form('task-queued', { ...ofTask(event), action: event.action });
    case 'TaskStarted':
      return form('task-started', { ...ofAttempt(event), actionKey: event.actionKey });
    case 'TaskSucceeded':
      return form('task-succeeded', { ...ofAttempt(event), ...appliedOf(event), evidence: event.evidence });
    case 'TaskFailed':
      return form('task-failed', { ...ofAttempt(event), ...appliedOf(event), failure: event.failure });
    case 'TaskTimedOut':
      return form('task-timed-out', { ...ofAttempt(event), timeoutMs: event.timeoutMs });
    case 'TaskRetrying':
      return form('task-retrying', { ...ofTask(event), attempt: event.attempt, delayMs: event.delayMs });
    case 'TaskWaiting': {
      const { callback, reason, until } = event;
      return form('task-waiting', { ...ofAttempt(event), reason, until, callback });
    }
    case 'TaskCancelled':
      return form('task-cancelled', { ...ofTask(event), reason: event.reason });
    case 'TaskOutcomeUnknown':
      return form('task-outcome-unknown', { ...ofAttempt(event), reason: event.reason });
    case 'TaskResolvedByPerson': {
      const { by, evidence, outcome } = event;
      return form('task-resolved', { ...ofTask(event), outcome, evidence: { seen: evidence }, resolvedBy: by });
    }
    case 'TaskResolved': {
      const { outcome, evidence } = event;
      return form('task-resolved', { ...ofTask(event), ...appliedOf(event), outcome, evidence });
    }
  }
}

function form(fact: FactOf<'execution'>, data: object): PublicForm {
  return { type: eventTypeOf('execution', fact), data };
}

function ofTask(event: OfTask) {
  const { deploymentId, runId, unitId, phase } = event;
  return { deploymentId, runId, taskId: taskIdOf(runId, event), unitId, phase };
}

function ofAttempt(event: OfAttempt) {
  return { ...ofTask(event), attempt: event.attempt, fencingToken: event.fencingToken };
}

function appliedOf(event: Pick<Extract<TaskEvent, AttemptEnd & { type: 'TaskSucceeded' }>, 'applied'>) {
  return event.applied === undefined ? {} : { applied: event.applied };
}
