type Node = Readonly<Record<string, unknown>>;
type Direction = 'request' | 'answer';

/** A schema as it was and as it is. */
interface Pair {
  readonly before: Node;
  readonly after: Node;
  readonly place: string;
  readonly direction: Direction;
}

const LIMITS_OF_REQUESTS = [
  {
    keys: ['maxLength', 'maxItems', 'maximum', 'maxProperties'],
    isNarrower: (now: number, was = Infinity) => now < was,
  },
  {
    keys: ['minLength', 'minItems', 'minimum', 'minProperties'],
    isNarrower: (now: number, was = -Infinity) => now > was,
  },
] as const;

/**
 * What a client of the released document can no longer do, or no longer find, under the current one. More operations,
 * more optional members of requests, more members of answers and more values of an answer's enum break nobody: clients
 * ignore what they do not know. Looks at each pair of schemas once.
 */
export function breakingChanges(released: Node, current: Node): readonly string[] {
  return new Comparison(released, current).run();
}

class Comparison {
  constructor(
    private readonly released: Node,
    private readonly current: Node,
    private readonly seen = new Set<string>(),
  ) {}

  run(): readonly string[] {
    return entries(this.released['paths']).flatMap(([path, operations]) =>
      entries(operations).flatMap(([method, before]) => {
        const name = `${method.toUpperCase()} ${path}`;
        const after = member(member(member(this.current, 'paths'), path), method);
        return after === undefined ? [`${name} is gone`] : this.#operation(before, after, name);
      }),
    );
  }

  #operation(before: Node, after: Node, name: string): readonly string[] {
    return [
      ...this.#parameters(before, after, name),
      ...this.#body(before, after, name),
      ...this.#answers(before, after, name),
    ];
  }

  #parameters(before: Node, after: Node, name: string): readonly string[] {
    const [was, is] = [byName(before['parameters']), byName(after['parameters'])];
    const kept = [...was].flatMap(([key, parameter]) => {
      const place = `${name}: ${key}`;
      const now = is.get(key);
      if (now === undefined) return [`${place} is gone`];
      const pair = {
        before: node(parameter['schema']),
        after: node(now['schema']),
        place,
        direction: 'request',
      } as const;
      const forced = now['required'] === true && parameter['required'] !== true ? [`${place} must now be sent`] : [];
      return [...forced, ...this.#schema(pair)];
    });
    const added = [...is].filter(([key, parameter]) => parameter['required'] === true && !was.has(key));
    return [...kept, ...added.map(([key]) => `${name}: ${key} must now be sent`)];
  }

  #body(before: Node, after: Node, name: string): readonly string[] {
    const [was, is] = [member(before, 'requestBody'), member(after, 'requestBody')];
    const place = `${name}: body`;
    if (was === undefined) return is?.['required'] === true ? [`${place} must now be sent`] : [];
    if (is === undefined) return [`${place} is gone`];
    const forced = is['required'] === true && was['required'] !== true ? [`${place} must now be sent`] : [];
    return [...forced, ...this.#contents(was, is, { place, direction: 'request' })];
  }

  #answers(before: Node, after: Node, name: string): readonly string[] {
    const successes = entries(before['responses']).filter(([status]) => /^[23]/.test(status));
    return successes.flatMap(([status, was]) => {
      const place = `${name}: ${status}`;
      const is = member(member(after, 'responses'), status);
      if (is === undefined) return [`${place} is gone`];
      const headers = Object.keys(node(was['headers'])).filter((header) => !(header in node(is['headers'])));
      const lost = headers.map((header) => `${place} ${header} is gone`);
      return [...lost, ...this.#contents(was, is, { place, direction: 'answer' })];
    });
  }

  #contents(was: Node, is: Node, at: Pick<Pair, 'place' | 'direction'>): readonly string[] {
    return entries(was['content']).flatMap(([mediaType, before]) => {
      const after = member(member(is, 'content'), mediaType);
      if (after === undefined) return [`${at.place} ${mediaType} is gone`];
      return this.#schema({ ...at, before: node(before['schema']), after: node(after['schema']) });
    });
  }

  #schema(pair: Pair): readonly string[] {
    const names = [...strings(pair.before['$ref']), ...strings(pair.after['$ref'])];
    if (names.length === 2) {
      const key = [...names, pair.direction].join(' ');
      if (this.seen.has(key)) return [];
      this.seen.add(key);
    }
    const resolved = {
      ...pair,
      before: resolve(this.released, pair.before),
      after: resolve(this.current, pair.after),
    };
    return [
      ...typeChanges(resolved),
      ...valueChanges(resolved),
      ...limitChanges(resolved),
      ...this.#members(resolved),
      ...this.#parts(resolved),
      ...this.#choices(resolved),
    ];
  }

  #members({ after, before, direction, place }: Pair): readonly string[] {
    const [was, is] = [node(before['properties']), node(after['properties'])];
    const [needed, needs] = [strings(before['required']), strings(after['required'])];
    const kept = entries(was).flatMap(([name, schema]) => {
      const now = member(is, name);
      const at = `${place}.${name}`;
      return now === undefined ? [`${at} is gone`] : this.#schema({ before: schema, after: now, place: at, direction });
    });
    const forced = needs.filter((name) => !needed.includes(name)).map((name) => `${place}.${name} must now be sent`);
    const freed = needed.filter((name) => name in is && !needs.includes(name));
    return [
      ...kept,
      ...(direction === 'request' ? forced : freed.map((name) => `${place}.${name} may now be missing`)),
    ];
  }

  /** Items of lists and values of records. */
  #parts({ after, before, direction, place }: Pair): readonly string[] {
    return ['items', 'additionalProperties'].flatMap((keyword) => {
      const [was, is] = [member(before, keyword), member(after, keyword)];
      return was === undefined || is === undefined
        ? []
        : this.#schema({ before: was, after: is, place: `${place}[]`, direction });
    });
  }

  /** Each alternative that there was must fit one that there is. */
  #choices({ after, before, direction, place }: Pair): readonly string[] {
    return ['anyOf', 'oneOf', 'allOf'].flatMap((keyword) => {
      const [was, is] = [nodes(before[keyword]), nodes(after[keyword])];
      const lost = was.filter(
        (option) => !is.some((now) => this.#fits({ before: option, after: now, place, direction })),
      );
      return lost.length === 0 ? [] : [`${place}: ${lost.length} of its alternatives (${keyword}) changed or are gone`];
    });
  }

  /** What is looked at to answer this is not seen for good: it may be another alternative's. */
  #fits(pair: Pair): boolean {
    return new Comparison(this.released, this.current, new Set(this.seen)).#schema(pair).length === 0;
  }
}

