import type { PlanUnit } from '@caisson/contracts';
import type { UnitOrder } from './order-units.js';

/**
 * The longest chain of durations, when everything that may runs together: a unit begins when all that it waits for has
 * ended, and within it a resource when those that it needs have. O(resources + edges).
 */
export function criticalPathMs({ edges, waves }: UnitOrder, units: readonly PlanUnit[]): number {
  const lengths = new Map(units.map((unit) => [unit.unitId, longestWithin(unit)]));
  const before = new Map<string, string[]>();
  for (const [from, to] of edges) {
    const list = before.get(to);
    if (list === undefined) before.set(to, [from]);
    else list.push(from);
  }
  const endsAt = new Map<string, number>();
  let longest = 0;
  for (const unitId of waves.flat()) {
    const startsAt = (before.get(unitId) ?? []).reduce((latest, id) => Math.max(latest, endsAt.get(id) ?? 0), 0);
    const end = startsAt + (lengths.get(unitId) ?? 0);
    endsAt.set(unitId, end);
    longest = Math.max(longest, end);
  }
  return longest;
}

/** Resources of a unit stand after those that they need; what goes, goes beside the others. */
function longestWithin({ estimatedMs: whole, resources }: PlanUnit): number {
  if (resources.length === 1) return whole;
  const endsAt = new Map<string, number>();
  let longest = 0;
  for (const { address, dependsOn, estimatedMs } of resources) {
    const end = dependsOn.reduce((latest, id) => Math.max(latest, endsAt.get(id) ?? 0), 0) + estimatedMs;
    endsAt.set(address, end);
    longest = Math.max(longest, end);
  }
  return longest;
}
