import { allowedCommands, SETTLED_RUN_STATES, type RunCommand } from '@caisson/contracts';
import { accept, reject, unreachable } from '@caisson/kernel';
import type { AskOfRun, DeploymentDecision, DeploymentRejection, RollbackRun } from './deployment.commands.js';
import { stopRun } from './deployment.decide-lifecycle.js';
import { activeRun, knowsRun } from './deployment.runs.js';
import type { DeploymentEvent, Origin } from './deployment.events.js';
import { runPlanningStarted, runRequested, runStarted, waitOf, wantedBy } from './deployment.facts.js';
import { completedRevisions, type Deployment, type Run } from './deployment.state.js';

/** Judges what people ask of a run. The rows of `RUN_TRANSITIONS` with a command are the law. */
export function decideRun(deployment: Deployment, command: AskOfRun): DeploymentDecision {
  const found = runMeant(deployment, command.runId);
  if ('code' in found) return reject(found);
  const { deploymentId } = deployment;
  const { origin } = command;
  const { runId } = found;
  switch (command.type) {
    case 'StartPlanning':
      return ifAllowed(found, 'plan', () => [runPlanningStarted(deployment, found, origin)]);
    case 'ApproveRun':
      return approve(deployment, found, command);
    case 'RejectRun': {
      const rejected = { type: 'RunRejected', origin, deploymentId, runId, reason: command.reason } as const;
      return ifAllowed(found, 'reject', () => [rejected, stopRun(deployment, found, command)]);
    }
    case 'ExecuteRun':
      if (found.state === 'executing') return accept();
      return execute(deployment, found, origin);
    case 'StartWhenDue': {
      const waits = found.state === 'approved' && wantedBy(deployment, found).autoExecute;
      return waits ? execute(deployment, found, origin) : accept();
    }
    case 'CancelRun': // Cancelling twice is one wish.
      if (found.state === 'cancelling' || found.state === 'cancelled') return accept();
      return ifAllowed(found, 'cancel', () => [stopRun(deployment, found, command)]);
    case 'RetryRun':
      return ifAllowed(found, 'retry', () => [{ type: 'RunRetried', origin, deploymentId, runId }]);
    case 'ResolveTask':
      return resolveTask(deployment, found, command);
    case 'RollbackRun':
      return rollBack(deployment, found, command);
    default:
      return unreachable(command, 'deployment command');
  }
}

function runMeant({ run, settled }: Deployment, runId: string | undefined): Run | DeploymentRejection {
  if (run === undefined) return { code: 'run-not-found', runId: runId ?? '' };
  if (runId === undefined || runId === run.runId) return run;
  return settled.some((older) => older.runId === runId)
    ? { code: 'run-superseded', runId, latestRunId: run.runId }
    : { code: 'run-not-found', runId };
}

function ifAllowed(run: Run, asked: RunCommand, facts: () => readonly DeploymentEvent[]): DeploymentDecision {
  return allowedCommands(run.state).includes(asked) ? accept(...facts()) : conflict(run);
}

function conflict({ runId, state }: Run): DeploymentDecision {
  return reject({ code: 'run-state-conflict', runId, state, allowed: allowedCommands(state) });
}

function approve(
  deployment: Deployment,
  run: Run,
  command: Extract<AskOfRun, { type: 'ApproveRun' }>,
): DeploymentDecision {
  const { deploymentId } = deployment;
  const { origin, planDigest } = command;
  const { runId } = run;
  if (!allowedCommands(run.state).includes('approve')) return conflict(run);
  if (planDigest !== run.planDigest) {
    return reject({ code: 'plan-digest-mismatch', runId, expected: run.planDigest ?? '', given: planDigest });
  }
  const approved = { origin, deploymentId, runId, planDigest, approvedBy: origin.by };
  return accept({ type: 'RunApproved', ...approved, ...waitOf(deployment, run, origin.at) });
}

function execute(deployment: Deployment, run: Run, origin: Origin): DeploymentDecision {
  if (!allowedCommands(run.state).includes('execute')) return conflict(run);
  const { startsAt } = waitOf(deployment, run, origin.at);
  if (startsAt !== undefined) return reject({ code: 'run-not-due', runId: run.runId, startsAt });
  return accept(runStarted(deployment, run, origin));
}

/** Only after the run: while it runs, the executor looks itself. */
function resolveTask(
  deployment: Deployment,
  run: Run,
  command: Extract<AskOfRun, { type: 'ResolveTask' }>,
): DeploymentDecision {
  if (activeRun(deployment) !== undefined) return conflict(run);
  const { evidence, origin, outcome, taskId } = command;
  const { deploymentId } = deployment;
  const said = { taskId, outcome, evidence, resolvedBy: origin.by };
  return accept({ type: 'RunTaskResolved', origin, deploymentId, runId: run.runId, ...said });
}

/** A failed run is undone; a run that settled otherwise is followed by a run to an earlier completed revision. */
function rollBack(deployment: Deployment, run: Run, command: RollbackRun): DeploymentDecision {
  if (goesBackAlready(run, command)) return accept();
  if (activeRun(deployment) !== undefined) return conflict(run);
  if (run.state === 'failed' && command.toRevision === undefined) return undo(deployment, run, command);
  const { newRunId: runId, origin, reason } = command;
  if (knowsRun(deployment, runId)) return accept();
  const available = completedRevisions(deployment);
  const revision = command.toRevision ?? goodBefore(deployment, run);
  if (revision === undefined || !available.includes(revision)) {
    return reject({ code: 'revision-not-found', ...(revision === undefined ? {} : { revision }), available });
  }
  return accept(runRequested(deployment.deploymentId, { origin, runId, kind: 'rollback', revision, reason }));
}

/**
 * Whether the wish is true already. Asked twice, going back is one wish: the second one must not undo the first, nor go
 * back one revision more. Whoever names a revision after that has a new wish.
 */
function goesBackAlready({ kind, revision, state }: Run, { toRevision }: RollbackRun): boolean {
  if (state === 'rolling_back') return true;
  if (SETTLED_RUN_STATES.includes(state)) {
    const wentBack = state === 'rolled_back' || (kind === 'rollback' && state === 'completed');
    return wentBack && toRevision === undefined;
  }
  return kind === 'rollback' && state !== 'cancelling' && (toRevision ?? revision) === revision;
}

/** The revision before the current one; after a run that got nowhere, the current one itself. */
function goodBefore({ completed, currentRevision }: Deployment, run: Run): number | undefined {
  if (run.state !== 'completed' && currentRevision !== undefined) return currentRevision;
  return completed.findLast((revision) => revision !== currentRevision);
}

function undo({ applied, deploymentId }: Deployment, run: Run, command: RollbackRun): DeploymentDecision {
  const { origin, reason } = command;
  const { runId } = run;
  const started = { type: 'RunRollbackStarted', origin, deploymentId, runId, reason, asked: run.executed } as const;
  if (run.executed) return accept(started);
  const nothingWasDone = { type: 'RunRolledBack', origin, deploymentId, runId, applied } as const;
  return accept<DeploymentEvent>(started, nothingWasDone);
}
