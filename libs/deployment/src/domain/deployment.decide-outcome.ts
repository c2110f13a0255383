import type { RunState } from '@caisson/contracts';
import { accept, unreachable } from '@caisson/kernel';
import type { DeploymentDecision, RecordOutcome } from './deployment.commands.js';
import type { DeploymentEvent } from './deployment.events.js';
import { effectsBetween, outputsOf, runCompleted, waitOf, wantedBy } from './deployment.facts.js';
import type { Deployment, Run } from './deployment.state.js';

type Of<Type extends RecordOutcome['type']> = Extract<RecordOutcome, { type: Type }>;

/**
 * Judges what other services found out. Their facts come at least once and late: what no longer fits is known already
 * or overtaken, and changes nothing.
 */
export function recordOutcome(deployment: Deployment, command: RecordOutcome): DeploymentDecision {
  const { deploymentId, run } = deployment;
  if (run?.runId !== command.runId) return accept();
  const { origin } = command;
  const { runId } = run;
  switch (command.type) {
    case 'RecordPlan':
      return recordPlan(deployment, run, command);
    case 'RecordPlanRefusal': {
      if (run.state !== 'planning' || run.round !== command.round) return accept();
      const { applied } = deployment;
      return accept({ type: 'RunFailed', origin, deploymentId, runId, failure: command.failure, applied });
    }
    case 'RecordApplied':
      return run.state === 'executing' ? accept({ type: 'RunVerifying', origin, deploymentId, runId }) : accept();
    case 'RecordVerified':
      return recordVerified(deployment, run, command);
    case 'RecordRollbackStarted':
      return isIn(run, MOVING) ? accept(rollbackStarted(deploymentId, command)) : accept();
    case 'RecordRolledBack': {
      const rolledBack = { type: 'RunRolledBack', origin, deploymentId, runId, applied: command.applied } as const;
      return run.state === 'rolling_back' ? accept(rolledBack) : accept();
    }
    case 'RecordExecutionFailure':
    case 'RecordRollbackFailure': {
      const { applied, failure } = command;
      const ends = command.type === 'RecordRollbackFailure' ? run.state === 'rolling_back' : isIn(run, MOVING);
      return ends ? accept({ type: 'RunFailed', origin, deploymentId, runId, failure, applied }) : accept();
    }
    case 'RecordCancelled':
      return recordCancelled(deploymentId, run, command);
    default:
      return unreachable(command, 'deployment command');
  }
}

/** States in which the executor works forward, or stops. */
const MOVING: readonly RunState[] = ['executing', 'verifying', 'cancelling'];

function isIn(run: Run, states: readonly RunState[]): boolean {
  return states.includes(run.state);
}

function recordPlan(deployment: Deployment, run: Run, command: Of<'RecordPlan'>): DeploymentDecision {
  if (run.state !== 'planning' || run.round !== command.round) return accept();
  const { applied, deploymentId } = deployment;
  const { costPerMonth, origin, planDigest } = command;
  const { runId } = run;
  const desired = wantedBy(deployment, run);
  const found = { origin, deploymentId, runId, planDigest };
  const wait = waitOf(deployment, run, origin.at);
  const planned = { type: 'RunPlanned', ...found, ...wait, costPerMonth } as const;
  if (!command.changes) {
    const outputs = run.kind === 'destroy' ? {} : outputsOf(desired, applied);
    return accept<DeploymentEvent>(planned, runCompleted(deployment, run, { origin, applied, outputs }));
  }
  return desired.autoApprove && !command.needsPerson
    ? accept<DeploymentEvent>(planned, { type: 'RunApproved', ...found, ...wait, approvedBy: 'policy:auto-approve' })
    : accept<DeploymentEvent>(planned, { ...found, type: 'RunAwaitingApproval' });
}

function recordVerified(deployment: Deployment, run: Run, command: Of<'RecordVerified'>): DeploymentDecision {
  const { deploymentId } = deployment;
  const { applied, origin, outputs } = command;
  const { runId } = run;
  const completed = runCompleted(deployment, run, { origin, applied, outputs });
  switch (run.state) {
    case 'executing': // The fact before this one was lost on the way.
      return accept<DeploymentEvent>({ type: 'RunVerifying', origin, deploymentId, runId }, completed);
    case 'verifying':
      return accept(completed);
    case 'cancelling': {
      const reason = 'everything was applied before the cancellation arrived';
      const effects = effectsBetween(deployment.applied, applied);
      return accept({ type: 'RunCancelled', origin, deploymentId, runId, reason, applied, effects });
    }
    default:
      return accept();
  }
}

function rollbackStarted(deploymentId: string, command: Of<'RecordRollbackStarted'>): DeploymentEvent {
  const { failure, origin, runId } = command;
  return { type: 'RunRollbackStarted', origin, deploymentId, runId, reason: failure.message, asked: false, failure };
}

function recordCancelled(deploymentId: string, run: Run, command: Of<'RecordCancelled'>): DeploymentDecision {
  if (!isIn(run, MOVING)) return accept();
  const { applied, effects, failure, origin } = command;
  const { runId } = run;
  const reason = 'every tool has stopped';
  const ended: DeploymentEvent =
    failure === undefined
      ? { type: 'RunCancelled', origin, deploymentId, runId, reason, applied, effects }
      : { type: 'RunFailed', origin, deploymentId, runId, failure, applied };
  if (run.state === 'cancelling') return accept(ended);
  return accept<DeploymentEvent>({ type: 'RunCancelling', origin, deploymentId, runId, reason }, ended);
}
