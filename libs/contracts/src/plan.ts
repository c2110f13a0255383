import { z } from 'zod';
import { JsonRecord } from './desired-state.js';
import { JsonValue } from './json-value.js';

/** What happens to a unit or resource. `none` = already as desired. */
export const ChangeAction = z.enum(['create', 'update', 'replace', 'delete', 'none']);

/** `sha256:` and 64 hexadecimal digits: the content address of a plan, an artifact or a configuration. */
export const Digest = z.string().regex(/^sha256:[0-9a-f]{64}$/, 'must be sha256: and 64 hexadecimal digits');

/** Where the resources of a unit are made and with whose rights: the same for all of them. */
const unitTarget = {
  /** Who the resources are bought from; the engine's own name where none is given. */
  provider: z.string(),
  region: z.string().optional(),
  credential: z.string().optional(),
  /** The plugin of the engine that knows the provider, where the engine has plugins. */
  plugin: z.strictObject({ source: z.string(), version: z.string() }).optional(),
};

/** How a resource may be changed, whatever its engine. What an engine cannot keep, it says at validation. */
export const ResourceLifecycle = z.object({
  preventDestroy: z.boolean(),
  createBeforeDestroy: z.boolean(),
  /** Property paths whose differences are left as they are. */
  ignoreChanges: z.array(z.string()),
});

/** One resource as it is given to an engine. */
const resourceDefinition = {
  /** `web` for the only copy, `web[1]` for the second of several. Unique in the deployment. */
  address: z.string(),
  /** The engine's own type. */
  type: z.string(),
  properties: JsonRecord,
  /** Addresses that come before it, in this unit or in others. */
  dependsOn: z.array(z.string()),
  tags: z.record(z.string(), z.string()).optional(),
  lifecycle: ResourceLifecycle.optional(),
};

/** One resource as an engine left it: the recorded state of the world that drift is measured against. */
export const AppliedResource = z.object({
  ...resourceDefinition,
  /** Values that others may refer to; never holds a value that the engine marks sensitive. */
  outputs: JsonRecord,
  /** What `engine.observe` said right after the apply, by the engine's own address. */
  expected: JsonRecord,
});

/** A unit as its engine left it. */
export const AppliedUnit = z.object({
  unitId: z.string(),
  engine: z.string(),
  ...unitTarget,
  /** At least one. References to resources of the same unit are left in their properties. */
  resources: z.array(AppliedResource),
  /** Ids of the units that come before. */
  dependsOn: z.array(z.string()),
  /** The run that last changed it. */
  runId: z.string(),
});

/** One attribute that will change. A sensitive value is never present: it reads `(sensitive)`. */
export const AttributeChange = z.object({
  path: z.string(),
  before: JsonValue.optional(),
  after: JsonValue.optional(),
  sensitive: z.boolean().default(false),
  /** The value is known only after another unit was applied. */
  unknown: z.boolean().default(false),
});

/** What the engine's own dry run says about one resource of a unit. */
export const PlannedChange = z.object({
  unitId: z.string(),
  /** Address of the resource that it is part of. */
  resource: z.string(),
  /** The engine's own name of the thing, such as `terraform_data.app[0]`. */
  address: z.string(),
  action: ChangeAction,
  attributes: z.array(AttributeChange),
});

/** Where the bytes of a dry run are kept: exactly these are applied. */
export const ArtifactRef = z.object({ id: z.string(), digest: Digest });

/** One resource of a unit, with what happens to it. */
export const PlanResource = z.object({
  ...resourceDefinition,
  /** `delete`: it is no longer desired, and its definition is that of the last apply. */
  action: ChangeAction,
  checks: z.array(JsonRecord).default([]),
  estimatedMs: z.int().nonnegative(),
  costPerMonth: z.number().nonnegative(),
});

/** A node of the plan: one engine call that owns one or more resources. */
export const PlanUnit = z.object({
  unitId: z.string(),
  engine: z.string(),
  ...unitTarget,
  action: ChangeAction,
  /** In an order in which they could be made. As desired, `${…}` left in where the value is known only at execution. */
  resources: z.array(PlanResource),
  /** Ids of the units that come before. */
  dependsOn: z.array(z.string()),
  /** The unit as it is before the run; what a rollback goes back to. */
  previous: AppliedUnit.optional(),
  /** The saved dry run, when the engine has one and every input was known. */
  artifact: ArtifactRef.optional(),
  /** Why the engine could not say what would change: then `action` follows from what is recorded alone. */
  dryRunUnavailable: z.string().optional(),
  estimatedMs: z.int().nonnegative(),
  costPerMonth: z.number().nonnegative(),
});

/** The content-addressed result of planning one run. `digest` covers all but itself. */
export const Plan = z.object({
  digest: Digest,
  runId: z.string(),
  deploymentId: z.string(),
  kind: z.string(),
  /** How copies are brought about: it decided order and gates. */
  strategy: z.string().optional(),
  /** Units that let those behind them start once what is before them is well; `url` is what they ask. */
  gates: z
    .array(
      z.object({
        unitId: z.string(),
        after: z.array(z.string()),
        before: z.array(z.string()),
        url: z.string().optional(),
      }),
    )
    .optional(),
  units: z.array(PlanUnit),
  /** `[from, to]`: `to` starts after `from` has succeeded. */
  edges: z.array(z.tuple([z.string(), z.string()])),
  /** Unit ids that may run together, wave by wave. */
  waves: z.array(z.array(z.string())),
  changes: z.array(PlannedChange),
  cost: z.object({
    currency: z.string(),
    before: z.number(),
    after: z.number(),
    delta: z.number(),
    perUnit: z.array(z.object({ unitId: z.string(), amount: z.number() })),
  }),
  duration: z.object({ sumMs: z.int(), criticalPathMs: z.int() }),
  risk: z.object({ level: z.enum(['low', 'medium', 'high']), score: z.int(), reasons: z.array(z.string()) }),
  policy: z.array(z.object({ rule: z.string(), outcome: z.enum(['allow', 'deny', 'warn']), message: z.string() })),
  /** Why the plan is as it is, in sentences. */
  reasoning: z.string().optional(),
  /** Resources whose change cannot be undone, with the reason. */
  irreversible: z.array(z.object({ unitId: z.string(), resource: z.string(), reason: z.string() })),
  /** Digests of everything the plan was computed from. */
  inputs: z.record(z.string(), z.string()),
  /** `${…}` expressions by output name, as desired. */
  outputs: z.record(z.string(), z.string()),
});

export type ChangeAction = z.infer<typeof ChangeAction>;
export type ResourceLifecycle = z.infer<typeof ResourceLifecycle>;
export type AppliedResource = z.infer<typeof AppliedResource>;
export type AppliedUnit = z.infer<typeof AppliedUnit>;
export type AttributeChange = z.infer<typeof AttributeChange>;
export type PlannedChange = z.infer<typeof PlannedChange>;
export type ArtifactRef = z.infer<typeof ArtifactRef>;
export type PlanResource = z.infer<typeof PlanResource>;
export type PlanUnit = z.infer<typeof PlanUnit>;
export type Plan = z.infer<typeof Plan>;
