import { unreadableEvent, type Aggregate, type NewEvent, type RecordedEvent } from '@caisson/event-sourcing';
import { executionDecider } from '../domain/execution.decide.js';
import type { ExecutionCommand, ExecutionRejection } from '../domain/execution.commands.js';
import type { ExecutionEvent } from '../domain/execution.events.js';
import type { ExecutionState } from '../domain/execution.state.js';
import { documentsOf } from './execution-documents.js';
import { publicFormOf } from './public-facts.js';

/** Shape of an event's data; raise it with an upcaster in `upcast`. */
const EVENT_SCHEMA_VERSION = 1;

/** Every fact by name: what this build can read. */
const KNOWN: Readonly<Record<ExecutionEvent['type'], true>> = {
  ExecutionStarted: true,
  TaskQueued: true,
  TasksAcquired: true,
  TaskStarted: true,
  TaskSucceeded: true,
  TaskFailed: true,
  TaskTimedOut: true,
  TaskRetrying: true,
  TaskWaiting: true,
  CallbackReceived: true,
  TaskCancelled: true,
  TaskOutcomeUnknown: true,
  TaskResolved: true,
  TaskResolvedByPerson: true,
  CancelRequested: true,
  ExecutionApplied: true,
  ExecutionVerified: true,
  ExecutionFailed: true,
  ExecutionCancelled: true,
  RollbackStarted: true,
  ExecutionRolledBack: true,
  RollbackFailed: true,
};

/**
 * How executions are decided, stored in `execution-<runId>` and shown. No snapshots: the lease holder keeps the state
 * in memory; a stream is read only when a run begins, changes hands or is cancelled.
 */
export const executionAggregate: Aggregate<ExecutionState, ExecutionCommand, ExecutionEvent, ExecutionRejection> = {
  category: 'execution',
  decider: executionDecider,
  encode,
  decode,
  documents: documentsOf,
};

/** The id of a run's stream. */
export function executionStreamId(runId: string): string {
  return `${executionAggregate.category}-${runId}`;
}

function encode(event: ExecutionEvent): NewEvent {
  const { type, ...data } = event;
  const publicForm = publicFormOf(event);
  return { type, schemaVersion: EVENT_SCHEMA_VERSION, data, ...(publicForm === undefined ? {} : { publicForm }) };
}

function decode(recorded: RecordedEvent): ExecutionEvent {
  return { ...(upcast(recorded) as object), type: recorded.type } as ExecutionEvent;
}

/** Older shapes become the newest one here, one step per version. */
function upcast(recorded: RecordedEvent): unknown {
  if (recorded.schemaVersion === EVENT_SCHEMA_VERSION && Object.hasOwn(KNOWN, recorded.type)) return recorded.data;
  throw unreadableEvent(recorded);
}
