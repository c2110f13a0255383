import type { AppliedUnit, DesiredState, Failure, RunCommand, RunEffects, RunState } from '@caisson/contracts';
import type { Decision, Instant, Json } from '@caisson/kernel';
import type { Adjustment, AdjustmentProblem } from './adjust-desired.js';
import type { AdoptionProblem, FoundDrift } from './adopt-drift.js';
import type { DeploymentEvent, Origin } from './deployment.events.js';

interface Asked<Type extends string> {
  readonly type: Type;
  readonly origin: Origin;
}

/** A command about one run. Without `runId` it is about the newest run. */
interface AskedOfRun<Type extends string> extends Asked<Type> {
  readonly runId?: string;
}

/** A fact of another service about one run. Old, repeated or foreign ones change nothing. */
interface Recorded<Type extends string> extends Asked<Type> {
  readonly runId: string;
}

/** Brings a deployment into being and requests its first run. */
export interface CreateDeployment extends Asked<'CreateDeployment'> {
  readonly deploymentId: string;
  readonly runId: string;
  readonly desired: DesiredState;
}

/** Replaces what is desired by a new revision and requests a run to it. */
export interface ChangeDesiredState extends Asked<'ChangeDesiredState'> {
  readonly runId: string;
  readonly kind: 'update';
  readonly desired: DesiredState;
  readonly reason: string;
  /** Refused unless the stream is at this version: nobody changed the deployment meanwhile. */
  readonly ifVersion?: number;
}

/** Makes a small change of the newest revision, and requests a run of its kind to what follows. */
export interface AdjustDesiredState extends Asked<'AdjustDesiredState'> {
  readonly runId: string;
  readonly adjustment: Adjustment;
  readonly reason: string;
  /** As in `ChangeDesiredState`. */
  readonly ifVersion?: number;
}

/** Requests a run that does not change what is desired. */
export interface RequestRun extends Asked<'RequestRun'> {
  readonly runId: string;
  /** `update` goes to the newest revision, `remediate` and `destroy` start from the current one. */
  readonly kind: 'update' | 'remediate' | 'destroy';
  readonly reason: string;
  /** What to do while another run is active: refuse, or request it once that one has settled. */
  readonly whenBusy: 'refuse' | 'defer';
  /** The scan whose findings it puts right. What stands in the way of a machine's wish is told to the scan. */
  readonly remediates?: { readonly scanId: string; readonly askedBy: 'person' | 'policy' };
}

/** Has what is desired follow the world where a scan found differences: a new revision, and a run to it. */
export interface AdoptDrift extends Asked<'AdoptDrift'> {
  readonly runId: string;
  readonly scanId: string;
  /** Of the scan's report. */
  readonly items: readonly FoundDrift[];
  readonly reason: string;
}

/** Asks the drift detector to look. */
export interface RequestDriftScan extends Asked<'RequestDriftScan'> {
  readonly scanId: string;
  readonly autoRemediate: boolean;
  readonly scanType: 'scheduled' | 'manual';
  /** What to do while tools change the world: refuse, or ask once they have stopped. */
  readonly whenBusy: 'refuse' | 'defer';
}

/** Makes the deployment go: cancels what runs, destroys what was applied. */
export interface DeleteDeployment extends Asked<'DeleteDeployment'> {
  /** Id of the destroy run, if one is needed. */
  readonly runId: string;
  readonly reason: string;
}

/** Goes back: undoes a failed run, or requests a run to an earlier completed revision. */
export interface RollbackRun extends AskedOfRun<'RollbackRun'> {
  /** Id of the new run, if one is needed. */
  readonly newRunId: string;
  /** Absent: the completed revision before the current one. */
  readonly toRevision?: number;
  readonly reason: string;
}

/** What people and triggers ask of a deployment. */
export type LifecycleCommand =
  | CreateDeployment
  | ChangeDesiredState
  | AdjustDesiredState
  | AdoptDrift
  | RequestRun
  | RequestDriftScan
  | DeleteDeployment;

