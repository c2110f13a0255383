import type { AppliedUnit, DataOf, FactOf } from '@caisson/contracts';
import type { Instant } from '@caisson/kernel';

/** Who asked, when, and in which story. Kept in an event's envelope, so its data does not repeat it. */
export interface Origin {
  readonly at: Instant;
  /** A principal id, or `service:<name>`. */
  readonly by: string;
  readonly correlationId: string;
}

type PublicFact<Type extends string, Name extends FactOf<'deployment'>> = Readonly<DataOf<'deployment', Name>> & {
  readonly type: Type;
  readonly origin: Origin;
};

interface PrivateFact<Type extends string> {
  readonly type: Type;
  readonly origin: Origin;
  readonly deploymentId: string;
}

/**
 * The deployment shall go as soon as its active run has settled; `runId` is the id of the destroy run, if one is
 * needed.
 */
export interface DeploymentDeletionRequested extends PrivateFact<'DeploymentDeletionRequested'> {
  readonly runId: string;
  readonly reason: string;
}

/**
 * A run was asked for while another one was active: it is requested once that one has settled. The newest wish
 * counts.
 */
export interface RunDeferred extends PrivateFact<'RunDeferred'> {
  readonly runId: string;
  readonly kind: 'update' | 'remediate';
  readonly reason: string;
}

/**
 * A scheduled scan was due while tools changed the world: it is asked for once they have stopped. The newest one
 * counts.
 */
export interface DriftScanDeferred extends PrivateFact<'DriftScanDeferred'> {
  readonly scanId: string;
  readonly autoRemediate: boolean;
}

/** What is expected follows the world; the change of what is desired is a fact of its own. */
export interface DriftAdopted extends PrivateFact<'DriftAdopted'> {
  readonly scanId: string;
  readonly applied: AppliedUnit[];
}

/** What can have happened to a deployment and its runs. */
export type DeploymentEvent =
  | PublicFact<'DeploymentCreated', 'deployment-created'>
  | PublicFact<'DeploymentChanged', 'deployment-changed'>
  | DeploymentDeletionRequested
  | PublicFact<'DeploymentDeleted', 'deployment-deleted'>
  | PublicFact<'DriftScanRequested', 'drift-scan-requested'>
  | DriftScanDeferred
  | DriftAdopted
  | PublicFact<'DriftRemediationRequested', 'drift-remediation-requested'>
  | PublicFact<'DriftRemediationEnded', 'drift-remediation-ended'>
  | RunDeferred
  | RunEvent;

/** What can have happened to a run. */
export type RunEvent =
  | PublicFact<'RunRequested', 'run-requested'>
  | PublicFact<'RunPlanningStarted', 'run-planning-started'>
  | PublicFact<'RunPlanned', 'run-planned'>
  | PublicFact<'RunAwaitingApproval', 'run-awaiting-approval'>
  | PublicFact<'RunApproved', 'run-approved'>
  | PublicFact<'RunRejected', 'run-rejected'>
  | PublicFact<'RunStarted', 'run-started'>
  | PublicFact<'RunVerifying', 'run-verifying'>
  | PublicFact<'RunCompleted', 'run-completed'>
  | PublicFact<'RunFailed', 'run-failed'>
  | PublicFact<'RunCancelling', 'run-cancelling'>
  | PublicFact<'RunCancelled', 'run-cancelled'>
  | PublicFact<'RunRollbackStarted', 'run-rollback-started'>
  | PublicFact<'RunRolledBack', 'run-rolled-back'>
  | PublicFact<'RunRetried', 'run-retried'>
  | PublicFact<'RunTaskResolved', 'run-task-resolved'>;

/** The public name of each fact; the private ones have none. */
export const PUBLIC_FACTS: Readonly<Record<DeploymentEvent['type'], FactOf<'deployment'> | undefined>> = {
  DeploymentCreated: 'deployment-created',
  DeploymentChanged: 'deployment-changed',
  DeploymentDeletionRequested: undefined,
  DeploymentDeleted: 'deployment-deleted',
  DriftScanRequested: 'drift-scan-requested',
  DriftScanDeferred: undefined,
  DriftAdopted: undefined,
  DriftRemediationRequested: 'drift-remediation-requested',
  DriftRemediationEnded: 'drift-remediation-ended',
  RunDeferred: undefined,
  RunRequested: 'run-requested',
  RunPlanningStarted: 'run-planning-started',
  RunPlanned: 'run-planned',
  RunAwaitingApproval: 'run-awaiting-approval',
  RunApproved: 'run-approved',
  RunRejected: 'run-rejected',
  RunStarted: 'run-started',
  RunVerifying: 'run-verifying',
  RunCompleted: 'run-completed',
  RunFailed: 'run-failed',
  RunCancelling: 'run-cancelling',
  RunCancelled: 'run-cancelled',
  RunRollbackStarted: 'run-rollback-started',
  RunRolledBack: 'run-rolled-back',
  RunRetried: 'run-retried',
  RunTaskResolved: 'run-task-resolved',
};
