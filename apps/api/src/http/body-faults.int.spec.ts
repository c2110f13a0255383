import { routesOf, type DescribedRoute } from '@caisson/http';
import { describe, expect, it } from 'vitest';
import { useApi, type Asked } from '../api.harness.js';
import { MISSING, segmentOf, urlOf } from './addressed.harness.js';
import { API_CONTROLLERS } from './api-document.js';

/** Every operation with a body × every way in which its example can be made wrong: the answer names the place. */

const api = useApi();

const routes = API_CONTROLLERS.flatMap((controller) => routesOf(controller)).filter(
  ({ operation, read }) => read.body !== undefined && operation.example !== undefined,
);

type Body = Readonly<Record<string, unknown>>;

interface Fault {
  readonly what: string;
  readonly body: unknown;
  /** Where the body is wrong, or what holds that place. */
  readonly pointer: string;
}

const FOREIGN_KEY = 'nobodyKnowsThis';

/** What no member of any body may be. */
const WRONG = [{ [FOREIGN_KEY]: [] }, [[[]]], 1.5e300];

function faultsOf(example: Body): readonly Fault[] {
  const members = Object.entries(example).flatMap(([name, value]) =>
    WRONG.filter((wrong) => kindOf(wrong) !== kindOf(value)).map((wrong) => ({
      what: `${name} is ${JSON.stringify(wrong)}`,
      body: { ...example, [name]: wrong },
      pointer: `/${name}`,
    })),
  );
  const whole = [[], 7, 'text', true].map((body) => ({ what: `is ${JSON.stringify(body)}`, body, pointer: '' }));
  const unknown = { what: 'has one member more', body: { ...example, [FOREIGN_KEY]: 1 }, pointer: `/${FOREIGN_KEY}` };
  return [...members, ...whole, unknown];
}

const kindOf = (value: unknown): string => (Array.isArray(value) ? 'array' : typeof value);

/** Asks a route about something that is not there: what is wrong with a body is said before that. */
function send({ method, operation, path }: DescribedRoute, sent: { body?: unknown; raw?: string }): Promise<Asked> {
  const url = urlOf(path, MISSING[segmentOf({ path })] ?? '');
  const headers = operation.ifMatch === undefined ? {} : { headers: { 'if-match': '"1"' } };
  return api.ask(method.toUpperCase(), url, { ...headers, ...sent });
}

function expectPlaced({ body, status, text }: Asked, pointer: string): void {
  expect([400, 422], text).toContain(status);
  expect(body.errors.length, text).toBeGreaterThan(0);
  for (const error of body.errors) {
    expect(error.pointer.startsWith(pointer), `${pointer} in ${text}`).toBe(true);
    expect(error.detail.length, text).toBeGreaterThan(3);
    expect(error.detail, text).not.toMatch(/^Invalid|^Too (big|small)|^Unrecognized|received/); // Zod's words, not ours.
  }
  expect(body.detail, text).toMatch(/^[A-Z].{10,}\.$/);
}

it('has every operation that takes a body', () => {
  expect(routes.length).toBeGreaterThan(20);
});

describe.each(routes.map((route) => [route.id, route] as const))('the body of %s', (_id, route) => {
  it.each(faultsOf(route.operation.example as Body))('that $what is refused at its place', async (fault) => {
    expectPlaced(await send(route, { body: fault.body }), fault.pointer);
  });

  it.each([
    ['{', ''],
    ['{"a":1,"a":2}', '/a'],
    ['{"a":"\\u0000"}', '/a'],
    ['{"a":{"__proto__":1}}', '/a'],
    [`{"a":${'['.repeat(40)}${']'.repeat(40)}}`, '/a'],
  ])('that is %.20s is refused at its place', async (raw, pointer) => {
    expectPlaced(await send(route, { raw }), pointer);
  });
});
