import { canTransition, SETTLED_RUN_STATES, type RunState } from '@caisson/contracts';
import { invariant, unreachable } from '@caisson/kernel';
import type { DeploymentEvent, RunEvent } from './deployment.events.js';
import {
  COMPLETED_REVISIONS_MAX,
  SETTLED_RUNS_MAX,
  type Deployment,
  type DeploymentState,
  type Revision,
  type Run,
} from './deployment.state.js';

/** Applies one recorded fact. Never refuses; stops only on a history that this build cannot read. */
export function evolve(state: DeploymentState, event: DeploymentEvent): DeploymentState {
  return { version: state.version + 1, deployment: evolveDeployment(state.deployment, event) };
}

function evolveDeployment(deployment: Deployment | undefined, event: DeploymentEvent): Deployment {
  if (event.type === 'DeploymentCreated') {
    return {
      deploymentId: event.deploymentId,
      createdAt: event.origin.at,
      revisions: { [event.revision]: { desired: event.desired, createdAt: event.origin.at } },
      latestRevision: event.revision,
      completed: [],
      applied: [],
      outputs: {},
      settled: [],
      deleted: false,
    };
  }
  invariant(deployment !== undefined, `${event.type} before the deployment was created`);
  switch (event.type) {
    case 'DeploymentChanged': {
      const { deletion: _withdrawn, ...kept } = deployment;
      const revision: Revision = { desired: event.desired, createdAt: event.origin.at };
      return { ...kept, latestRevision: event.revision, revisions: withRevision(deployment, event.revision, revision) };
    }
    case 'DeploymentDeletionRequested':
      return { ...deployment, deletion: { runId: event.runId, reason: event.reason } };
    case 'DeploymentDeleted':
      return { ...deployment, deleted: true };
    case 'DriftScanRequested': {
      if (event.verifies !== undefined) return withoutRemediation(deployment);
      const { deferredScan: _asked, ...kept } = deployment;
      return kept;
    }
    case 'DriftAdopted':
      return { ...deployment, applied: event.applied };
    case 'DriftRemediationRequested':
      return { ...deployment, remediation: { scanId: event.scanId, runId: event.runId } };
    case 'DriftRemediationEnded':
      return toldHowItEnded(deployment, event);
    case 'DriftScanDeferred': {
      const { autoRemediate, scanId } = event;
      return { ...deployment, deferredScan: { scanId, autoRemediate } };
    }
    case 'RunDeferred':
      return { ...deployment, deferred: { runId: event.runId, kind: event.kind, reason: event.reason } };
    case 'RunRequested':
      return requestRun(deployment, event);
    default:
      return evolveRun(deployment, event);
  }
}

function withoutRemediation(deployment: Deployment): Deployment {
  const { remediation: _verified, ...kept } = deployment;
  return kept;
}

/** A run that failed may be tried again, and get through. */
function toldHowItEnded(
  deployment: Deployment,
  { runId }: Extract<DeploymentEvent, { type: 'DriftRemediationEnded' }>,
): Deployment {
  const { remediation, run } = deployment;
  if (remediation === undefined || run === undefined || remediation.runId !== runId) return deployment;
  return { ...deployment, remediation: { ...remediation, told: run.state } };
}

type RunRequested = Extract<RunEvent, { type: 'RunRequested' }>;

function requestRun(deployment: Deployment, event: RunRequested): Deployment {
  const { deferred, run: before, ...kept } = deployment;
  const settled = before === undefined ? deployment.settled : [...deployment.settled, before].slice(-SETTLED_RUNS_MAX);
  invariant(before === undefined || SETTLED_RUN_STATES.includes(before.state), 'a run was requested beside another');
  const run: Run = {
    runId: event.runId,
    kind: event.kind,
    state: 'pending',
    revision: event.revision,
    reason: event.reason,
    round: 0,
    progress: 0,
    executed: false,
    requestedAt: event.origin.at,
    requestedBy: event.origin.by,
    correlationId: event.origin.correlationId,
  };
  const stillDeferred = deferred === undefined || deferred.runId === event.runId ? {} : { deferred };
  return { ...kept, ...stillDeferred, settled, run };
}

/** How far a run has come when it enters a state. It never falls, so a failed run keeps what it had. */
export const PROGRESS: Readonly<Record<RunState, number>> = {
  pending: 0,
  planning: 5,
  planned: 10,
  awaiting_approval: 10,
  approved: 15,
  executing: 20,
  verifying: 90,
  cancelling: 0,
  failed: 0,
  rolling_back: 0,
  rolled_back: 0,
  completed: 100,
  cancelled: 0,
};

function move(run: Run, to: RunState, changes: Partial<Run> = {}): Run {
  invariant(canTransition(run.state, to), `run ${run.runId} went from ${run.state} to ${to}`);
  return { ...run, ...changes, state: to, progress: Math.max(run.progress, PROGRESS[to]) };
}

type LaterRunEvent = Exclude<RunEvent, RunRequested>;

