import type { OpenApiDocument } from '@caisson/http';
import { isUuid } from '@caisson/kernel';

type Schema = Readonly<Record<string, unknown>>;

interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required: boolean;
  readonly schema: Schema;
}

interface Described {
  readonly operationId: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema; example?: unknown }>> };
  readonly responses: Readonly<Record<string, { readonly content?: Schema }>>;
}

/** How a request was meant. */
export type Intent = 'valid' | 'nearly valid' | 'hostile';

/** One made request. */
export interface MadeRequest {
  readonly operationId: string;
  readonly intent: Intent;
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** As it is sent. */
  readonly payload?: string;
}

const DEPTH_MAX = 5;

const HOSTILE_TEXTS = [
  ...['', ' ', '\u0000', '\ud800', '\u202eevil', 'a\r\nb: c', '../../etc/passwd', "'; drop table event; --", '${7*7}'],
  ...['{{constructor}}', '%', '_', '\\', '<script>', 'x'.repeat(5_000), '💥'.repeat(500), '__proto__', '2026-02-30'],
  ...['0000-00-00T00:00:00Z', '9999-12-31T23:59:60Z', '(a+)+$', '-1', 'NaN', 'null', 'true', '1e400'],
];
const HOSTILE_NUMBERS = [-1, 0, 1.5, 2 ** 31, 2 ** 53, -(2 ** 63), 1e308];
const HOSTILE_BODIES = [
  ...[
    '',
    '{',
    'null',
    '[]',
    '7',
    '"x"',
    '{"a":1,"a":2}',
    '{"__proto__":{"x":1}}',
    '{"a":"\\u0000"}',
    '{"a":"\\ud800"}',
  ],
  ...['{"a":1e400}', '{"a":9007199254740993}', '['.repeat(40) + ']'.repeat(40), '{"a":'.repeat(3_000), '\ufeff{}'],
  `{"a":"${'x'.repeat(70_000)}"}`,
];
const HOSTILE_PATHS = [
  '%00',
  '%zz',
  '%c0%ae',
  '..%2f..',
  'x'.repeat(600),
  '%F0%9F%92%A5',
  '{id}',
  "1'or'1'='1",
  '-',
  '.',
];

/** Makes requests from an OpenAPI document, the same ones for the same seed. */
export class RequestFuzzer {
  readonly #operations: readonly { readonly method: string; readonly path: string; readonly operation: Described }[];
  readonly #document: OpenApiDocument;
  readonly #known: string[] = [];
  #state: number;

