import type { JsonObject } from '@caisson/kernel';
import { z } from 'zod';
import { OWN_PROPERTIES, type SandboxType } from './unit-types.js';

const Common = z.object({
  id: z.string().min(1),
  type: z.enum(['network', 'server', 'volume', 'record']),
  name: z.string(),
  status: z.string(),
  tags: z.record(z.string(), z.string()),
  labels: z.record(z.string(), z.string()),
  actionKey: z.string().optional(),
  generation: z.int(),
  outputs: z.record(z.string(), z.json()),
});

/** A resource as the cloud shows it, whatever its type. Anything that does not fit is garbage, not a resource. */
export const CloudResource = Common.catchall(z.json()).refine(
  (resource) => OWN_PROPERTIES[resource.type].every((property) => Object.hasOwn(resource, property)),
  'lacks a property of its type',
);

/** A page of resources. */
export const CloudResourceList = z.object({ items: z.array(CloudResource), more: z.boolean() });

/** A parsed resource of the cloud. */
export type CloudResource = z.infer<typeof CloudResource>;

/** What counts when a resource is compared: who it is and what can be asked of it, without what the cloud works out. */
export function observedOf(resource: CloudResource): JsonObject {
  const { id, name, status, tags } = resource;
  return { id, name, status, ...ownOf(resource), tags };
}

function ownOf(resource: CloudResource): JsonObject {
  const members: JsonObject = resource;
  return Object.fromEntries(OWN_PROPERTIES[resource.type].map((property) => [property, members[property] ?? null]));
}

/** Where a resource stands in what is observed of a unit. Only the first is the unit's own; others are too many. */
export function addressOf(type: SandboxType, unitId: string, extra?: CloudResource): string {
  return extra === undefined ? `${type}.${unitId}` : `${type}.${unitId}#${extra.id}`;
}
