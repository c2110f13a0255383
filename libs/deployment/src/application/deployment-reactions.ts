import { decodeEvent, parseEventType, type EventOf, type FactsByContext, type PublicEvent } from '@caisson/contracts';
import type { RecordOutcome } from '../domain/deployment.commands.js';
import type { WithoutOrigin } from './command-deployment.js';
import type { Push } from './request-runs-for-push.js';

/** A fact about a run that another service found out. */
export type RunOutcome = WithoutOrigin<RecordOutcome>;

/** What a deployment does when another context states a fact. */
export type DeploymentReaction =
  | { readonly kind: 'record'; readonly deploymentId: string; readonly outcome: RunOutcome }
  | { readonly kind: 'remediate'; readonly deploymentId: string; readonly scanId: string; readonly reason: string }
  | { readonly kind: 'scan'; readonly deploymentId: string; readonly scanId: string; readonly autoRemediate: boolean }
  | { readonly kind: 'push'; readonly push: Push };

/** The facts of other contexts that a deployment reacts to. Tasks and attempts are the executor's own story. */
export const DEPLOYMENT_REACTS_TO = {
  planning: ['plan-computed', 'plan-refused'],
  execution: [
    'execution-applied',
    'execution-verified',
    'execution-failed',
    'execution-cancelled',
    'rollback-started',
    'execution-rolled-back',
    'rollback-failed',
  ],
  drift: ['remediation-requested', 'scan-due'],
  webhooks: ['delivery-accepted'],
} as const satisfies FactsByContext;

/**
 * What follows from a public fact of another context for deployments; undefined for facts that do not concern them.
 *
 * @throws ZodError when the event's data does not fit its schema: the event cannot be handled and is parked.
 */
export function reactionTo(event: PublicEvent): DeploymentReaction | undefined {
  switch (parseEventType(event.type)?.context) {
    case 'planning':
      return toPlanning(decodeEvent('planning', event));
    case 'execution':
      return toExecution(decodeEvent('execution', event));
    case 'drift':
      return toDrift(decodeEvent('drift', event));
    case 'webhooks':
      return toDelivery(decodeEvent('webhooks', event));
    default:
      return undefined;
  }
}

function toPlanning(event: EventOf<'planning'> | undefined): DeploymentReaction | undefined {
  switch (event?.fact) {
    case 'plan-computed': {
      const { deploymentId, plan, round, runId } = event.data;
      const changes = plan.units.some((unit) => unit.action !== 'none');
      const needsPerson = plan.policy.some((result) => result.outcome === 'deny');
      const found = { planDigest: plan.digest, changes, needsPerson, costPerMonth: plan.cost.after };
      return { kind: 'record', deploymentId, outcome: { type: 'RecordPlan', runId, round, ...found } };
    }
    case 'plan-refused': {
      const { deploymentId, failure, round, runId } = event.data;
      return { kind: 'record', deploymentId, outcome: { type: 'RecordPlanRefusal', runId, round, failure } };
    }
    default:
      return undefined;
  }
}

function toExecution(event: EventOf<'execution'> | undefined): DeploymentReaction | undefined {
  const outcome = event === undefined ? undefined : outcomeOf(event);
  return event === undefined || outcome === undefined
    ? undefined
    : { kind: 'record', deploymentId: event.data.deploymentId, outcome };
}

function outcomeOf(event: EventOf<'execution'>): RunOutcome | undefined {
  const { runId } = event.data;
  switch (event.fact) {
    case 'execution-applied':
      return { type: 'RecordApplied', runId };
    case 'execution-verified':
      return { type: 'RecordVerified', runId, applied: event.data.applied, outputs: event.data.outputs };
    case 'execution-failed':
      return { type: 'RecordExecutionFailure', runId, failure: event.data.failure, applied: event.data.applied };
    case 'execution-cancelled': {
      const { applied, effects, failure } = event.data;
      return { type: 'RecordCancelled', runId, applied, effects, ...(failure === undefined ? {} : { failure }) };
    }
    case 'rollback-started':
      return { type: 'RecordRollbackStarted', runId, failure: event.data.failure };
    case 'execution-rolled-back':
      return { type: 'RecordRolledBack', runId, applied: event.data.applied };
    case 'rollback-failed':
      return { type: 'RecordRollbackFailure', runId, failure: event.data.failure, applied: event.data.applied };
    default:
      return undefined;
  }
}

function toDrift(event: EventOf<'drift'> | undefined): DeploymentReaction | undefined {
  if (event?.fact === 'scan-due') {
    const { autoRemediate, deploymentId, scanId } = event.data;
    return { kind: 'scan', deploymentId, scanId, autoRemediate };
  }
  if (event?.fact !== 'remediation-requested') return undefined;
  const { deploymentId, items, scanId } = event.data;
  return { kind: 'remediate', deploymentId, scanId, reason: `scan ${scanId} found ${items} drift items` };
}

function toDelivery(event: EventOf<'webhooks'> | undefined): DeploymentReaction | undefined {
  if (event?.fact !== 'delivery-accepted' || event.data.event !== 'push') return undefined;
  const { branch, commit, repository } = event.data;
  return { kind: 'push', push: { repository, branch, commit } };
}
