import type { Json, JsonObject } from '@caisson/kernel';

/** One `${…}` found in a property: which resource it names and which of its values it takes. */
export interface Reference {
  /** The text between `${` and `}`. */
  readonly expression: string;
  /** Resource name, such as `web`. */
  readonly resource: string;
  /** Which copy of a counted resource, from 0; absent for the only one, or for all copies. */
  readonly index?: number;
  /** The rest of the path, such as `['outputs', 'cidr']` or `['id']`. */
  readonly path: readonly string[];
}

/** The values a reference can take from one resource. */
export interface ReferableResource {
  readonly properties: JsonObject;
  readonly outputs: JsonObject;
}

/** A reference that names nothing known. */
export interface UnresolvedReference {
  readonly expression: string;
  readonly reason: string;
}

const PLACEHOLDER = /\$\{([^{}]{1,500})\}/g;
const EXPRESSION =
  /^([a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)(?:\[(\d{1,3})\])?((?:\.[A-Za-z_][A-Za-z0-9_-]{0,127}){1,10})$/;

/**
 * Whether a member holds uploaded files (`source: {files: …}`): their text is for a tool that has a `${…}` of its own,
 * so nothing in it is a reference.
 */
export function isUploadedContent(parentKey: string, key: string): boolean {
  return parentKey === 'source' && key === 'files';
}

/** The address of a resource: `web` for the only copy, `web[1]` for the second of several. */
export function resourceAddressOf(resource: string, index?: number): string {
  return index === undefined ? resource : `${resource}[${index}]`;
}

/** Parses the text between `${` and `}`; undefined when it is no reference. */
export function parseReference(expression: string): Reference | undefined {
  const match = EXPRESSION.exec(expression.trim());
  if (match === null) return undefined;
  const [, resource = '', index, path = ''] = match;
  const base = { expression: expression.trim(), resource, path: path.slice(1).split('.') };
  return index === undefined ? base : { ...base, index: Number(index) };
}

/**
 * Every placeholder in a JSON value, in order, uploaded files left out; text that does not parse is listed as
 * malformed. O(size of value).
 */
export function findReferences(value: Json): { readonly references: Reference[]; readonly malformed: string[] } {
  const references: Reference[] = [];
  const malformed: string[] = [];
  visitReferableText(value, (text) => {
    if (!text.includes('${')) return;
    for (const match of text.matchAll(PLACEHOLDER)) {
      const reference = parseReference(match[1] ?? '');
      if (reference === undefined) malformed.push(match[1] ?? '');
      else references.push(reference);
    }
  });
  return { references, malformed };
}

/**
 * Replaces every placeholder by its value. A string that is one placeholder takes the value's own type;
 * inside longer text the value is printed. What `lookup` does not know stays as it is and is listed.
 *
 * `${x.outputs.y}` reads the outputs; `${x.y}` reads the outputs and then the properties.
 */
export function resolveReferences(
  value: Json,
  lookup: (address: string) => ReferableResource | undefined,
): { readonly value: Json; readonly unresolved: readonly UnresolvedReference[] } {
  const unresolved: UnresolvedReference[] = [];
  const valueOf = (expression: string): Json | undefined => {
    const found = lookUp(expression, lookup);
    if (typeof found === 'object' && 'reason' in found) {
      unresolved.push(found);
      return undefined;
    }
    return found.value;
  };
  return { value: mapReferableText(value, (text) => replaceIn(text, valueOf)), unresolved };
}

function lookUp(
  expression: string,
  lookup: (address: string) => ReferableResource | undefined,
): { readonly value: Json } | UnresolvedReference {
  const reference = parseReference(expression);
  if (reference === undefined) return { expression, reason: 'is not a reference' };
  const found = lookup(resourceAddressOf(reference.resource, reference.index));
  if (found === undefined) return { expression, reason: `"${reference.resource}" is not known yet` };
  const [first = '', ...rest] = reference.path;
  const value =
    first === 'outputs'
      ? valueAt(found.outputs, rest)
      : (valueAt(found.outputs, reference.path) ?? valueAt(found.properties, reference.path));
  if (value === undefined)
    return { expression, reason: `"${reference.resource}" has no "${reference.path.join('.')}"` };
  return { value };
}

function valueAt(value: Json, path: readonly string[]): Json | undefined {
  let current: Json | undefined = value;
  for (const key of path) {
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, key)) return undefined;
    current = (current as Record<string, Json>)[key];
  }
  return current;
}

function replaceIn(text: string, valueOf: (expression: string) => Json | undefined): Json {
  const whole = /^\$\{([^{}]{1,500})\}$/.exec(text);
  if (whole !== null) return valueOf(whole[1] ?? '') ?? text;
  return text.replaceAll(PLACEHOLDER, (placeholder, expression: string) => {
    const value = valueOf(expression);
    if (value === undefined) return placeholder;
    return typeof value === 'string' ? value : JSON.stringify(value);
  });
}

/**
 * Calls back for each string that may hold references, in order, with the keys that lead to it; uploaded files are left
 * out. The path is reused: copy or join it. O(size of value), without a copy of it.
 */
export function visitReferableText(
  value: Json,
  visit: (text: string, path: readonly string[]) => void,
  path: string[] = [],
): void {
  if (typeof value === 'string') visit(value, path);
  if (typeof value !== 'object' || value === null) return;
  const parentKey = path.at(-1) ?? '';
  for (const key of Object.keys(value)) {
    const item = (value as JsonObject)[key];
    if (item === undefined || isPlain(item) || isUploadedContent(parentKey, key)) continue;
    path.push(key);
    visitReferableText(item, visit, path);
    path.pop();
  }
}

/** Whether a value holds no text at all. */
function isPlain(value: Json): boolean {
  return typeof value !== 'string' && typeof value !== 'object';
}

/** A copy in which each string that may hold references is replaced; uploaded files stay. O(size of value). */
export function mapReferableText(value: Json, map: (text: string) => Json, key = ''): Json {
  if (typeof value === 'string') return map(value);
  if (Array.isArray(value)) return value.map((item: Json) => mapReferableText(item, map));
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value as JsonObject).map(([member, item]): [string, Json] => [
    member,
    isUploadedContent(key, member) ? item : mapReferableText(item, map, member),
  ]);
  return Object.fromEntries(members);
}
