import { describe, expect, it } from 'vitest';
import { checkProblems } from './check-problems.js';
import { Check, portOf } from './checks.js';

const membersOf = (check: unknown) => checkProblems(Check.parse(check)).map(({ member }) => member);

describe('a check that could hold', () => {
  it.each([
    { kind: 'http', url: 'https://example.com/healthz?x=1' },
    { kind: 'http', url: '${web.outputs.url}/healthz' },
    { kind: 'http', url: 'http://${web.outputs.host}:${web.outputs.port}/' },
    { kind: 'http', url: 'HTTP://[::1]:8080/' },
    { kind: 'tcp', host: 'db', port: 5432 },
    { kind: 'tcp', host: 'my_db.internal.', port: 5432 },
    { kind: 'tcp', host: 'fd00::1', port: 5432 },
    { kind: 'tcp', host: '10.0.0.1', port: '${db.outputs.port}' },
    { kind: 'tcp', host: '${db.outputs.host}', port: 5432 },
    { kind: 'tcp', host: 'db-${db.outputs.zone}.internal', port: 5432 },
    { kind: 'output', value: '${web.id}' },
    { kind: 'output', value: '${web.id}', test: 'equals', expected: 'a' },
    { kind: 'output', value: '${web.outputs.n}', test: 'at_least', expected: 3 },
    { kind: 'output', value: '${web.outputs.n}', test: 'at_most', expected: '3.5' },
    { kind: 'output', value: '${web.outputs.n}', test: 'at_most', expected: '${web.outputs.max}' },
    { kind: 'observed', withinMs: 1 },
    { kind: 'command', command: 'dig' },
  ])('has no problem: %j', (check) => {
    expect(membersOf(check)).toEqual([]);
  });
});

describe('a check that can never hold', () => {
  it.each([
    [{ kind: 'http', url: '' }, 'url'],
    [{ kind: 'http', url: 'nonsense' }, 'url'],
    [{ kind: 'http', url: 'http://' }, 'url'],
    [{ kind: 'http', url: 'http:example.com' }, 'url'],
    [{ kind: 'http', url: 'ftp://${web.outputs.host}/' }, 'url'],
    [{ kind: 'http', url: 'http://a b/' }, 'url'],
    [{ kind: 'http', url: 'http://web:99999/' }, 'url'],
    [{ kind: 'http', url: 'http://${web.outputs.host' }, 'url'],
    [{ kind: 'tcp', host: 'db:5432', port: 5432 }, 'host'],
    [{ kind: 'tcp', host: '[::1]', port: 5432 }, 'host'],
    [{ kind: 'tcp', host: 'a..b', port: 5432 }, 'host'],
    [{ kind: 'tcp', host: '${db.outputs.host', port: 5432 }, 'host'],
    [{ kind: 'output', value: '${web.id}', expected: 3 }, 'expected'],
    [{ kind: 'output', value: '${web.id}', test: 'at_least' }, 'expected'],
    [{ kind: 'output', value: '${web.id}', test: 'at_most', expected: 'three' }, 'expected'],
    [{ kind: 'output', value: '${web.id}', test: 'at_most', expected: [3] }, 'expected'],
  ])('says which member is wrong: %j', (check, member) => {
    expect(membersOf(check)).toEqual([member]);
  });

  it.each([
    [{ kind: 'hope' }, 'kind'],
    [{ kind: 'http', url: 'http://x', retries: 3 }, ''],
    [{ kind: 'http', url: 'http://x', withinMs: -1 }, 'withinMs'],
    [{ kind: 'tcp', host: 'db', port: 0 }, 'port'],
    [{ kind: 'tcp', host: 'db', port: 'http' }, 'port'],
  ])('does not even have the shape: %j', (check, member) => {
    const parsed = Check.safeParse(check);
    expect(parsed.error?.issues.map(({ path }) => path.join('.'))).toEqual([member]);
  });
});

it('knows a port from what is none', () => {
  expect(['80', 443, 65_535].map(portOf)).toEqual([80, 443, 65_535]);
  expect(['', ' ', '0', 0, 65_536, '1e3', '8080/tcp', 80.5, null, true, ['80']].map(portOf)).toEqual(
    Array.from({ length: 11 }),
  );
});
