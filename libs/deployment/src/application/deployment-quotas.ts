import type { QuotaName } from '@caisson/contracts';
import type { DeploymentEvent } from '../domain/deployment.events.js';

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
