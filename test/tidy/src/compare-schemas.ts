import { isDeepStrictEqual } from 'node:util';

/** A JSON Schema, draft 07, or a part of one. */
export type Schema = Readonly<Record<string, unknown>>;

/** The named schemas that references of two documents lead to. */
export interface SchemaPair {
  readonly released: Readonly<Record<string, Schema>>;
  readonly current: Readonly<Record<string, Schema>>;
}

/** Say something to people, and nothing about what fits. */
const ANNOTATIONS = ['$comment', 'description', 'examples', 'title'];
/** Hold one schema. */
const NESTED = ['additionalProperties', 'propertyNames', 'not'];
/** Hold a list of schemas, or one. */
const LISTS = ['items', 'allOf', 'anyOf', 'oneOf'];
const LOOKED_INTO = [...ANNOTATIONS, ...NESTED, ...LISTS, 'properties', 'required'];

/** References within references: more than any shape of ours has. */
const DEPTH_MAX = 100;

/**
 * What values the second schema takes and the first does not, or the other way round, in sentences. Members that were
 * added and may be absent are none. What a shared shape breaks is said of the shape.
 */
export function compareSchemas(
  pair: SchemaPair,
  path: string,
  [released, current]: readonly [Schema, Schema],
): readonly string[] {
  return new Comparison(pair).compare({ path, depth: 0 }, released, current);
}

interface Place {
  readonly path: string;
  readonly depth: number;
}

class Comparison {
  constructor(private readonly pair: SchemaPair) {}

  compare(place: Place, from: Schema, to: Schema): readonly string[] {
    if (place.depth > DEPTH_MAX) throw new Error(`${place.path} is nested more than ${DEPTH_MAX} times.`);
    const [fromName, toName] = [nameOf(from), nameOf(to)];
    if (fromName === undefined && toName === undefined) return this.compareResolved(place, from, to);
    const path = fromName !== undefined && fromName === toName && !fromName.includes('.') ? fromName : place.path;
    const resolvedFrom = fromName === undefined ? from : (this.pair.released[fromName] ?? {});
    const resolvedTo = toName === undefined ? to : (this.pair.current[toName] ?? {});
    return this.compare({ path, depth: place.depth + 1 }, resolvedFrom, resolvedTo);
  }

  private compareResolved(place: Place, from: Schema, to: Schema): readonly string[] {
    return [
      ...keywordsThatDiffer(place.path, from, to),
      ...this.compareMembers(place, from, to),
      ...NESTED.flatMap((keyword) => this.compareLists(place, keyword, [listOf(from, keyword), listOf(to, keyword)])),
      ...LISTS.flatMap((keyword) => this.compareLists(place, keyword, [listOf(from, keyword), listOf(to, keyword)])),
    ];
  }

  private compareMembers(place: Place, from: Schema, to: Schema): readonly string[] {
    const [before, now] = [membersOf(from), membersOf(to)];
    const [demandedBefore, demandedNow] = [demandedBy(from), demandedBy(to)];
    const at = (name: string): string => `${place.path}.${name}`;
    const added = demandedNow.filter((name) => !demandedBefore.includes(name));
    return [
      ...added.map((name) => `${at(name)} must be there now, and recorded events may lack it.`),
      ...Object.entries(before).flatMap(([name, member]) => {
        const later = now[name];
        if (later === undefined) return [`${at(name)} is gone.`];
        const mayLack = demandedBefore.includes(name) && !demandedNow.includes(name);
        return [
          ...(mayLack ? [`${at(name)} may be absent now, and readers count on it.`] : []),
          ...this.compare({ path: at(name), depth: place.depth + 1 }, member, later),
        ];
      }),
    ];
  }

  private compareLists(
    place: Place,
    keyword: string,
    [from, to]: readonly [readonly Schema[], readonly Schema[]],
  ): readonly string[] {
    if (from.length !== to.length)
      return [`${place.path}: ${keyword} has ${to.length} parts instead of ${from.length}.`];
    const path = keyword === 'items' ? `${place.path}[]` : place.path;
    return from.flatMap((schema, index) => this.compare({ path, depth: place.depth + 1 }, schema, to[index] ?? {}));
  }
}

/** Keywords that are compared as they stand: any difference takes more, or less. */
function keywordsThatDiffer(path: string, from: Schema, to: Schema): readonly string[] {
  const keywords = new Set([...Object.keys(from), ...Object.keys(to)]);
  return [...keywords]
    .filter((keyword) => !LOOKED_INTO.includes(keyword) && !isDeepStrictEqual(from[keyword], to[keyword]))
    .map((keyword) => `${path}: ${keyword} is ${text(to[keyword])} instead of ${text(from[keyword])}.`);
}

function nameOf(schema: Schema): string | undefined {
  const reference = schema['$ref'];
  return typeof reference === 'string' ? reference.slice(reference.lastIndexOf('/') + 1) : undefined;
}

function membersOf(schema: Schema): Readonly<Record<string, Schema>> {
  return (schema['properties'] ?? {}) as Readonly<Record<string, Schema>>;
}

function demandedBy(schema: Schema): readonly string[] {
  return (schema['required'] ?? []) as readonly string[];
}

function listOf(schema: Schema, keyword: string): readonly Schema[] {
  const value = schema[keyword];
  if (Array.isArray(value)) return value as readonly Schema[];
  return typeof value === 'object' && value !== null ? [value as Schema] : [];
}

function text(value: unknown): string {
  return value === undefined ? 'not said' : JSON.stringify(value);
}
