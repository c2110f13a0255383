import { z } from 'zod';
import { Check } from './checks.js';
import { DesiredState, ResourceSpec } from './desired-state.js';
import { DriftPolicy } from './drift-policy.js';
import { DriftItem } from './events/drift.events.js';
import { Diagnostic, Failure } from './failure.js';
import { JsonValue } from './json-value.js';
import { AppliedResource, AppliedUnit, Plan, PlannedChange, PlanUnit } from './plan.js';
import { PriceBook, TypeTable } from './planning-tables.js';
import { ResourceEffect, RunEffects } from './run-effects.js';

/** A JSON Schema, draft 07. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** Schemas of events by type. */
export type EventSchemas = Readonly<Record<string, z.ZodType>>;

/** Where a document keeps its schemas: references lead there. */
const PLACE = '#/components/schemas/';

/** Shapes that many events share: written once, under these names. */
const SHAPES = {
  AppliedResource,
  AppliedUnit,
  Check,
  DesiredState,
  Diagnostic,
  DriftItem,
  DriftPolicy,
  Failure,
  JsonValue,
  Plan,
  PlannedChange,
  PlanUnit,
  PriceBook,
  ResourceEffect,
  ResourceSpec,
  RunEffects,
  TypeTable,
} as const satisfies Record<string, z.ZodType>;

/**
 * What readers of events may rely on, as JSON Schemas by event type and by name of what they share. It is less than
 * what is checked before an event is recorded: objects are open, because members may be added, and the largest length,
 * count and number are not said, because they may be raised. What has a default may be absent, since older events
 * lack it.
 */
export function eventSchemasOf(events: EventSchemas): Readonly<Record<string, JsonSchema>> {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries({ ...SHAPES, ...events })) registry.add(schema, { id });
  const { schemas } = z.toJSONSchema(registry, {
    target: 'draft-07',
    io: 'input',
    uri: referenceTo,
    override: ({ zodSchema, jsonSchema }) => {
      forReaders(zodSchema, jsonSchema);
    },
  });
  return Object.fromEntries(
    Object.entries(schemas).map(([id, { $id: _id, $schema: _schema, ...schema }]) => [id, schema]),
  );
}

/** The reference to a schema of `eventSchemasOf` in a document that keeps them in its components. */
export function referenceTo(name: string): string {
  return `${PLACE}${name}`;
}

type Written = Record<string, unknown>;

/** Takes away what is no promise. */
function forReaders(schema: unknown, written: Written): void {
  if (schema === JsonValue) {
    for (const keyword of Object.keys(written)) Reflect.deleteProperty(written, keyword);
    return;
  }
  for (const keyword of ['maxLength', 'maxItems', 'maximum']) Reflect.deleteProperty(written, keyword);
  if (written['minimum'] === Number.MIN_SAFE_INTEGER) delete written['minimum'];
  if (written['additionalProperties'] === false) delete written['additionalProperties'];
  if ('format' in written) delete written['pattern']; // The format says it, and people can read it.
  const { propertyNames } = written as { readonly propertyNames?: Written };
  if (propertyNames !== undefined && !('pattern' in propertyNames)) delete written['propertyNames'];
}
