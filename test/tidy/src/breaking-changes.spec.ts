import { describe, expect, it } from 'vitest';
import { breakingChanges } from './breaking-changes.js';

const WISH = {
  type: 'object',
  properties: {
    id: { type: 'string' },
    size: { type: 'integer', maximum: 10 },
    mode: { type: 'string', enum: ['a', 'b'] },
    check: { oneOf: [{ properties: { kind: { const: 'x' } } }, { properties: { kind: { const: 'y' } } }] },
  },
  required: ['id', 'size'],
};
const THING = {
  ...WISH,
  properties: { ...WISH.properties, parent: { $ref: '#/components/schemas/Thing' } },
  required: ['id'],
};
const RELEASED = {
  paths: {
    '/things': {
      post: {
        parameters: [{ in: 'query', name: 'dry', required: false, schema: { type: 'boolean' } }],
        requestBody: {
          required: false,
          content: { 'application/json': { schema: { $ref: '#/components/schemas/Wish' } } },
        },
        responses: {
          202: {
            headers: { Location: {} },
            content: { 'application/json': { schema: { $ref: '#/components/schemas/Thing' } } },
          },
        },
      },
    },
  },
  components: { schemas: { Thing: THING, Wish: WISH } },
};

interface Mutable {
  [name: string]: Mutable;
}

/** The document after a change that somebody might make. */
function changed(change: (document: Mutable) => void): readonly string[] {
  const current = JSON.parse(JSON.stringify(RELEASED)) as Mutable;
  change(current);
  return breakingChanges(RELEASED, current);
}

const post = (document: Mutable): Mutable => document['paths']!['/things']!['post']!;
const schema = (document: Mutable, name: string): Mutable => document['components']!['schemas']![name]!;
const set = (target: Mutable, values: object): void => void Object.assign(target, values);
const drop = (target: Mutable, name: string): void => void Reflect.deleteProperty(target, name);

describe('a change breaks clients when', () => {
  it.each<[string, (document: Mutable) => void, string]>([
    ['an operation goes', (document) => drop(document['paths']!, '/things'), 'POST /things is gone'],
    ['a parameter goes', (document) => set(post(document), { parameters: [] }), 'POST /things: query dry is gone'],
    [
      'a parameter must be sent',
      (document) => set(post(document)['parameters']!['0']!, { required: true }),
      'POST /things: query dry must now be sent',
    ],
    [
      'a new parameter must be sent',
      (document) =>
        (post(document)['parameters'] as unknown as object[]).push({ in: 'header', name: 'X', required: true }),
      'POST /things: header X must now be sent',
    ],
    [
      'the body must be sent',
      (document) => set(post(document)['requestBody']!, { required: true }),
      'POST /things: body must now be sent',
    ],
    ['a status changes', (document) => set(post(document), { responses: { 200: {} } }), 'POST /things: 202 is gone'],
    [
      'a header of an answer goes',
      (document) => drop(post(document)['responses']!['202']!['headers']!, 'Location'),
      'POST /things: 202 Location is gone',
    ],
    [
      'a member of an answer goes',
      (document) => drop(schema(document, 'Thing')['properties']!, 'mode'),
      'POST /things: 202.mode is gone',
    ],
    [
      'a member of an answer may be missing',
      (document) => set(schema(document, 'Thing'), { required: [] }),
      'POST /things: 202.id may now be missing',
    ],
    [
      'a member of a request must be sent',
      (document) => set(schema(document, 'Wish'), { required: ['id', 'size', 'mode'] }),
      'POST /things: body.mode must now be sent',
    ],
    [
      'a value of a request is not taken any more',
      (document) => set(schema(document, 'Wish')['properties']!['mode']!, { enum: ['a'] }),
      'POST /things: body.mode has no longer b',
    ],
    [
      'a limit of a request is lower',
      (document) => set(schema(document, 'Wish')['properties']!['size']!, { maximum: 9 }),
      'POST /things: body.size is narrower: maximum is 9',
    ],
    [
      'a type changes',
      (document) => set(schema(document, 'Thing')['properties']!['id']!, { type: 'integer' }),
      'POST /things: 202.id was string and is integer',
    ],
    [
      'an alternative goes',
      (document) => (schema(document, 'Wish')['properties']!['check']!['oneOf'] as unknown as object[]).pop(),
      'POST /things: body.check: 1 of its alternatives (oneOf) changed or are gone',
    ],
  ])('%s', (_when, change, finding) => {
    expect(changed(change)).toEqual([finding]);
  });
});

describe('a change breaks nobody when', () => {
  it.each<[string, (document: Mutable) => void]>([
    ['nothing changes', () => undefined],
    ['an operation comes', (document) => set(document['paths']!['/things']!, { get: { responses: {} } })],
    ['an optional member of a request comes', (document) => set(schema(document, 'Wish')['properties']!, { more: {} })],
    ['a member of an answer comes', (document) => set(schema(document, 'Thing'), { required: ['id', 'mode'] })],
    [
      'a value of an answer comes',
      (document) => set(schema(document, 'Thing')['properties']!['mode']!, { enum: ['a', 'b', 'c'] }),
    ],
    [
      'a request may be larger',
      (document) => set(schema(document, 'Wish')['properties']!['size']!, { type: 'number', maximum: 11 }),
    ],
  ])('%s', (_when, change) => {
    expect(changed(change)).toEqual([]);
  });
});
