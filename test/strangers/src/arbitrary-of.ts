import fc from 'fast-check';

/** A JSON Schema, draft 07, or a part of one. */
export type Schema = Readonly<Record<string, unknown>>;

/** Named schemas that references lead to. */
export type Schemas = Readonly<Record<string, Schema>>;

const ITEMS_MAX = 2;
const INSTANT = '2026-03-02T10:15:00.000Z';

/** Values that fit a schema, as far as our documents use the language. */
export function arbitraryOf(schema: Schema, schemas: Schemas): fc.Arbitrary<unknown> {
  const inner = (part: unknown): fc.Arbitrary<unknown> => arbitraryOf(part as Schema, schemas);
  if (typeof schema['$ref'] === 'string')
    return inner(schemas[schema['$ref'].slice(schema['$ref'].lastIndexOf('/') + 1)]);
  if ('const' in schema) return fc.constant(schema['const']);
  if (Array.isArray(schema['enum'])) return fc.constantFrom(...(schema['enum'] as unknown[]));
  for (const choice of ['anyOf', 'oneOf', 'allOf']) {
    if (Array.isArray(schema[choice])) return fc.oneof(...(schema[choice] as unknown[]).map(inner));
  }
  const { type } = schema;
  if (Array.isArray(type)) return fc.oneof(...type.map((one) => inner({ ...schema, type: one as unknown })));
  if (type === undefined) return fc.jsonValue({ maxDepth: 2 });
  switch (type) {
    case 'null':
      return fc.constant(null);
    case 'string':
      return textOf(schema);
    case 'integer':
      return fc.integer({ min: Number(schema['minimum'] ?? 0), max: 1_000_000 });
    case 'number':
      return fc.double({ min: Number(schema['minimum'] ?? 0), max: 1e6, noNaN: true });
    case 'boolean':
      return fc.boolean();
    case 'array':
      return listOf(schema, inner);
    case 'object':
      return objectOf(schema, inner);
    default:
      throw new Error(`no values are known of the type ${JSON.stringify(type)}`);
  }
}

function textOf({ format, minLength, pattern }: Schema): fc.Arbitrary<unknown> {
  if (format === 'date-time') return fc.constant(INSTANT);
  if (typeof pattern === 'string') return fc.stringMatching(new RegExp(pattern));
  return fc.string({ minLength: Number(minLength ?? 0), maxLength: 20, unit: 'grapheme' });
}

function listOf({ items, minItems }: Schema, inner: (part: unknown) => fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  if (Array.isArray(items)) return fc.tuple(...items.map(inner));
  return fc.array(inner(items ?? {}), { minLength: Number(minItems ?? 0), maxLength: ITEMS_MAX });
}

function objectOf(schema: Schema, inner: (part: unknown) => fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  const { additionalProperties, properties, propertyNames, required = [] } = schema;
  if (properties === undefined) {
    const pattern = (propertyNames as { readonly pattern?: string } | undefined)?.pattern ?? '^[a-z]{1,9}$';
    const name = fc.stringMatching(new RegExp(pattern));
    return fc.dictionary(name, inner(additionalProperties ?? {}), { maxKeys: ITEMS_MAX });
  }
  const members = Object.entries(properties as Schemas).map(([name, member]) => [name, inner(member)] as const);
  return fc.record(Object.fromEntries(members), { requiredKeys: required as never[] });
}
