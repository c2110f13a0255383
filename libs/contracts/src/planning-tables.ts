import { layersOf } from '@caisson/kernel';
import { z } from 'zod';
import { DesiredState, JsonRecord, ResourceName } from './desired-state.js';
import { Digest } from './plan.js';

/** Bounds of one table. A larger one is refused before it is recorded. */
export const PLANNING_TABLE_LIMITS = {
  typesMax: 200,
  mappingsMax: 500,
  engineTypesMax: 500,
  defaultsMax: 20,
  durationMsMax: 86_400_000,
  costPerMonthMax: 1_000_000_000,
} as const;

const { costPerMonthMax, defaultsMax, durationMsMax, engineTypesMax, mappingsMax, typesMax } = PLANNING_TABLE_LIMITS;

const Name = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/, 'must be 1 to 63 letters, digits, _, . and -');
const Sentence = z.string().trim().min(1).max(500);
const Amount = z.number().nonnegative().max(costPerMonthMax);

const typeFacts = {
  /** Where it comes in the list of a plan, from 0. Makes no order of execution. */
  priority: z.int().min(0).max(999),
  /** How long one step takes. */
  durationMs: z.int().min(0).max(durationMsMax),
  /** Why a change of it cannot be undone; absent: it can. */
  irreversible: Sentence.optional(),
  /** Whether removing it loses what people put into it. */
  holdsData: z.boolean().default(false),
};

/** How one type of resource is bought from one provider: the engine that makes it, and that engine's own type. */
export const TypeMapping = z.strictObject({
  type: Name,
  provider: Name,
  engine: Name,
  engineType: Name,
  /** The plugin that knows the engine's type, where the engine has plugins, such as `hashicorp/aws`. */
  source: z.string().min(1).max(200).optional(),
  /** Which versions of the plugin may be used, such as `~> 5.0`. */
  version: z.string().min(1).max(100).optional(),
});

/** A type that any provider may have. */
const GenericType = z.strictObject({
  ...typeFacts,
  /** Types whose resources, of the same provider and region in a deployment, come before those of this one. */
  after: z.array(Name).max(20).optional(),
});

const EngineType = z.strictObject({ engine: Name, type: Name, ...typeFacts });

const DefaultResource = z.strictObject({
  /** Follows the environment's name: `vpc` becomes `staging-vpc-aws`. */
  name: ResourceName,
  type: Name,
  properties: JsonRecord.default({}),
  /** Names of other default resources of the provider. */
  dependsOn: z.array(ResourceName).max(20).default([]),
});

const ProviderDefaults = z.strictObject({
  provider: Name,
  /** Used when the desired state names none. */
  region: Name.optional(),
  resources: z.array(DefaultResource).min(1).max(20),
});

const points = z.int().min(0).max(100);

/** How risk is counted: points that are added up, and the scores from which a plan is of medium and of high risk. */
export const RiskRules = z.strictObject({
  points: z.strictObject({
    production: points,
    severalProviders: points,
    manySteps: points,
    losesData: points,
    irreversible: points,
  }),
  /** More changing resources than this are many. */
  stepsMax: z.int().min(1).max(100_000),
  mediumFrom: z.int().min(1).max(100),
  highFrom: z.int().min(1).max(100),
});

/** What the planner knows of resource types: order in lists, durations, engines, defaults, and the rules of risk. */
export const TypeTable = z
  .strictObject({
    /** The types that any provider may have, by name. */
    types: z.record(Name, GenericType),
    /** What holds for a type that an engine has and this table does not. */
    otherwise: z.strictObject({ priority: typeFacts.priority, durationMs: typeFacts.durationMs }),
    mappings: z.array(TypeMapping).max(mappingsMax),
    /** What an engine's own types are like, where they are not one of `types`. */
    engineTypes: z.array(EngineType).max(engineTypesMax),
    /** What a deployment gets that names providers and no resources. */
    defaults: z.array(ProviderDefaults).max(defaultsMax),
    risk: RiskRules,
  })
  .superRefine((table, context) => {
    const report = (path: (string | number)[], message: string): void => {
      context.addIssue({ code: 'custom', path, message });
    };
    if (Object.keys(table.types).length > typesMax) report(['types'], `must have at most ${typesMax} types`);
    const types = Object.entries(table.types);
    for (const [type, { after = [] }] of types) {
      after.forEach((before, place) => {
        const known = Object.hasOwn(table.types, before);
        if (!known) report(['types', type, 'after', place], `"${before}" is not one of "types"`);
      });
    }
    reportCycle(
      types.map(([type, { after = [] }]) => [type, after] as const),
      (at, circle) => report(['types', types[at]?.[0] ?? '', 'after'], `${circle} wait for each other`),
    );
    table.mappings.forEach(({ type }, index) => {
      if (!Object.hasOwn(table.types, type)) report(['mappings', index, 'type'], `"${type}" is not one of "types"`);
    });
    const pairs = table.mappings.map(({ provider, type }) => `${type} of ${provider}`);
    reportRepeats(pairs, (index, what) => report(['mappings', index], `${what} is mapped twice`));
    const own = table.engineTypes.map(({ engine, type }) => `${type} of ${engine}`);
    reportRepeats(own, (index, what) => report(['engineTypes', index], `${what} is there twice`));
    const providers = table.defaults.map(({ provider }) => provider);
    reportRepeats(providers, (index, what) => report(['defaults', index], `${what} is there twice`));
    table.defaults.forEach(({ provider, resources }, index) => {
      const names = new Set(resources.map(({ name }) => name));
      const path = ['defaults', index, 'resources'];
      reportRepeats(
        resources.map(({ name }) => name),
        (at, name) => report([...path, at, 'name'], `"${name}" is there twice`),
      );
      resources.forEach(({ name }, at) => {
        const unusable = unusableNameOf(name, provider);
        if (unusable !== undefined) report([...path, at, 'name'], `its resource "${unusable}" would have no DNS label`);
      });
      resources.forEach(({ dependsOn }, at) => {
        dependsOn.forEach((name, place) => {
          if (!names.has(name)) report([...path, at, 'dependsOn', place], `"${name}" is not one of its resources`);
        });
      });
      reportCycle(
        resources.map(({ dependsOn, name }) => [name, dependsOn] as const),
        (at, circle) => report([...path, at, 'dependsOn'], `${circle} wait for each other`),
      );
    });
    if (table.risk.highFrom < table.risk.mediumFrom) report(['risk', 'highFrom'], 'must not be below mediumFrom');
  });

