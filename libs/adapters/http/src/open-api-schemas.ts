import { z } from 'zod';

/** A JSON Schema (2020-12), or a part of an OpenAPI document. */
export type JsonSchema = Readonly<Record<string, unknown>>;

type Registry = ReturnType<typeof z.registry<{ id: string }>>;

const PLACE = '#/components/schemas/';

/**
 * Collects the zod schemas of a document and writes each once, with references between them. What a caller may send and
 * what it gets differ where a schema has defaults, so a schema used both ways is written twice, the first as `…Input`.
 */
export class OpenApiSchemas {
  private readonly inputs: Registry = z.registry<{ id: string }>();
  private readonly outputs: Registry = z.registry<{ id: string }>();
  private readonly inputNames = new Set<string>();
  private readonly outputNames = new Set<string>();
  private readonly names = new Map<z.ZodType, string>();

  /**
   * Starts with the schemas that have names of their own; each is written when something uses it.
   */
  constructor(named: Readonly<Record<string, z.ZodType>>) {
    for (const [name, schema] of Object.entries(named)) {
      this.names.set(schema, name);
      this.inputs.add(schema, { id: inputNameOf(name) });
      this.outputs.add(schema, { id: name });
    }
  }

  /** A reference to what a caller may send. */
  input(schema: z.ZodType, fallbackName: string): JsonSchema {
    return this.refer(schema, { registry: this.inputs, used: this.inputNames, nameOf: inputNameOf, fallbackName });
  }

  /** A reference to what a caller gets. */
  output(schema: z.ZodType, fallbackName: string): JsonSchema {
    return this.refer(schema, { registry: this.outputs, used: this.outputNames, nameOf: (name) => name, fallbackName });
  }

  /** Every schema that is referred to, directly or by another one, by name. */
  components(): Record<string, unknown> {
    const all = { ...this.converted(this.outputs, 'output'), ...this.converted(this.inputs, 'input') };
    const reached = new Set<string>();
    const queue = [...this.inputNames, ...this.outputNames];
    for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
      if (reached.has(name)) continue;
      reached.add(name);
      queue.push(...referencesIn(all[name]));
    }
    return Object.fromEntries([...reached].sort().map((name) => [name, all[name]]));
  }

  private refer(
    schema: z.ZodType,
    as: { registry: Registry; used: Set<string>; nameOf: (name: string) => string; fallbackName: string },
  ): JsonSchema {
    const known = this.names.get(schema);
    const name = known === undefined ? (as.registry.get(schema)?.id ?? as.fallbackName) : as.nameOf(known);
    if (!as.registry.has(schema)) as.registry.add(schema, { id: name });
    as.used.add(name);
    return { $ref: `${PLACE}${name}` };
  }

  private converted(registry: Registry, io: 'input' | 'output'): Record<string, JsonSchema> {
    const uri = (id: string) => `${PLACE}${id}`;
    const { schemas } = z.toJSONSchema(registry, { io, uri, unrepresentable: 'any' });
    const text = JSON.stringify(schemas).replaceAll(`${PLACE}__shared#/$defs/`, `${PLACE}${io}`);
    const { __shared: shared, ...rest } = JSON.parse(text) as Record<string, JsonSchema>;
    const parts = Object.entries((shared?.['$defs'] ?? {}) as Record<string, JsonSchema>);
    const named = Object.entries(rest).map(([name, { $schema: _, $id: __, ...schema }]) => [name, schema] as const);
    return Object.fromEntries([...named, ...parts.map(([name, schema]) => [`${io}${name}`, schema] as const)]);
  }
}

function inputNameOf(name: string): string {
  return name.endsWith('Request') ? name : `${name}Input`;
}

function referencesIn(value: unknown): readonly string[] {
  const found = JSON.stringify(value ?? null).matchAll(/"#\/components\/schemas\/([^"]+)"/g);
  return Array.from(found, ([, name]) => name ?? '');
}
