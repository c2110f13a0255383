import type { AppliedUnit, ChangeAction, Failure, RunEffects } from '@caisson/contracts';
import type { Instant, Json, JsonObject } from '@caisson/kernel';
import type { TaskPhase, UnitSummary } from './task.state.js';
import type { UnitEdge } from './unit-graph.js';

/** What a run does when it fails: undo what it did, leave it, or leave it for a person to go on. */
export type FailurePolicy = 'rollback' | 'keep' | 'pause';

/** Which run of which deployment; part of every fact, since facts are read alone. */
export interface InRun {
  readonly deploymentId: string;
  readonly runId: string;
}

/** A fact about one task. */
export interface OfTask extends InRun {
  readonly phase: TaskPhase;
  readonly unitId: string;
}

/** A fact about one attempt of a task. */
export interface OfAttempt extends OfTask {
  /** From 1. */
  readonly attempt: number;
  /** Of the lease holder that recorded it. */
  readonly fencingToken: number;
}

/** What an attempt's end adds: the last lines of the tool's output, secrets removed, and the time. */
export interface AttemptEnd {
  readonly log: readonly string[];
  readonly at: Instant;
}

/** An executor took the run's plan on: once for each time the run was started. */
export interface ExecutionStarted extends InRun {
  readonly type: 'ExecutionStarted';
  /** Version of the deployment's stream that asked for it; rises with each start. */
  readonly askedBy: number;
  readonly planDigest: string;
  readonly onFailure: FailurePolicy;
  readonly units: readonly UnitSummary[];
  readonly edges: readonly UnitEdge[];
  /** What stood before. */
  readonly applied: readonly AppliedUnit[];
  readonly at: Instant;
}

/** Every fact about the execution of one run. Plain JSON: instants are ISO-8601 UTC, durations whole milliseconds. */
export type ExecutionEvent =
  | ExecutionStarted
  | (OfTask & { readonly type: 'TaskQueued'; readonly action: ChangeAction })
  /** A lease holder has places for these tasks and goes on to start them. Private: the public fact is the start. */
  | (InRun & {
      readonly type: 'TasksAcquired';
      readonly phase: TaskPhase;
      readonly unitIds: readonly string[];
      readonly fencingToken: number;
    })
  /** The intent: recorded before the engine is called. */
  | (OfAttempt & { readonly type: 'TaskStarted'; readonly actionKey: string; readonly at: Instant })
  | (OfAttempt &
      AttemptEnd & {
        readonly type: 'TaskSucceeded';
        /** Absent: nothing stands for the unit now. */
        readonly applied?: AppliedUnit;
        readonly evidence: JsonObject;
      })
  | (OfAttempt &
      AttemptEnd & {
        readonly type: 'TaskFailed';
        readonly failure: Failure;
        /** What it left, where that is known. */
        readonly applied?: AppliedUnit;
        /** Whether the world may differ from before the attempt. */
        readonly touched: boolean;
        /** Whether the task ends with it; otherwise a retry follows. */
        readonly final: boolean;
      })
  | (OfAttempt &
      AttemptEnd & {
        readonly type: 'TaskTimedOut';
        readonly timeoutMs: number;
        readonly touched: boolean;
        readonly final: boolean;
      })
  /** `attempt` is the one that comes next. */
  | (OfTask & {
      readonly type: 'TaskRetrying';
      readonly attempt: number;
      readonly delayMs: number;
      readonly dueAt: Instant;
    })
  /** The change goes on without us: nothing is held until the time has come or a callback has. */
  | (OfAttempt & {
      readonly type: 'TaskWaiting';
      readonly reason: string;
      readonly until: Instant;
      readonly callback: boolean;
      readonly touched: boolean;
      readonly at: Instant;
    })
  /** Somebody called back about a task that waits. Private: the delivery is a public fact of its own. */
  | (OfTask & { readonly type: 'CallbackReceived'; readonly payload: Json; readonly at: Instant })
  | (OfTask & { readonly type: 'TaskCancelled'; readonly reason: string })
  | (OfAttempt & { readonly type: 'TaskOutcomeUnknown'; readonly reason: string })
  /** The world was read. `done` ends the task as succeeded; after `not_done` the attempt's failure follows. */
  | (OfTask &
      AttemptEnd & {
        readonly type: 'TaskResolved';
        readonly outcome: 'done' | 'not_done';
        readonly applied?: AppliedUnit;
        readonly touched: boolean;
        readonly evidence: JsonObject;
      })
  /** A person looked at the world and says what became of a task that nobody could tell. */
  | (OfTask & {
      readonly type: 'TaskResolvedByPerson';
      readonly outcome: 'done' | 'not_done';
      readonly evidence: string;
      readonly by: string;
      readonly at: Instant;
    })
  /** Somebody wants the run to stop. Recorded by whichever executor heard it, for the one that runs it. Private. */
  | (InRun & { readonly type: 'CancelRequested'; readonly askedBy: number; readonly reason: string })
  | (InRun & { readonly type: 'ExecutionApplied' })
  | (InRun & {
      readonly type: 'ExecutionVerified';
      readonly applied: readonly AppliedUnit[];
      readonly outputs: JsonObject;
    })
  | (InRun & {
      readonly type: 'ExecutionFailed';
      readonly askedBy: number;
      readonly failure: Failure;
      readonly applied: readonly AppliedUnit[];
    })
  | (InRun & {
      readonly type: 'ExecutionCancelled';
      readonly applied: readonly AppliedUnit[];
      /** Of every unit that had something to do. */
      readonly effects: RunEffects;
      readonly failure?: Failure;
    })
  | (InRun & {
      readonly type: 'RollbackStarted';
      /** The start of the run or the request that it answers. */
      readonly askedBy: number;
      readonly failure: Failure;
      /** Every unit of the phase; those with the action `none` only carry order. */
      readonly units: readonly UnitSummary[];
      readonly edges: readonly UnitEdge[];
    })
  | (InRun & { readonly type: 'ExecutionRolledBack'; readonly applied: readonly AppliedUnit[] })
  | (InRun & {
      readonly type: 'RollbackFailed';
      readonly failure: Failure;
      readonly applied: readonly AppliedUnit[];
    });
