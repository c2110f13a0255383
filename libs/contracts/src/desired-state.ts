import { z } from 'zod';
import { Check } from './checks.js';
import { JsonValue } from './json-value.js';
import { Priority } from './priority.js';
import { Schedule } from './schedule.js';

/** Bounds of one desired state. Larger input is refused by name before any work starts. */
export const DESIRED_STATE_LIMITS = {
  resourcesMax: 1000,
  copiesMax: 100,
  outputsMax: 200,
  providersMax: 10,
  textLengthMax: 65_536,
  /** All copies of all resources. */
  nodesMax: 100_000,
  /** From copy to copy. */
  edgesMax: 250_000,
  /** The longest chain of resources that wait for each other. */
  depthMax: 500,
  /** Properties of all copies, as JSON text. */
  copiedBytesMax: 32 * 1024 * 1024,
} as const;

/** DNS label: 1 to 63 lower-case letters, digits and inner hyphens. */
export const ResourceName = z
  .string()
  .regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, 'must be a DNS label: 1 to 63 of a-z, 0-9 and inner hyphens');

/** A JSON object: an engine's own input. */
export const JsonRecord = z.record(z.string().max(256), JsonValue);

const Lifecycle = z.strictObject({
  preventDestroy: z.boolean().default(false),
  createBeforeDestroy: z.boolean().default(false),
  ignoreChanges: z.array(z.string().max(256)).max(100).default([]),
});

/** How many copies there may be. */
const Scaling = z
  .strictObject({
    min: z.int().min(1).max(DESIRED_STATE_LIMITS.copiesMax).default(1),
    max: z.int().min(1).max(DESIRED_STATE_LIMITS.copiesMax).default(DESIRED_STATE_LIMITS.copiesMax),
  })
  .refine(({ min, max }) => min <= max, 'min must not be above max');

/** One thing a tenant wants, owned by one engine. `properties` is the engine's; `${…}` refers to other resources. */
export const ResourceSpec = z.strictObject({
  name: ResourceName,
  engine: z.string().min(1).max(63).optional(),
  type: z.string().min(1).max(63),
  provider: z.string().min(1).max(63).optional(),
  region: z.string().min(1).max(63).optional(),
  credential: z.string().min(1).max(63).optional(),
  properties: JsonRecord.default({}),
  dependsOn: z.array(ResourceName).max(100).default([]),
  count: z.int().min(1).max(DESIRED_STATE_LIMITS.copiesMax).optional(),
  scaling: Scaling.optional(),
  tags: z.record(z.string().max(128), z.string().max(256)).default({}),
  checks: z.array(Check).max(20).default([]),
  lifecycle: Lifecycle.optional(),
});

/** A push to this repository and branch requests an update run. */
export const PushTrigger = z.strictObject({
  kind: z.literal('push'),
  /** `owner/name`, as the forge spells it. */
  repository: z.string().regex(/^[A-Za-z0-9._-]{1,100}\/[A-Za-z0-9._-]{1,100}$/, 'must be owner/name'),
  branch: z.string().min(1).max(200).default('main'),
});

/** What a deployment should be. The one shape that planning knows (`docs/reference/desired-state.md`). */
export const DesiredState = z.strictObject({
  name: ResourceName,
  environment: z.enum(['development', 'staging', 'production']).default('development'),
  strategy: z.enum(['rolling', 'blue_green', 'canary', 'recreate']).default('rolling'),
  autoPlan: z.boolean().default(true),
  autoApprove: z.boolean().default(false),
  autoExecute: z.boolean().default(true),
  onFailure: z.enum(['rollback', 'keep', 'pause']).default('rollback'),
  priority: Priority.default('normal'),
  schedule: Schedule.optional(),
  resources: z.array(ResourceSpec).min(1).max(DESIRED_STATE_LIMITS.resourcesMax),
  outputs: z.record(ResourceName, z.string().max(2048)).default({}),
  triggers: z.array(PushTrigger).max(20).default([]),
});

/**
 * What a caller may ask for: a desired state, or providers alone, which then get the default resources of the type
 * table.
 */
export const DesiredStateRequest = DesiredState.extend({
  resources: z.array(ResourceSpec).max(DESIRED_STATE_LIMITS.resourcesMax).default([]),
  /** Only without resources. */
  providers: z.array(ResourceName).max(DESIRED_STATE_LIMITS.providersMax).default([]),
  /** Where the default resources go: the first one. Absent: where the type table says. */
  regions: z.array(z.string().min(1).max(63)).max(DESIRED_STATE_LIMITS.providersMax).default([]),
}).superRefine(({ providers, resources }, context) => {
  const report = (member: string, message: string): void => {
    context.addIssue({ code: 'custom', path: [member], message });
  };
  if (resources.length === 0 && providers.length === 0) report('resources', 'name a resource, or providers');
  if (resources.length > 0 && providers.length > 0) report('providers', 'name resources or providers, not both');
  if (new Set(providers).size < providers.length) report('providers', 'name each provider once');
});

export type ResourceSpec = z.infer<typeof ResourceSpec>;
export type PushTrigger = z.infer<typeof PushTrigger>;
export type DesiredState = z.infer<typeof DesiredState>;
export type DesiredStateRequest = z.infer<typeof DesiredStateRequest>;
/** What a caller may send: defaults left out. */
export type DesiredStateInput = z.input<typeof DesiredState>;