/** The name of the resource that a deployment gets from a default one, such as `staging-vpc-aws`. */
export function defaultResourceName(name: string, around: { environment: string; provider: string }): string {
  return `${around.environment}-${name}-${around.provider}`;
}

/** The first name that a default resource would get, and that no resource may have: too long, or of other letters. */
function unusableNameOf(name: string, provider: string): string | undefined {
  return DesiredState.shape.environment
    .unwrap()
    .options.map((environment) => defaultResourceName(name, { environment, provider }))
    .find((full) => !ResourceName.safeParse(full).success);
}

/** What things cost per month. The first that holds: the engine's type, the provider's, the type's, `otherwise`. */
export const PriceBook = z
  .strictObject({
    /** ISO 4217. */
    currency: z.string().regex(/^[A-Z]{3}$/, 'must be three capital letters'),
    types: z.record(Name, Amount),
    otherwise: Amount,
    providers: z.array(z.strictObject({ type: Name, provider: Name, costPerMonth: Amount })).max(mappingsMax),
    engineTypes: z.array(z.strictObject({ engine: Name, type: Name, costPerMonth: Amount })).max(engineTypesMax),
  })
  .superRefine((book, context) => {
    if (Object.keys(book.types).length > typesMax) {
      context.addIssue({ code: 'custom', path: ['types'], message: `must have at most ${typesMax} types` });
    }
    const report =
      (member: string) =>
      (index: number, what: string): void => {
        context.addIssue({ code: 'custom', path: [member, index], message: `${what} has two prices` });
      };
    reportRepeats(
      book.providers.map(({ provider, type }) => `${type} of ${provider}`),
      report('providers'),
    );
    reportRepeats(
      book.engineTypes.map(({ engine, type }) => `${type} of ${engine}`),
      report('engineTypes'),
    );
  });

/** Reports the first circle among rows that name those before them, at the row that comes first in it. */
function reportCycle(
  rows: readonly (readonly [name: string, before: readonly string[]])[],
  report: (index: number, circle: string) => void,
): void {
  const indexOf = new Map(rows.map(([name], index) => [name, index]));
  const edges = rows.flatMap(([, before], to) =>
    before.flatMap((name) => {
      const from = indexOf.get(name);
      return from === undefined ? [] : [[from, to] as const];
    }),
  );
  const layering = layersOf({
    nodeCount: rows.length,
    from: Int32Array.from(edges, ([from]) => from),
    to: Int32Array.from(edges, ([, to]) => to),
  });
  if (layering.outcome === 'layered') return;
  const [first = 0] = layering.cycle;
  report(first, [...layering.cycle, first].map((index) => rows[index]?.[0] ?? '').join(' → '));
}

function reportRepeats(names: readonly string[], report: (index: number, name: string) => void): void {
  const seen = new Set<string>();
  names.forEach((name, index) => {
    if (seen.has(name)) report(index, name);
    seen.add(name);
  });
}

/** The tables that an administrator may replace, each with the schema of its content. */
export const PLANNING_TABLES = { 'type-table': TypeTable, 'price-book': PriceBook } as const;

const version = {
  /** Rises with each replacement; 1 is the one that comes with Caisson. */
  version: z.int().positive(),
  /** Of the content. */
  digest: Digest,
  /** Absent: the one that comes with Caisson. */
  replacedAt: z.string().optional(),
  /** Principal id. */
  replacedBy: z.string().optional(),
};

/** One version of the type table as the API shows it. */
export const TypeTableResource = z.object({ ...version, content: TypeTable });

/** One version of the price book as the API shows it. */
export const PriceBookResource = z.object({ ...version, content: PriceBook });

export type TypeMapping = z.infer<typeof TypeMapping>;
export type RiskRules = z.infer<typeof RiskRules>;
export type TypeTable = z.infer<typeof TypeTable>;
export type PriceBook = z.infer<typeof PriceBook>;
/** One version of the type table as the API shows it. */
export type TypeTableView = z.infer<typeof TypeTableResource>;
/** One version of the price book as the API shows it. */
export type PriceBookView = z.infer<typeof PriceBookResource>;
/** The name of a table that an administrator may replace. */
export type PlanningTableName = keyof typeof PLANNING_TABLES;
