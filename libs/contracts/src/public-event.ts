import { type z } from 'zod';
import { DEPLOYMENT_EVENTS } from './events/deployment.events.js';
import { DRIFT_EVENTS } from './events/drift.events.js';
import { EXECUTION_EVENTS } from './events/execution.events.js';
import { PLANNING_EVENTS } from './events/planning.events.js';
import { TENANCY_EVENTS } from './events/tenancy.events.js';
import { WEBHOOK_EVENTS } from './events/webhooks.events.js';
import type { Context } from './topics.js';

/** Every public fact, by context and fact name: the schema of its data. */
export const PUBLIC_EVENTS = {
  deployment: DEPLOYMENT_EVENTS,
  planning: PLANNING_EVENTS,
  execution: EXECUTION_EVENTS,
  drift: DRIFT_EVENTS,
  webhooks: WEBHOOK_EVENTS,
  tenancy: TENANCY_EVENTS,
} as const satisfies Record<Context, Record<string, z.ZodType>>;

type Catalog = typeof PUBLIC_EVENTS;

/** The fact names of a context. */
export type FactOf<C extends Context> = keyof Catalog[C] & string;

/** The facts that concern somebody, by context. */
export type FactsByContext = { readonly [C in Context]?: readonly FactOf<C>[] };

/** The data of one fact. */
export type DataOf<C extends Context, F extends FactOf<C>> = Catalog[C][F] extends z.ZodType<infer Data> ? Data : never;

/** The type attribute of one fact; a fact called `….v2` names its own version. */
type TypeOf<C extends Context, F extends string> = F extends `${string}.v${number}`
  ? `caisson.${C}.${F}`
  : `caisson.${C}.${F}.v1`;

/** The type attributes of all public events: `caisson.deployment.run-completed.v1` and so on. */
export type EventType = { [C in Context]: { [F in FactOf<C>]: TypeOf<C, F> }[FactOf<C>] }[Context];

/** The data of events of one type. */
export type DataOfType<T extends EventType> = {
  [C in Context]: { [F in FactOf<C>]: TypeOf<C, F> extends T ? DataOf<C, F> : never }[FactOf<C>];
}[Context];

/** What every public event carries around its data. CloudEvents 1.0 names where it has them. */
export interface EventEnvelope {
  /** Event id, unique for ever: the key to deduplicate by. */
  readonly id: string;
  /** `caisson.<context>.<fact>.v<major>`. */
  readonly type: string;
  /** `/caisson/<service>`: the service whose stream it is. */
  readonly source: string;
  /** Stream id: `<category>-<id>`. Events of one stream arrive in order of `sequence`. */
  readonly subject: string;
  /** When the fact happened, by the clock of the service that recorded it. */
  readonly time: string;
  readonly tenantId: string;
  /** The whole story this belongs to. */
  readonly correlationId: string;
  /** The message or request that caused it. */
  readonly causationId: string;
  /** Who asked: a principal id, or `service:<name>`. */
  readonly actor: string;
  /** Version in the stream, from 1. Facts that stay private have a version too, so there may be gaps. */
  readonly sequence: number;
  /** Where it was recorded in which trace (W3C Trace Context); absent when it was not. Nothing is decided by it. */
  readonly traceparent?: string;
}

/** A public event as it travels. `data` fits the schema of its type. */
export interface PublicEvent<Data = unknown> extends EventEnvelope {
  readonly data: Data;
}

/** The events of one context as a union to switch over by `fact`. */
export type EventOf<C extends Context> = {
  [F in FactOf<C>]: PublicEvent<DataOf<C, F>> & { readonly fact: F };
}[FactOf<C>];

/** `caisson.<context>.<fact>.v1`: the type attribute of a public event. A fact called `….v2` names its own version. */
export function eventTypeOf<C extends Context>(context: C, fact: FactOf<C>): string {
  return `caisson.${context}.${fact}${/\.v\d+$/.test(fact) ? '' : '.v1'}`;
}

/** The type attributes of facts. */
export function eventTypesOf(facts: FactsByContext): readonly string[] {
  return Object.entries(facts).flatMap(([context, names]) =>
    names.map((fact) => eventTypeOf(context as Context, fact as FactOf<Context>)),
  );
}

/** The type attributes of all public events. */
export const EVENT_TYPES: readonly string[] = Object.entries(PUBLIC_EVENTS).flatMap(([context, facts]) =>
  Object.keys(facts).map((fact) => eventTypeOf(context as Context, fact as FactOf<Context>)),
);

const TYPE = /^caisson\.([a-z]+)\.([a-z-]+)\.v(\d+)$/;

/** The context and fact that a type attribute names; undefined for a foreign type. */
export function parseEventType(type: string): { context: string; fact: string; major: number } | undefined {
  const match = TYPE.exec(type);
  return match === null ? undefined : { context: match[1] ?? '', fact: match[2] ?? '', major: Number(match[3]) };
}

/**
 * Checks an event of a context against its schema. A fact that this build does not know gives undefined: a newer
 * producer may be ahead of us, and additions are not for us.
 *
 * @throws ZodError when the data does not fit: the event cannot be handled and is parked.
 */
export function decodeEvent<C extends Context>(context: C, event: PublicEvent): EventOf<C> | undefined {
  const parsed = parseEventType(event.type);
  if (parsed?.context !== context) return undefined;
  const fact = parsed.major === 1 ? parsed.fact : `${parsed.fact}.v${parsed.major}`;
  const schemas: Record<string, z.ZodType> = PUBLIC_EVENTS[context];
  const schema = Object.hasOwn(schemas, fact) ? schemas[fact] : undefined;
  if (schema === undefined) return undefined;
  return { ...event, data: schema.parse(event.data), fact } as unknown as EventOf<C>;
}