function evolveRun(deployment: Deployment, event: LaterRunEvent): Deployment {
  const run = deployment.run;
  invariant(run?.runId === event.runId, `${event.type} of run ${event.runId}, which is not the newest`);
  const finishedAt = event.origin.at;
  switch (event.type) {
    case 'RunPlanningStarted': {
      const { planDigest: _outdated, failure: _before, ...kept } = run;
      return { ...deployment, run: move(kept, 'planning', { round: event.round }) };
    }
    case 'RunPlanned':
      return { ...deployment, run: move(startingAt(run, event), 'planned', plannedBy(event)) };
    case 'RunAwaitingApproval':
      return { ...deployment, run: move(run, 'awaiting_approval') };
    case 'RunApproved':
      return {
        ...withApprovedCost(deployment, run),
        run: move(startingAt(committing(deployment, run), event), 'approved'),
      };
    case 'RunTaskResolved': // The executor takes note.
    case 'RunRejected': // The cancellation that follows moves the run.
      return deployment;
    case 'RunStarted':
      return { ...deployment, run: move(run, 'executing', { executed: true, startedAt: event.origin.at }) };
    case 'RunVerifying':
      return { ...deployment, run: move(run, 'verifying') };
    case 'RunCompleted':
      return complete(deployment, event, move(run, 'completed', { finishedAt }));
    case 'RunFailed':
      return {
        ...deployment,
        applied: event.applied,
        run: move(run, 'failed', { failure: event.failure, finishedAt, ...pauseOf(deployment, run) }),
      };
    case 'RunCancelling':
      return { ...deployment, run: move(run, 'cancelling') };
    case 'RunCancelled': {
      const { applied, effects } = event;
      const kept = run.executed ? cancelDeletion(deployment) : withCostBefore(cancelDeletion(deployment), run);
      return { ...kept, applied, run: move(run, 'cancelled', { finishedAt, effects }) };
    }
    case 'RunRollbackStarted': {
      const failure = event.failure ?? run.failure;
      return { ...deployment, run: move(unfinished(run), 'rolling_back', failure === undefined ? {} : { failure }) };
    }
    case 'RunRolledBack':
      return {
        ...withCostBefore(deployment, run),
        applied: event.applied,
        run: move(run, 'rolled_back', { finishedAt }),
      };
    case 'RunRetried': {
      const { failure: _before, ...kept } = unfinished(run);
      return { ...deployment, run: move(kept, 'pending') };
    }
    default:
      return unreachable(event, 'deployment event');
  }
}

/** A run that was never executed left nothing to decide about. */
function pauseOf({ revisions }: Deployment, { executed, revision }: Run): Pick<Run, 'paused'> {
  return executed && revisions[revision]?.desired.onFailure === 'pause' ? { paused: true } : {};
}

function plannedBy({ costPerMonth, planDigest }: Extract<RunEvent, { type: 'RunPlanned' }>): Partial<Run> {
  return { planDigest, ...(costPerMonth === undefined ? {} : { costPerMonth }) };
}

/** What a run that failed may have left has to be paid, also when the next one costs less. */
function withApprovedCost(deployment: Deployment, { costPerMonth }: Run): Deployment {
  if (costPerMonth === undefined) return deployment;
  return { ...deployment, approvedCostPerMonth: Math.max(deployment.approvedCostPerMonth ?? 0, costPerMonth) };
}

/** Remembers what is to be paid without this run: a run may be approved more than once. */
function committing({ approvedCostPerMonth = 0 }: Deployment, run: Run): Run {
  return run.committedBefore === undefined ? { ...run, committedBefore: approvedCostPerMonth } : run;
}

/** A run that left nothing leaves what runs before it may have left. */
function withCostBefore(deployment: Deployment, { committedBefore }: Run): Deployment {
  if (committedBefore === undefined) return deployment;
  const kept = withoutApprovedCost(deployment);
  return committedBefore === 0 ? kept : { ...kept, approvedCostPerMonth: committedBefore };
}

function withoutApprovedCost(deployment: Deployment): Deployment {
  const { approvedCostPerMonth: _settled, ...kept } = deployment;
  return kept;
}

function startingAt(run: Run, { startsAt }: { readonly startsAt?: string | undefined }): Run {
  const { startsAt: _before, ...kept } = run;
  return startsAt === undefined ? kept : { ...kept, startsAt };
}

function unfinished(run: Run): Run {
  const { finishedAt: _settledBefore, paused: _decided, ...kept } = run;
  return kept;
}

/** Cancelling the destroy run of a deletion takes the wish back; cancelling another run on the way to it does not. */
function cancelDeletion(deployment: Deployment): Deployment {
  const { deletion, ...kept } = deployment;
  return deletion?.runId === deployment.run?.runId ? kept : deployment;
}

type RunCompleted = Extract<RunEvent, { type: 'RunCompleted' }>;

function complete(deployment: Deployment, event: RunCompleted, run: Run): Deployment {
  const { currentRevision: _before, ...kept } = withoutApprovedCost(deployment);
  const cost = run.costPerMonth === undefined ? {} : { costPerMonth: run.costPerMonth };
  const after = { ...kept, ...cost, applied: event.applied, outputs: event.outputs, run };
  if (event.kind === 'destroy') return after;
  const revision = deployment.revisions[event.revision];
  const completed = [...deployment.completed.filter((number) => number !== event.revision), event.revision];
  const revisions =
    revision === undefined
      ? deployment.revisions
      : { ...deployment.revisions, [event.revision]: { ...revision, completedAt: event.origin.at } };
  return { ...after, revisions, completed, currentRevision: event.revision };
}

/** Keeps the newest revision and those that completed, the longest unused of which goes when there are too many. */
function withRevision(deployment: Deployment, number: number, revision: Revision): Record<string, Revision> {
  const keep = new Set(deployment.completed.slice(-COMPLETED_REVISIONS_MAX));
  const kept = Object.entries(deployment.revisions).filter(([key]) => keep.has(Number(key)));
  return { ...Object.fromEntries(kept), [number]: revision };
}
