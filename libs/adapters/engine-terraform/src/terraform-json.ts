import type { Json, JsonObject } from '@caisson/kernel';
import { z } from 'zod';

/** Any JSON; Terraform's own output is not checked member by member. */
const AnyJson = z.unknown() as z.ZodType<Json>;
const OptionalJson = z.unknown() as z.ZodType<Json | undefined>;

const Resource = z.looseObject({
  address: z.string(),
  mode: z.string(),
  deposed_key: z.string().optional(),
  values: (z.unknown() as z.ZodType<JsonObject>).optional(),
  sensitive_values: OptionalJson.optional(),
});

/** A module in state or planned values, with its children. */
export interface ValuesModule {
  readonly resources?: readonly z.infer<typeof Resource>[] | undefined;
  readonly child_modules?: readonly ValuesModule[] | undefined;
}

const ModuleValues: z.ZodType<ValuesModule> = z.looseObject({
  resources: z.array(Resource).optional(),
  get child_modules() {
    return z.array(ModuleValues).optional();
  },
});

const Output = z.looseObject({ sensitive: z.boolean().default(false), value: OptionalJson.optional() });

/** `terraform show -json` of a state. Without `values` the state is empty. */
export const StateValues = z.looseObject({
  values: z
    .looseObject({ outputs: z.record(z.string(), Output).default({}), root_module: ModuleValues.default({}) })
    .optional(),
});

const Change = z.looseObject({
  actions: z.array(z.string()),
  before: AnyJson.optional(),
  after: AnyJson.optional(),
  after_unknown: OptionalJson.optional(),
  before_sensitive: OptionalJson.optional(),
  after_sensitive: OptionalJson.optional(),
});

/** One entry of `resource_changes` or `resource_drift`. */
export const ResourceChange = z.looseObject({
  address: z.string(),
  mode: z.string(),
  deposed: z.string().optional(),
  change: Change,
});

/** `terraform show -json` of a saved plan (format 1.x), as far as it is read. */
export const PlanDocument = z.looseObject({
  terraform_version: z.string().optional(),
  resource_changes: z.array(ResourceChange).default([]),
  resource_drift: z.array(ResourceChange).default([]),
  output_changes: z.record(z.string(), Change).default({}),
  prior_state: StateValues.optional(),
  variables: z.record(z.string(), z.looseObject({ value: OptionalJson.optional() })).default({}),
  configuration: z
    .looseObject({
      root_module: z
        .looseObject({
          variables: z.record(z.string(), z.looseObject({ sensitive: z.boolean().default(false) })).default({}),
        })
        .optional(),
    })
    .optional(),
  errored: z.boolean().default(false),
});

/** The raw state as the backend keeps it (format 4), as far as it is read. */
export const RawState = z.looseObject({
  serial: z.int(),
  lineage: z.string(),
  outputs: z.record(z.string(), Output).default({}),
  resources: z.array(z.looseObject({ mode: z.string(), instances: z.array(z.unknown()).default([]) })).default([]),
});

/** One change of a plan. */
export type PlannedResourceChange = z.infer<typeof ResourceChange>;
/** A saved plan as JSON. */
export type PlanJson = z.infer<typeof PlanDocument>;
/** A state as `show -json` gives it. */
export type StateJson = z.infer<typeof StateValues>;
/** A state as the backend keeps it. */
export type RawStateJson = z.infer<typeof RawState>;
/** The change itself: actions, both sides and their marks. */
export type ValueChange = z.infer<typeof Change>;
