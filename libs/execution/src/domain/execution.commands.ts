import type { AppliedUnit, Failure, TaskState } from '@caisson/contracts';
import type { Decision, Instant, Json, JsonObject } from '@caisson/kernel';
import type { ExecutionEvent, FailurePolicy, InRun } from './execution.events.js';
import type { ExecutionPhase } from './execution.state.js';
import type { TaskRef, TaskWait, UnitSummary } from './task.state.js';
import type { UnitEdge } from './unit-graph.js';

/** The wait before the next attempt, drawn by the caller so that a decision can be replayed. */
export interface RetryOffer {
  readonly delayMs: number;
  readonly dueAt: Instant;
}

/** Names an attempt by the lease holder that speaks of it. */
export interface AttemptRef extends TaskRef {
  readonly attempt: number;
  readonly fencingToken: number;
}

interface AttemptReport {
  readonly attempt: AttemptRef;
  readonly log: readonly string[];
  readonly at: Instant;
}

/** What can be asked of an execution. Time, ids and randomness arrive inside. */
export type ExecutionCommand =
  | ({
      readonly type: 'StartExecution';
      readonly askedBy: number;
      readonly planDigest: string;
      readonly onFailure: FailurePolicy;
      readonly units: readonly UnitSummary[];
      readonly edges: readonly UnitEdge[];
      readonly applied: readonly AppliedUnit[];
      readonly at: Instant;
    } & InRun)
  /** The plan cannot be executed at all. */
  | ({
      readonly type: 'RefuseExecution';
      readonly askedBy: number;
      readonly failure: Failure;
      readonly applied: readonly AppliedUnit[];
    } & InRun)
  /** Of one phase. Those that are no longer queued are left out. */
  | {
      readonly type: 'StartTasks';
      readonly tasks: readonly TaskRef[];
      readonly fencingToken: number;
      readonly at: Instant;
    }
  /** The wait before a retry is over. */
  | { readonly type: 'QueueRetry'; readonly task: TaskRef }
  | (AttemptReport & {
      readonly type: 'RecordTaskSucceeded';
      readonly applied?: AppliedUnit;
      readonly evidence: JsonObject;
    })
  | (AttemptReport & {
      readonly type: 'RecordTaskFailed';
      readonly failure: Failure;
      readonly applied?: AppliedUnit;
      readonly touched: boolean;
      /** Absent: trying again is no use. */
      readonly retry?: RetryOffer;
    })
  | (AttemptReport & {
      readonly type: 'RecordTaskTimedOut';
      readonly timeoutMs: number;
      readonly touched: boolean;
      readonly retry: RetryOffer;
    })
  /** The engine has no result yet. */
  | {
      readonly type: 'RecordTaskWaiting';
      readonly attempt: AttemptRef;
      readonly wait: Omit<TaskWait, 'since' | 'received'>;
      readonly at: Instant;
    }
  /** A callback came for a task that waits. The same twice is one. */
  | {
      readonly type: 'RecordCallback';
      readonly task: TaskRef;
      /** The wait that it is meant for: a later attempt or cycle waits for its own. */
      readonly wait: { readonly cycle: number; readonly attempt: number };
      readonly payload: Json;
      readonly at: Instant;
    }
  | { readonly type: 'RecordTaskUnknown'; readonly attempt: AttemptRef; readonly reason: string }
  | (AttemptReport & {
      readonly type: 'RecordTaskResolved';
      readonly outcome: 'done' | 'not_done';
      readonly applied?: AppliedUnit;
      readonly touched: boolean;
      readonly evidence: JsonObject;
    })
  | ({ readonly type: 'RequestCancel'; readonly askedBy: number; readonly reason: string } & InRun)
  /** From the lease holder: nothing more is started. */
  | { readonly type: 'CancelExecution' }
  | { readonly type: 'RecordVerified'; readonly outputs: JsonObject }
  | { readonly type: 'RecordVerificationFailed'; readonly failure: Failure }
  | { readonly type: 'StartRollback'; readonly askedBy: number; readonly failure: Failure }
  | { readonly type: 'RecordRolledBack' }
  | { readonly type: 'RecordRollbackFailed'; readonly failure: Failure }
  /** A person looked at the world after the run had ended. */
  | {
      readonly type: 'ResolveTask';
      readonly task: TaskRef;
      readonly outcome: 'done' | 'not_done';
      readonly evidence: string;
      readonly by: string;
      readonly at: Instant;
    }
  /** From a lease holder that takes over: whatever should have followed from what is recorded follows now. */
  | { readonly type: 'ResumeExecution' }
  /** Nobody can go on with it: it ends as failed with what is recorded, whatever its tasks do. */
  | { readonly type: 'AbandonExecution'; readonly failure: Failure };

/** Why an execution says no. */
export type ExecutionRejection =
  /** The execution is in a phase that does not allow it. */
  | { readonly code: 'execution-phase-conflict'; readonly phase: ExecutionPhase }
  /** The task is in a state that does not allow it, or the attempt is over. */
  | { readonly code: 'task-state-conflict'; readonly task: TaskRef; readonly state: TaskState }
  /** The task does not wait, not for a callback, or not for this one. */
  | { readonly code: 'wait-not-open'; readonly task: TaskRef }
  | { readonly code: 'unknown-task'; readonly task: TaskRef }
  /** Units of the plan wait for each other in a circle. */
  | { readonly code: 'plan-not-executable'; readonly units: readonly string[] };

/** What comes of a command. */
export type ExecutionDecision = Decision<ExecutionEvent, ExecutionRejection>;
