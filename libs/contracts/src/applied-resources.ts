import type { JsonObject } from '@caisson/kernel';
import type { AppliedResource, AppliedUnit } from './plan.js';

/** The resources of units by address, as references look them up. O(resources). */
export function resourcesByAddress(units: Iterable<AppliedUnit>): ReadonlyMap<string, AppliedResource> {
  const found = new Map<string, AppliedResource>();
  for (const unit of units) for (const resource of unit.resources) found.set(resource.address, resource);
  return found;
}

/** What a unit gives to others: the outputs of each resource, by address. */
export function outputsByAddress({ resources }: AppliedUnit): JsonObject {
  return Object.fromEntries(resources.map(({ address, outputs }) => [address, outputs]));
}
