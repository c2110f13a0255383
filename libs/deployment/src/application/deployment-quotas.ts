import type { QuotaName } from '@caisson/contracts';
import type { Change, Holding } from '@caisson/event-sourcing';
import type { DeploymentEvent } from '../domain/deployment.events.js';
import { committedCost, type DeploymentState } from '../domain/deployment.state.js';

const ENDS_RUN: readonly DeploymentEvent['type'][] = ['RunCompleted', 'RunFailed', 'RunCancelled', 'RunRolledBack'];

/**
 * Which facts need a place of a quota. A run that waited for another one takes its place, and one that destroys makes
 * room: neither may be stuck. Keep in step with `quota_of` of the store, which counts.
 */
export function claimsOf(events: readonly DeploymentEvent[]): readonly QuotaName[] {
  const isNew = events.some(({ type }) => type === 'DeploymentCreated');
  const followsAnother = events.some(({ type }) => ENDS_RUN.includes(type));
  const begins = events.some((event) => event.type === 'RunRequested' && event.kind !== 'destroy');
  return [
    ...(isNew ? (['deployments'] as const) : []),
    ...(begins && !followsAnother ? (['active-runs'] as const) : []),
  ];
}

/**
 * What a deployment costs its tenant from now on, where that changes. Only an approval is refused: when it turns out
 * that something costs more than was thought, that is so.
 */
export function holdingsOf({ after, before, events }: Change<DeploymentState, DeploymentEvent>): readonly Holding[] {
  const [costBefore, amount] = [costOf(before), costOf(after)];
  if (amount === costBefore) return [];
  const quota: QuotaName = 'monthly-cost';
  return [{ quota, amount, claims: events.some(({ type }) => type === 'RunApproved') }];
}

function costOf({ deployment }: DeploymentState): number {
  return deployment === undefined ? 0 : committedCost(deployment);
}