/** What people ask of a run. Legal where `RUN_TRANSITIONS` has a row with the command. */
export type AskOfRun =
  | AskedOfRun<'StartPlanning'>
  | (AskedOfRun<'ApproveRun'> & { readonly planDigest: string })
  | (AskedOfRun<'RejectRun'> & { readonly reason: string })
  | AskedOfRun<'ExecuteRun'>
  /** From the timer of a run that waits for its time. Leaves a run alone that a person is to execute. */
  | AskedOfRun<'StartWhenDue'>
  | (AskedOfRun<'CancelRun'> & { readonly reason: string })
  | AskedOfRun<'RetryRun'>
  | (AskedOfRun<'ResolveTask'> & {
      readonly taskId: string;
      readonly outcome: 'done' | 'not_done';
      readonly evidence: string;
    })
  | RollbackRun;

/** What other services found out about a run. */
export type RecordOutcome =
  | (Recorded<'RecordPlan'> & {
      readonly round: number;
      readonly planDigest: string;
      /** Whether the plan changes anything. */
      readonly changes: boolean;
      /** Whether a policy forbids approval without a person, or there is no room for what it costs. */
      readonly needsPerson: boolean;
      /** Of the whole deployment, once the run has completed. */
      readonly costPerMonth: number;
    })
  | (Recorded<'RecordPlanRefusal'> & { readonly round: number; readonly failure: Failure })
  | Recorded<'RecordApplied'>
  | (Recorded<'RecordVerified'> & {
      readonly applied: AppliedUnit[];
      readonly outputs: Record<string, Json>;
    })
  | (Recorded<'RecordExecutionFailure'> & { readonly failure: Failure; readonly applied: AppliedUnit[] })
  | (Recorded<'RecordRollbackStarted'> & { readonly failure: Failure })
  | (Recorded<'RecordRolledBack'> & { readonly applied: AppliedUnit[] })
  | (Recorded<'RecordRollbackFailure'> & { readonly failure: Failure; readonly applied: AppliedUnit[] })
  | (Recorded<'RecordCancelled'> & {
      readonly applied: AppliedUnit[];
      readonly effects: RunEffects;
      readonly failure?: Failure;
    });

/** Everything that a deployment judges. */
export type DeploymentCommand = LifecycleCommand | AskOfRun | RecordOutcome;

/** Why a deployment says no. Codes are stable. */
export type DeploymentRejection =
  | { readonly code: 'deployment-not-found' }
  | { readonly code: 'deployment-exists'; readonly deploymentId: string }
  | { readonly code: 'deployment-deleted' }
  /** The tenant has as many as it may. */
  | { readonly code: 'quota-exhausted'; readonly quota: string; readonly used: number; readonly limit: number }
  /** What would be desired cannot be had. */
  | { readonly code: 'desired-state-invalid'; readonly problems: readonly AdjustmentProblem[] }
  /** What a scan found cannot become what is desired. */
  | { readonly code: 'drift-not-adoptable'; readonly problems: readonly AdoptionProblem[] }
  | { readonly code: 'deployment-version-conflict'; readonly expected: number; readonly actual: number }
  | { readonly code: 'run-active'; readonly runId: string; readonly state: RunState }
  | { readonly code: 'run-not-found'; readonly runId: string }
  /** An older run of the deployment: only the newest one can be acted on. */
  | { readonly code: 'run-superseded'; readonly runId: string; readonly latestRunId: string }
  | {
      readonly code: 'run-state-conflict';
      readonly runId: string;
      readonly state: RunState;
      readonly allowed: readonly RunCommand[];
    }
  /** Its schedule does not let it begin yet. */
  | { readonly code: 'run-not-due'; readonly runId: string; readonly startsAt: Instant }
  | { readonly code: 'plan-digest-mismatch'; readonly runId: string; readonly expected: string; readonly given: string }
  /** The revision never completed, is too old, or, without a number, there is none to go back to. */
  | { readonly code: 'revision-not-found'; readonly revision?: number; readonly available: readonly number[] };

/** What became of a command to a deployment. */
export type DeploymentDecision = Decision<DeploymentEvent, DeploymentRejection>;
