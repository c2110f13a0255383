import { accept, invariant, reject, unreachable } from '@caisson/kernel';
import { adjustDesired } from './adjust-desired.js';
import type { DeploymentDecision, LifecycleCommand } from './deployment.commands.js';
import type { DeploymentEvent } from './deployment.events.js';
import { NO_EFFECTS, runRequested } from './deployment.facts.js';
import { adopt, scan, toldToScan } from './deployment.decide-drift.js';
import { activeRun, knowsRun } from './deployment.runs.js';
import { waitsForPerson, type Deployment, type Run } from './deployment.state.js';

type After = Exclude<LifecycleCommand, { type: 'CreateDeployment' }>;
type Of<Type extends LifecycleCommand['type']> = Extract<LifecycleCommand, { type: Type }>;

interface Present {
  readonly version: number;
  readonly deployment: Deployment;
}

/** Judges what is asked of an existing deployment as a whole. */
export function decideLifecycle(present: Present, command: LifecycleCommand): DeploymentDecision {
  const { deployment } = present;
  switch (command.type) {
    case 'CreateDeployment':
      return reject({ code: 'deployment-exists', deploymentId: deployment.deploymentId });
    case 'ChangeDesiredState':
      return change(present, command);
    case 'AdjustDesiredState':
      return adjust(present, command);
    case 'AdoptDrift':
      return adopt(deployment, command);
    case 'RequestRun':
      return toldToScan(deployment, command, request(deployment, command));
    case 'RequestDriftScan':
      return scan(deployment, command);
    case 'DeleteDeployment':
      return remove(deployment, command);
    default:
      return unreachable(command, 'deployment command');
  }
}

/** What is different is judged first, so that a caller who waits for a run learns about mistakes at once. */
function adjust(present: Present, { adjustment, ...command }: Of<'AdjustDesiredState'>): DeploymentDecision {
  const { latestRevision, revisions } = present.deployment;
  const newest = revisions[latestRevision]?.desired;
  invariant(newest !== undefined, `revision ${latestRevision} of ${present.deployment.deploymentId} is gone`);
  if (knowsRun(present.deployment, command.runId)) return accept();
  const adjusted = adjustDesired(newest, adjustment);
  if (adjusted.outcome === 'impossible') return reject({ code: 'desired-state-invalid', problems: adjusted.problems });
  const { desired } = adjusted;
  return change(present, { ...command, type: 'ChangeDesiredState', kind: adjustment.kind, desired });
}

type Change = Omit<Of<'ChangeDesiredState'>, 'kind'> & { readonly kind: 'update' | 'scale' | 'configure' };

function change({ deployment, version }: Present, command: Change): DeploymentDecision {
  const { desired, ifVersion, kind, origin, reason, runId } = command;
  if (knowsRun(deployment, runId)) return accept();
  if (ifVersion !== undefined && ifVersion !== version) {
    return reject({ code: 'deployment-version-conflict', expected: ifVersion, actual: version });
  }
  const active = activeRun(deployment);
  if (active !== undefined) return reject({ code: 'run-active', runId: active.runId, state: active.state });
  const { deploymentId } = deployment;
  const revision = deployment.latestRevision + 1;
  return accept<DeploymentEvent>(
    { type: 'DeploymentChanged', origin, deploymentId, revision, desired },
    runRequested(deploymentId, { origin, runId, kind, revision, reason }),
  );
}

function request(deployment: Deployment, command: Of<'RequestRun'>): DeploymentDecision {
  const { kind, origin, reason, runId } = command;
  const { currentRevision, deploymentId, latestRevision } = deployment;
  if (knowsRun(deployment, runId)) return accept();
  const active = activeRun(deployment) ?? pausedFor(deployment, command);
  if (active !== undefined) {
    return command.whenBusy === 'defer' && kind !== 'destroy'
      ? accept({ type: 'RunDeferred', origin, deploymentId, runId, kind, reason })
      : reject({ code: 'run-active', runId: active.runId, state: active.state });
  }
  if (kind === 'remediate' && currentRevision === undefined) {
    return reject({ code: 'revision-not-found', available: [] });
  }
  const revision = kind === 'update' ? latestRevision : (currentRevision ?? latestRevision);
  return accept(runRequested(deploymentId, { origin, runId, kind, revision, reason }));
}

/** The failed run that a machine's wish has to wait behind; a person who asks has decided. */
function pausedFor(deployment: Deployment, { whenBusy }: Of<'RequestRun'>): Run | undefined {
  return whenBusy === 'defer' && waitsForPerson(deployment) ? deployment.run : undefined;
}

/**
 * By state: what was not executed yet is cancelled at once, what is being executed is asked to stop, and what was
 * applied is destroyed by a run. The follow-ups of the decision do the rest when the active run has settled.
 */
function remove(deployment: Deployment, command: Of<'DeleteDeployment'>): DeploymentDecision {
  const { deletion, deploymentId, run } = deployment;
  const { origin, reason } = command;
  if (knowsRun(deployment, command.runId)) return accept();
  const active = activeRun(deployment);
  if (deletion !== undefined && active !== undefined) return accept(); // On its way already.
  const runId = active?.kind === 'destroy' ? active.runId : command.runId;
  const requested: DeploymentEvent = { type: 'DeploymentDeletionRequested', origin, deploymentId, runId, reason };
  if (active === undefined || active.kind === 'destroy') return accept(requested);
  if (active.state === 'cancelling' || active.state === 'rolling_back') return accept(requested);
  return accept<DeploymentEvent>(requested, stopRun(deployment, run ?? active, command));
}

/** Cancels a run: at once before execution, by asking the executor to stop during it. */
export function stopRun(
  { applied, deploymentId }: Deployment,
  run: Run,
  { origin, reason }: Pick<After & { reason: string }, 'origin' | 'reason'>,
): DeploymentEvent {
  const { runId } = run;
  return run.state === 'executing' || run.state === 'verifying'
    ? { type: 'RunCancelling', origin, deploymentId, runId, reason }
    : { type: 'RunCancelled', origin, deploymentId, runId, reason, applied, effects: NO_EFFECTS };
}
