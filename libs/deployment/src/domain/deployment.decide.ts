import { SETTLED_RUN_STATES } from '@caisson/contracts';
import { accept, InvariantViolation, reject, type Decider } from '@caisson/kernel';
import { decideLifecycle } from './deployment.decide-lifecycle.js';
import { recordOutcome } from './deployment.decide-outcome.js';
import { decideRun } from './deployment.decide-run.js';
import type {
  AskOfRun,
  DeploymentCommand,
  DeploymentDecision,
  DeploymentRejection,
  LifecycleCommand,
  RecordOutcome,
} from './deployment.commands.js';
import type { DeploymentEvent, Origin } from './deployment.events.js';
import { evolve } from './deployment.evolve.js';
import { afterRemediation, unfinishedRun } from './deployment.decide-drift.js';
import { runRequested, runPlanningStarted, runStarted, waitOf } from './deployment.facts.js';
import { NO_DEPLOYMENT, waitsForPerson, type Deployment, type DeploymentState } from './deployment.state.js';

/** Steps that a deployment takes by itself after one command: settle, request, plan at most. */
const FOLLOW_UPS_MAX = 8;

/**
 * Judges a command, and takes the steps that follow by themselves: plan as soon as requested, execute as soon as
 * approved, request what waited as soon as the active run has settled.
 */
export function decide(state: DeploymentState, command: DeploymentCommand): DeploymentDecision {
  const judged = judge(state, command);
  if (judged.outcome === 'rejected' || judged.events.length === 0) return judged;
  const events = [...judged.events];
  let after = events.reduce(evolve, state);
  for (let step = 0; step < FOLLOW_UPS_MAX; step += 1) {
    const next = after.deployment === undefined ? undefined : followUp(after.deployment, command.origin);
    if (next === undefined) return accept(...events);
    events.push(next);
    after = evolve(after, next);
  }
  throw new InvariantViolation(`${command.type} does not come to rest`);
}

/** The one decision model of a deployment with its runs. */
export const deploymentDecider: Decider<DeploymentState, DeploymentCommand, DeploymentEvent, DeploymentRejection> = {
  initialState: NO_DEPLOYMENT,
  decide,
  evolve,
};

const LIFECYCLE: ReadonlySet<string> = new Set<LifecycleCommand['type']>([
  'CreateDeployment',
  'ChangeDesiredState',
  'AdjustDesiredState',
  'AdoptDrift',
  'RequestRun',
  'RequestDriftScan',
  'DeleteDeployment',
]);

const ASKED_OF_RUN: ReadonlySet<string> = new Set<AskOfRun['type']>([
  'StartPlanning',
  'ApproveRun',
  'RejectRun',
  'ExecuteRun',
  'StartWhenDue',
  'CancelRun',
  'RetryRun',
  'ResolveTask',
  'RollbackRun',
]);

function isLifecycle(command: DeploymentCommand): command is LifecycleCommand {
  return LIFECYCLE.has(command.type);
}

function isAskedOfRun(command: LifecycleCommand | AskOfRun | RecordOutcome): command is AskOfRun {
  return ASKED_OF_RUN.has(command.type);
}

function judge({ version, deployment }: DeploymentState, command: DeploymentCommand): DeploymentDecision {
  if (command.type === 'CreateDeployment' || deployment === undefined) {
    return command.type === 'CreateDeployment' ? create(deployment, command) : reject({ code: 'deployment-not-found' });
  }
  if (isLifecycle(command)) {
    if (deployment.deleted) return alreadyDeleted(command);
    return decideLifecycle({ version, deployment }, command);
  }
  if (isAskedOfRun(command)) {
    return deployment.deleted ? alreadyDeleted(command) : decideRun(deployment, command);
  }
  return deployment.deleted ? accept() : recordOutcome(deployment, command);
}

function create(
  existing: Deployment | undefined,
  command: Extract<LifecycleCommand, { type: 'CreateDeployment' }>,
): DeploymentDecision {
  const { deploymentId, desired, origin, runId } = command;
  if (existing !== undefined) return reject({ code: 'deployment-exists', deploymentId });
  return accept<DeploymentEvent>(
    { type: 'DeploymentCreated', origin, deploymentId, revision: 1, desired },
    runRequested(deploymentId, { origin, runId, kind: 'create', revision: 1, reason: 'the deployment was created' }),
  );
}

function alreadyDeleted(command: LifecycleCommand | AskOfRun): DeploymentDecision {
  return command.type === 'DeleteDeployment' ? accept() : reject({ code: 'deployment-deleted' });
}

/** The one step that follows from the state alone; none when the deployment waits for somebody. */
function followUp(deployment: Deployment, origin: Origin): DeploymentEvent | undefined {
  const { run } = deployment;
  if (run === undefined || deployment.deleted) return undefined;
  const desired = deployment.revisions[run.revision]?.desired;
  if (run.state === 'pending' && desired?.autoPlan === true) return runPlanningStarted(deployment, run, origin);
  if (
    run.state === 'approved' &&
    desired?.autoExecute === true &&
    waitOf(deployment, run, origin.at).startsAt === undefined
  )
    return runStarted(deployment, run, origin);
  return SETTLED_RUN_STATES.includes(run.state) ? afterSettling(deployment, origin) : undefined;
}

function afterSettling(deployment: Deployment, origin: Origin): DeploymentEvent | undefined {
  return afterRemediation(deployment, origin) ?? afterRun(deployment, origin);
}

function afterRun(deployment: Deployment, origin: Origin): DeploymentEvent | undefined {
  const { applied, deferred, deletion, deploymentId, run } = deployment;
  const revision = deployment.currentRevision ?? deployment.latestRevision;
  if (deletion !== undefined) {
    const destroyed = run?.runId === deletion.runId && run.state === 'completed';
    if (destroyed || applied.length === 0) return { type: 'DeploymentDeleted', origin, deploymentId };
    if (run?.runId === deletion.runId) return undefined; // The destroy run did not get through: somebody must look.
    return runRequested(deploymentId, { origin, ...deletion, kind: 'destroy', revision });
  }
  if (deferred === undefined || waitsForPerson(deployment)) return deferredScan(deployment, origin);
  const target = deferred.kind === 'update' ? deployment.latestRevision : revision;
  return runRequested(deploymentId, { origin, ...deferred, revision: target });
}

/** Makes up for the scan that was due meanwhile, a failed run or none. */
function deferredScan(deployment: Deployment, origin: Origin): DeploymentEvent | undefined {
  const { applied, deferredScan: scan, deploymentId } = deployment;
  if (scan === undefined || applied.length === 0) return undefined;
  const asked = { ...scan, scanType: 'scheduled', ...unfinishedRun(deployment), applied } as const;
  return { type: 'DriftScanRequested', origin, deploymentId, ...asked };
}
