import { z } from 'zod';
import { JsonRecord, JsonValue } from './desired-state.js';

/** What happens to a unit or resource. `none` = already as desired. */
export const ChangeAction = z.enum(['create', 'update', 'replace', 'delete', 'none']);

/** `sha256:` and 64 hexadecimal digits: the content address of a plan, an artifact or a configuration. */
export const Digest = z.string().regex(/^sha256:[0-9a-f]{64}$/, 'must be sha256: and 64 hexadecimal digits');

/** One resource as an engine left it: the recorded state of the world that drift is measured against. */
export const AppliedUnit = z.object({
  unitId: z.string(),
  engine: z.string(),
  type: z.string(),
  /** What the engine was given, references resolved. */
  properties: JsonRecord,
  dependsOn: z.array(z.string()),
  /** Values that other units may refer to; never holds a value that the engine marks sensitive. */
  outputs: JsonRecord,
  /** What `engine.observe` said right after the apply, by resource address. */
  expected: JsonRecord,
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
  /** The engine's name of the resource, such as `terraform_data.app[0]`. */
  address: z.string(),
  action: ChangeAction,
  attributes: z.array(AttributeChange),
});

/** Where the bytes of a dry run are kept: exactly these are applied. */
export const ArtifactRef = z.object({ id: z.string(), digest: Digest });

/** A node of the plan: one engine call that owns one or more resources. */
export const PlanUnit = z.object({
  unitId: z.string(),
  engine: z.string(),
  type: z.string(),
  action: ChangeAction,
  dependsOn: z.array(z.string()),
  /** As desired, `${…}` left in where the value is known only at execution. */
  properties: JsonRecord,
  checks: z.array(JsonRecord).default([]),
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
  /** Units whose change cannot be undone, with the reason. */
  irreversible: z.array(z.object({ unitId: z.string(), reason: z.string() })),
  /** Why the plan is as it is, in sentences. */
  reasoning: z.string().optional(),
  /** Digests of everything the plan was computed from. */
  inputs: z.record(z.string(), z.string()),
  /** `${…}` expressions by output name, as desired. */
  outputs: z.record(z.string(), z.string()),
});

export type ChangeAction = z.infer<typeof ChangeAction>;
export type AppliedUnit = z.infer<typeof AppliedUnit>;
export type AttributeChange = z.infer<typeof AttributeChange>;
export type PlannedChange = z.infer<typeof PlannedChange>;
export type ArtifactRef = z.infer<typeof ArtifactRef>;
export type PlanUnit = z.infer<typeof PlanUnit>;
export type Plan = z.infer<typeof Plan>;
