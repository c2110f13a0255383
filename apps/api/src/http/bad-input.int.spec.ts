import { describe, expect, it } from 'vitest';
import { useApi } from '../api.harness.js';
import { describeApi } from './api-document.js';

const api = useApi();

describe('bad input', () => {
  const resource = { name: 'a', engine: 'sandbox', type: 'network' };
  it.each([
    ['an unknown reference', { resources: [{ ...resource, properties: { x: '${nothing.id}' } }] }, '/resources/0'],
    ['an unknown dependency', { resources: [{ ...resource, dependsOn: ['nothing'] }] }, '/resources/0'],
    [
      'a cycle',
      {
        resources: [
          { ...resource, dependsOn: ['b'] },
          { ...resource, name: 'b', dependsOn: ['a'] },
        ],
      },
      '',
    ],
    ['a name used twice', { resources: [resource, resource] }, '/resources/1'],
    [
      'a check of no URL',
      { resources: [{ ...resource, checks: [{ kind: 'http', url: 'nonsense' }] }] },
      '/resources/0/checks/0/url',
    ],
  ])('%s is 422 and names the place', async (...row) => {
    const [, part, pointer] = row;
    const before = await api.countEvents();
    const answer = await api.ask('POST', '/deployments', { body: { name: 'shop', ...part } });
    expect(answer).toMatchObject({ status: 422, body: { code: 'desired-state-invalid' } });
    expect(answer.body.errors[0]!.pointer).toContain(pointer);
    expect(answer.body.errors[0]!.detail.length).toBeGreaterThan(10);
    expect(await api.countEvents()).toBe(before);
  });

  it.each([
    ['{"name":', 'invalid-json'],
    ['', 'invalid-request'],
    ['null', 'invalid-request'],
    ['[]', 'invalid-request'],
    ['7', 'invalid-request'],
    ['{}', 'invalid-request'],
    ['{"name":"Shop!","resources":[{"name":"a","type":"t"}]}', 'invalid-request'],
    ['{"name":"shop","resources":[{"name":"a","type":7}]}', 'invalid-request'],
    ['{"name":"shop","resources":[{"name":"a","type":"t"}],"tenantId":"x"}', 'invalid-request'],
    ['{"name":"shop","resources":[{"name":"a","type":"t","count":-1}]}', 'invalid-request'],
    ['{"name":"shop","resources":[{"name":"a","type":"t","count":2147483648}]}', 'invalid-request'],
    ['{"name":"shop","resources":[{"name":"a","type":"t","count":9007199254740993}]}', 'invalid-number'],
    ['{"name":"shop","resources":[{"name":"a","type":"t","properties":{"x":"\\u0000"}}]}', 'invalid-text'],
    ['{"name":"shop","resources":[{"name":"a","type":"t","properties":{"x":["\\ud800"]}}]}', 'invalid-text'],
    ['{"name":"shop","resources":[{"name":"a","type":"t","properties":{"__proto__":{"x":1}}}]}', 'forbidden-key'],
    [
      `{"name":"shop","resources":[{"name":"a","type":"t","properties":${'{"x":'.repeat(3000)}1${'}'.repeat(3000)}}]}`,
      'json-too-deep',
    ],
    [`{"name":"shop","resources":${'['.repeat(15_000)}${']'.repeat(15_000)}}`, 'json-too-deep'],
    ['{"name":"shop","name":"shop","resources":[{"name":"a","type":"t"}]}', 'duplicate-key'],
    [
      `{"name":"shop","resources":[{"name":"a","type":"t","properties":{"x":"${'é'.repeat(200_000)}"}}]}`,
      'body-too-large',
    ],
  ])('%.70s is refused as a problem and nothing is written', async (...row) => {
    const [raw, code] = row;
    const before = await api.countEvents();
    const started = performance.now();
    const answer = await api.ask('POST', '/deployments', { raw });
    expect(performance.now() - started).toBeLessThan(1000);
    expect(answer.body).toMatchObject({ code, status: answer.status, instance: '/api/v1/deployments' });
    expect(answer.status === 400 || answer.status === 413).toBe(true);
    expect(answer.body.type).toBe(`/docs/errors#${code}`);
    expect(answer.body.detail.length).toBeGreaterThan(20);
    expect(await api.countEvents()).toBe(before);
  });

  it('never answers 5xx, whatever comes to whichever operation', async () => {
    const bodies = [
      '',
      'null',
      '[]',
      '"x"',
      '{',
      '{"a":1}',
      '{"planDigest":"x"}',
      '{"planDigest":7}',
      '{"toRevision":1.5}',
    ];
    const hostile = ['{"reason":"\\u0000"}', '{"reason":"\\ud800"}', '{"toRevision":1e400}', '{"mode":"__proto__"}'];
    const ids = ['abc', '%00', '00000000-0000-4000-8000-000000000000', 'x'.repeat(150), "1'or'1'='1", '..%2f..'];
    const paths = describeApi()['paths'] as Record<string, Record<string, unknown>>;
    delete paths['/api/v1/auth/logout']; // Without a body it is right, and would end the session.
    const asks = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).flatMap((method) =>
        [...bodies, ...hostile].map((raw, index) => {
          const id = ids[index % ids.length]!;
          return { method, raw, path: path.replace(/\{\w+\}/, id) };
        }),
      ),
    );
    const before = await api.countEvents();
    const known = new Map<string, number>();
    for (const { method, path, raw } of asks) {
      const isRead = method === 'get';
      const url = `${path.slice('/api/v1'.length)}${isRead ? `?limit=${encodeURIComponent(raw)}` : ''}`;
      const answer = await api.ask(method.toUpperCase(), url, isRead || raw === '' ? {} : { raw });
      known.set(`${answer.status}`, (known.get(`${answer.status}`) ?? 0) + 1);
      if (answer.status >= 500) expect.fail(`${method} ${url} with ${raw} is ${answer.status}: ${answer.text}`);
    }
    expect([...known.keys()].every((status) => Number(status) < 500)).toBe(true);
    expect(await api.countEvents()).toBe(before);
    expect((await api.ask('GET', '/auth/me')).status).toBe(200);
  });
});