function typeChanges({ after, before, direction, place }: Pair): readonly string[] {
  const [was, is] = [strings(before['type']), strings(after['type'])];
  const [given, taken] = direction === 'request' ? [was, is] : [is, was];
  if (taken.length === 0) return [];
  const fits = (type: string): boolean => taken.includes(type) || (type === 'integer' && taken.includes('number'));
  const isSame = given.length > 0 && given.every(fits);
  return isSame ? [] : [`${place} was ${was.join(' or ') || 'anything'} and is ${is.join(' or ') || 'anything'}`];
}

function valueChanges({ after, before, direction, place }: Pair): readonly string[] {
  const [was, is] = [valuesOf(before), valuesOf(after)];
  if (is === undefined) return [];
  if (was === undefined) return direction === 'request' ? [`${place} takes only ${is.join(', ')} now`] : [];
  const lost = was.filter((value) => !is.includes(value));
  const isBroken = direction === 'request' ? lost.length > 0 : lost.length === was.length;
  return isBroken ? [`${place} has no longer ${lost.join(', ')}`] : [];
}

function limitChanges({ after, before, direction, place }: Pair): readonly string[] {
  if (direction === 'answer') return [];
  const narrower = LIMITS_OF_REQUESTS.flatMap(({ isNarrower, keys }) =>
    keys.filter((key) => {
      const [was, is] = [before[key], after[key]];
      return typeof is === 'number' && isNarrower(is, typeof was === 'number' ? was : undefined);
    }),
  );
  const patterns = after['pattern'] === undefined || after['pattern'] === before['pattern'] ? [] : ['pattern'];
  return [...narrower, ...patterns].map((key) => `${place} is narrower: ${key} is ${String(after[key])}`);
}

function valuesOf(schema: Node): readonly unknown[] | undefined {
  if ('const' in schema) return [schema['const']];
  return Array.isArray(schema['enum']) ? (schema['enum'] as unknown[]) : undefined;
}

function resolve(document: Node, schema: Node): Node {
  const reference = schema['$ref'];
  if (typeof reference !== 'string') return schema;
  const path = reference.replace(/^#\//, '').split('/');
  return path.reduce<Node>((place, name) => node(place[name]), document);
}

function byName(parameters: unknown): ReadonlyMap<string, Node> {
  return new Map(
    nodes(parameters).map((parameter) => [`${String(parameter['in'])} ${String(parameter['name'])}`, parameter]),
  );
}

function member(of: Node | undefined, name: string): Node | undefined {
  const value = of?.[name];
  return typeof value === 'object' && value !== null ? (value as Node) : undefined;
}

function node(value: unknown): Node {
  return typeof value === 'object' && value !== null ? (value as Node) : {};
}

function nodes(value: unknown): readonly Node[] {
  return Array.isArray(value) ? value.map(node) : [];
}

function entries(value: unknown): readonly (readonly [string, Node])[] {
  return Object.entries(node(value)).map(([name, content]) => [name, node(content)] as const);
}

function strings(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}
