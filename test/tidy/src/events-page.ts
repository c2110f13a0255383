import {
  AppliedUnit,
  ChangeAction,
  CONTEXTS,
  DesiredState,
  DriftItem,
  DriftPolicy,
  eventTypeOf,
  Failure,
  Plan,
  PriceBook,
  PUBLIC_EVENTS,
  RUN_KINDS,
  TOPICS,
  topicOf,
  TypeTable,
  type Context,
} from '@caisson/contracts';
import { z } from 'zod';
import { madeFrom, page, table } from './markdown.js';

const DAY_MS = 24 * 60 * 60 * 1000;

/** What is published by which service, and where the shapes of its data come from. */
const OWNERS: Readonly<Record<Context, string>> = {
  deployment: 'api',
  planning: 'planner` and, the tables, `api',
  execution: 'executor',
  drift: 'drift-detector` and, what people decide, `api',
  webhooks: 'webhook-ingest` and, what people decide, `api',
  tenancy: 'api',
};

/** Shapes that are named instead of being spelled out. */
const RunKind = z.enum(RUN_KINDS);

const SHAPES: readonly (readonly [string, z.ZodType, string])[] = [
  ['DesiredState', DesiredState, 'libs/contracts/src/desired-state.ts'],
  ['AppliedUnit', AppliedUnit, 'libs/contracts/src/plan.ts'],
  ['Plan', Plan, 'libs/contracts/src/plan.ts'],
  ['Failure', Failure, 'libs/contracts/src/failure.ts'],
  ['RunKind', RunKind, 'libs/contracts/src/run-states.ts'],
  ['ChangeAction', ChangeAction, 'libs/contracts/src/plan.ts'],
  ['TypeTable', TypeTable, 'libs/contracts/src/planning-tables.ts'],
  ['PriceBook', PriceBook, 'libs/contracts/src/planning-tables.ts'],
  ['DriftItem', DriftItem, 'libs/contracts/src/events/drift.events.ts'],
  ['DriftPolicy', DriftPolicy, 'libs/contracts/src/drift-policy.ts'],
];

const ENVELOPE = [
  ['`id`', '`ce_id`', 'the event’s own id, unique for ever: deduplicate by it'],
  ['`type`', '`ce_type`', '`caisson.<context>.<fact>.v<major>`'],
  ['`source`', '`ce_source`', '`/caisson/<service>`: whose stream it is'],
  [
    '`subject`',
    '`ce_subject`',
    'the stream id, such as `deployment-<id>`; `<tenant>|<stream>` is the key of the message',
  ],
  ['`time`', '`ce_time`', 'when it happened, by the clock of the service that recorded it'],
  ['`tenantId`', '`ce_tenantid`', 'the owner'],
  ['`correlationId`', '`ce_correlationid`', 'the whole story: the request or delivery it began with'],
  ['`causationId`', '`ce_causationid`', 'the event or request that caused it directly'],
  ['`actor`', '`ce_actor`', 'who: a principal id, `service:<name>` or `hook:<id>`'],
  ['`sequence`', '`ce_sequence`', 'its version in the stream; events that stay private leave gaps'],
];

/** The page `docs/reference/events.md`, made from the public events of the contracts. */
export function eventsPage(): string {
  const [topic] = TOPICS;
  const days = (topic?.retentionMs ?? 0) / DAY_MS;
  return page('Public events', [
    'What services tell each other and everybody else. In the `distributed` profile each context has one ' +
      'Kafka topic; the ' +
      'message is CloudEvents 1.0 in binary mode: the envelope in headers, the data as JSON in the value. ' +
      'In the `embedded` ' +
      'profile the same events travel by the store itself. `GET /api/v1/deployments/{id}/events` answers ' +
      'with them too.',
    `Each topic has ${topic?.partitions ?? 0} partitions for ever and keeps ${days} days; the store keeps ` +
      `all of them. Events of one stream arrive in ` +
      'the order of `sequence`, at least once. Members may be added to the data of a type; one that is ' +
      'taken away or changes ' +
      'its meaning makes a new major version. Read what you know and ignore the rest.',
    'For programs: the [AsyncAPI document](asyncapi.json), with the JSON Schema of every type. A running API answers ' +
      'with it at `/asyncapi.json`.',
    madeFrom('libs/contracts/src/public-event.ts', 'libs/contracts/src/topics.ts'),
    '## Envelope',
    table(['Member', 'Kafka header', 'Meaning'], ENVELOPE),
    ...CONTEXTS.flatMap(sectionOf),
    '## Shapes',
    'Members with `?` may be absent.',
    table(
      ['Name', 'Members', 'Defined in'],
      SHAPES.map(([name, schema, path]) => [name, describe(schema), `\`${path}\``]),
    ),
  ]);
}

function sectionOf(context: Context): readonly string[] {
  const events: Readonly<Record<string, z.ZodType>> = PUBLIC_EVENTS[context];
  const rows = Object.entries(events).map(([fact, schema]) => [
    `\`${eventTypeOf(context, fact as never)}\``,
    membersOf(schema),
  ]);
  return [
    `## ${context}`,
    `Topic \`${topicOf(context)}\`, published by \`${OWNERS[context]}\`.`,
    table(['Type', 'Data'], rows),
  ];
}

/** The members of an object, with the names of known shapes. */
function membersOf(schema: z.ZodType): string {
  if (!(schema instanceof z.ZodObject)) return kindOf(schema);
  const members = Object.entries<z.ZodType>(schema.shape);
  return members
    .map(([name, member]) => `\`${name}\`${mayBeAbsent(member) ? '?' : ''}${kindBehind(member)}`)
    .join(', ');
}

function kindBehind(schema: z.ZodType): string {
  const kind = kindOf(schema);
  if (schema instanceof z.ZodObject && kind === membersOf(schema)) return `: {${kind}}`;
  return kind === 'text' ? '' : `: ${kind}`;
}

function isSameChoice(left: z.ZodType, right: z.ZodType): boolean {
  return left instanceof z.ZodEnum && right instanceof z.ZodEnum && left.options.join() === right.options.join();
}

function mayBeAbsent(schema: z.ZodType): boolean {
  return schema instanceof z.ZodOptional;
}

function kindOf(schema: z.ZodType): string {
  const known = SHAPES.find(([, shape]) => shape === schema || isSameChoice(shape, schema))?.[0];
  return known ?? describe(schema);
}

/** A kind, spelled out. */
function describe(schema: z.ZodType): string {
  if (schema instanceof z.ZodObject) return membersOf(schema);
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault) return kindOf(schema.unwrap() as z.ZodType);
  if (schema instanceof z.ZodArray) return `list of ${pluralOf(schema.element as z.ZodType)}`;
  if (schema instanceof z.ZodEnum) return schema.options.map((option) => `\`${String(option)}\``).join(' or ');
  if (schema instanceof z.ZodNumber) return 'number';
  if (schema instanceof z.ZodBoolean) return 'true or false';
  if (schema instanceof z.ZodString) return 'text';
  if (schema instanceof z.ZodTuple) return 'pair';
  return schema instanceof z.ZodRecord ? 'object' : 'JSON';
}

function pluralOf(schema: z.ZodType): string {
  const kind = kindOf(schema);
  if (schema instanceof z.ZodObject && kind === membersOf(schema)) return `{${kind}}`;
  if (kind === 'text') return 'texts';
  return kind === 'pair' ? 'pairs' : kind;
}