  /** @param without - operations that are not asked. Streams never are. */
  constructor(document: OpenApiDocument, seed: number, without: ReadonlySet<string>) {
    this.#document = document;
    this.#state = seed;
    const paths = document['paths'] as Readonly<Record<string, Readonly<Record<string, Described>>>>;
    this.#operations = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods)
        .filter(([, operation]) => !without.has(operation.operationId) && !isStream(operation))
        .map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
    );
  }

  /** Ids that exist, to be asked for again. */
  learn(ids: readonly unknown[]): void {
    this.#known.push(...ids.filter((id): id is string => typeof id === 'string' && isUuid(id)));
  }

  next(): MadeRequest {
    const { method, operation, path } = this.#pick(this.#operations);
    const intent = this.#pick<Intent>(['valid', 'valid', 'nearly valid', 'hostile']);
    const parameters = operation.parameters ?? [];
    const url = path.replaceAll(/\{(\w+)\}/g, () => encodeURI(this.#pathValue(intent)));
    const query = parameters.filter((parameter) => parameter.in === 'query').flatMap((one) => this.#pair(one, intent));
    const headers = parameters.filter((parameter) => parameter.in === 'header').flatMap((one) => this.#header(one));
    const body = this.#body(operation, intent);
    return {
      ...{ operationId: operation.operationId, intent, method },
      url: query.length === 0 ? url : `${url}?${query.join('&')}`,
      headers: {
        ...Object.fromEntries(headers),
        ...(body === undefined ? {} : { 'content-type': this.#contentType(intent) }),
      },
      ...(body === undefined ? {} : { payload: body }),
    };
  }

  #pathValue(intent: Intent): string {
    if (intent === 'hostile') return this.#pick(HOSTILE_PATHS);
    return this.#known.length > 0 && this.#chance(0.8) ? this.#pick(this.#known) : this.#uuid();
  }

  #pair({ name, required, schema }: Parameter, intent: Intent): readonly string[] {
    if (!required && this.#chance(0.6)) return [];
    const value =
      intent === 'valid' ? this.#value(schema, 0) : this.#pick<unknown>([...HOSTILE_TEXTS, ...HOSTILE_NUMBERS]);
    const text = encodeURIComponent(String(value).replaceAll(/\p{Surrogate}/gu, ''));
    return intent === 'hostile' && this.#chance(0.2) ? [`${name}=${text}`, `${name}=1`] : [`${name}=${text}`];
  }

  #header({ name, required }: Parameter): readonly (readonly [string, string])[] {
    if (!required && this.#chance(0.7)) return [];
    if (name === 'If-Match') return [[name, this.#pick(['"1"', '"2"', '"3"', '*', 'W/"1"', '""', '"99999999"'])]];
    return [[name, this.#pick([this.#uuid(), 'k', 'x'.repeat(255), 'x'.repeat(300), 'a b', '1'])]];
  }

  #contentType(intent: Intent): string {
    if (intent !== 'hostile' || this.#chance(0.7)) return 'application/json';
    return this.#pick([
      'text/xml',
      'application/json; charset=utf-16',
      'multipart/form-data',
      'application/problem+json',
    ]);
  }

  #body({ requestBody }: Described, intent: Intent): string | undefined {
    const described = requestBody?.content['application/json'];
    if (described === undefined)
      return intent === 'hostile' && this.#chance(0.3) ? this.#pick(HOSTILE_BODIES) : undefined;
    if (intent === 'hostile') return this.#pick(HOSTILE_BODIES);
    const isExample = described.example !== undefined && this.#chance(0.5);
    const value = isExample ? structuredClone(described.example) : this.#value(described.schema, 0);
    return JSON.stringify(intent === 'nearly valid' ? this.#spoilt(value) : value);
  }

  /** A value with one thing changed at a random place. */
  #spoilt(value: unknown): unknown {
    if (typeof value !== 'object' || value === null || this.#chance(0.15)) return this.#anything();
    if (Array.isArray(value)) {
      const at = Math.floor(this.#random() * value.length);
      return value.length === 0
        ? [this.#anything()]
        : value.map((item: unknown, index) => (index === at ? this.#spoilt(item) : item));
    }
    const entries = Object.entries(value as Record<string, unknown>);
    if (entries.length === 0 || this.#chance(0.2))
      return { ...value, [this.#pick(['tenantId', 'id', 'x', 'toString'])]: 1 };
    const [key, member] = this.#pick(entries);
    if (this.#chance(0.2)) return Object.fromEntries(entries.filter(([name]) => name !== key));
    return { ...value, [key]: this.#spoilt(member) };
  }

  #anything(): unknown {
    return this.#pick<unknown>([...HOSTILE_TEXTS, ...HOSTILE_NUMBERS, null, true, [], {}, [[]], { a: { b: 1 } }]);
  }

  /** A value of a schema, as far as its keywords are known here. */
  #value(given: Schema, depth: number): unknown {
    const schema = this.#resolved(given);
    if ('const' in schema) return schema['const'];
    if (Array.isArray(schema['enum'])) return this.#pick(schema['enum'] as unknown[]);
    const alternatives = (schema['anyOf'] ?? schema['oneOf'] ?? schema['allOf']) as Schema[] | undefined;
    if (alternatives !== undefined) return this.#value(this.#pick(alternatives), depth);
    if ('default' in schema && this.#chance(0.3)) return schema['default'];
    switch (schema['type']) {
      case 'object':
        return this.#object(schema, depth);
      case 'array':
        return depth > DEPTH_MAX ? [] : this.#array(schema, depth);
      case 'integer':
      case 'number':
        return this.#number(schema);
      case 'boolean':
        return this.#chance(0.5);
      case 'string':
        return this.#text(schema);
      default:
        return this.#pick<unknown>(['x', 1, true, null]);
    }
  }

  #object(schema: Schema, depth: number): Record<string, unknown> {
    const properties = (schema['properties'] ?? {}) as Readonly<Record<string, Schema>>;
    const required = new Set(schema['required'] as readonly string[] | undefined);
    const chosen = Object.entries(properties).filter(
      ([name]) => required.has(name) || (depth < DEPTH_MAX && this.#chance(0.4)),
    );
    return Object.fromEntries(chosen.map(([name, member]) => [name, this.#value(member, depth + 1)]));
  }

  #array({ items, minItems }: Schema, depth: number): readonly unknown[] {
    const length = Math.max(Number(minItems ?? 0), Math.floor(this.#random() * 3));
    return Array.from({ length }, () => this.#value((items ?? {}) as Schema, depth + 1));
  }

  #number({ exclusiveMinimum, maximum, minimum, type }: Schema): number {
    const least = Number(minimum ?? exclusiveMinimum ?? 0) + (exclusiveMinimum === undefined ? 0 : 1);
    const most = Math.min(Number(maximum ?? least + 100), least + 1_000);
    const value = this.#pick([least, most, least + this.#random() * (most - least)]);
    return type === 'integer' ? Math.floor(value) : value;
  }

  #text({ format, maxLength, minLength, pattern }: Schema): string {
    if (format === 'uuid') return this.#known.length > 0 && this.#chance(0.5) ? this.#pick(this.#known) : this.#uuid();
    if (format === 'date-time') return '2026-01-01T00:00:00Z';
    const words = ['web', 'a', 'shop-1', '10.0.0.0/16', 'x y', `sha256:${'0'.repeat(64)}`, '1.2.3', 'USD', '${web.id}'];
    const shape = typeof pattern === 'string' ? new RegExp(pattern, 'u') : undefined;
    const fitting = words.filter((word) => shape?.test(word) ?? true);
    const word = fitting.length === 0 ? 'x' : this.#pick(fitting);
    return word.padEnd(Number(minLength ?? 0), 'x').slice(0, Number(maxLength ?? 200));
  }

  #resolved(schema: Schema): Schema {
    const reference = schema['$ref'];
    if (typeof reference !== 'string') return schema;
    const parts = reference.split('/').slice(1);
    return parts.reduce<Schema>((at, part) => at[part] as Schema, this.#document);
  }

  #uuid(): string {
    const hex = Array.from({ length: 32 }, () => Math.floor(this.#random() * 16).toString(16)).join('');
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20)}`;
  }

  #pick<Item>(items: readonly Item[]): Item {
    return items[Math.floor(this.#random() * items.length)]!;
  }

  #chance(probability: number): boolean {
    return this.#random() < probability;
  }

  /** Mulberry32. */
  #random(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }
}

function isStream({ responses }: Described): boolean {
  return responses['200']?.content?.['text/event-stream'] !== undefined;
}
