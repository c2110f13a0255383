import { DesiredState, PushTrigger, ResourceSpec, Schedule, validateDesiredState } from '@caisson/contracts';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { read } from './repository.js';

const PAGE = 'docs/reference/desired-state.md';
const text = read(PAGE);

const schemaOf = (schema: z.ZodType) => z.toJSONSchema(schema, { io: 'input' }) as JsonSchema;
const resource = schemaOf(ResourceSpec);

/** The tables of the page, by heading, and the schema that each shows. */
const TABLES: readonly (readonly [string, JsonSchema | undefined])[] = [
  ['Deployment', schemaOf(DesiredState)],
  ['Resource', resource],
  ...['http', 'tcp', 'command', 'output', 'observed'].map(
    (kind, index) => [`Check: ${kind}`, resource.properties['checks']?.items?.oneOf?.[index]] as const,
  ),
  ['Lifecycle', resource.properties['lifecycle']],
  ['Trigger', schemaOf(PushTrigger)],
  ['Schedule', schemaOf(Schedule)],
];

interface JsonSchema {
  readonly properties: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly default?: unknown;
  readonly items?: JsonSchema;
  readonly oneOf?: readonly JsonSchema[];
}

describe(PAGE, () => {
  it.each(TABLES)('lists the members of a %s with their defaults', (heading, schema) => {
    const wanted = Object.entries(schema?.properties ?? {}).map(([name, member]) => [
      name,
      defaultOf(member, name, schema),
    ]);
    expect(Object.fromEntries(rowsOf(heading))).toEqual(Object.fromEntries(wanted));
  });

  it.each([...text.matchAll(/^```yaml\n([\s\S]*?)^```/gm)].map((match) => match[1] ?? ''))(
    'shows an example that can be planned: %.30s',
    (example) => {
      expect(validateDesiredState(DesiredState.parse(parse(example)))).toEqual([]);
    },
  );
});

function defaultOf(member: JsonSchema, name: string, schema: JsonSchema | undefined): string {
  if (schema?.required?.includes(name) === true) return 'required';
  if (member.default === undefined) return 'none';
  return typeof member.default === 'string' ? member.default : JSON.stringify(member.default);
}

/** The name and the default of each row of the table below a heading. */
function rowsOf(heading: string): readonly (readonly [string, string])[] {
  const section = text.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
  const rows = section.split('\n').filter((line) => line.startsWith('| `'));
  return rows.map((row) => {
    const [, name = '', , fallback = ''] = row.split('|').map((cell) => cell.trim().replaceAll('`', ''));
    return [name, fallback] as const;
  });
}
