import { RUN_TRANSITIONS } from '@caisson/contracts';
import { systemIds } from '@caisson/service';
import { routesOf } from '@caisson/http';
import { describe, expect, it } from 'vitest';
import { useApi } from '../api.harness.js';
import { API_CONTROLLERS, describeApi } from './api-document.js';

const api = useApi();

describe('the document', () => {
  const paths = describeApi()['paths'] as Record<string, Record<string, { security: readonly object[] }>>;
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );

  it('has every operation that needs a token answer 401 without one', async () => {
    const secured = operations.filter(({ operation }) => operation.security.length > 0);
    expect(secured.length).toBeGreaterThan(25);
    for (const { method, path } of secured) {
      const url = path.slice('/api/v1'.length).replace(/\{\w+\}/, systemIds.next());
      const answer = await api.ask(method.toUpperCase(), url, { token: '' });
      expect([method, path, answer.status, answer.body.code]).toEqual([method, path, 401, 'token-missing']);
    }
    expect(operations.filter(({ operation }) => operation.security.length === 0).map(({ path }) => path)).toEqual([
      '/api/v1/auth/register',
      '/api/v1/auth/login',
      '/api/v1/auth/refresh',
      '/.well-known/jwks.json',
      '/api/v1/run-states',
    ]);
  });

  it('is served, and every reference in it leads somewhere', async () => {
    const { body, text } = await api.ask('GET', '/openapi.json', { token: '' });
    expect(body).toEqual(JSON.parse(JSON.stringify(describeApi())));
    for (const [, name] of text.matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
      expect(body.components.schemas).toHaveProperty([name!]);
    }
  });

  it('serves the machine of the run', async () => {
    const { body } = await api.ask('GET', '/run-states', { token: '' });
    expect(body.states).toHaveLength(13);
    expect(body.transitions).toEqual(RUN_TRANSITIONS);
  });
});

describe('reads', () => {
  it('are 304 for who has that state already, and 200 for everybody else', async () => {
    const { id } = await api.created();
    for (const path of [`/deployments/${id}`, `/deployments/${id}/runs`, '/deployments?limit=1', '/run-states']) {
      const first = await api.ask('GET', path);
      const etag = String(first.headers['etag']);
      expect(etag).toMatch(/^"[\w-]+"$/);
      const again = await api.ask('GET', path, { headers: { 'if-none-match': `"other", W/${etag}` } });
      expect([again.status, again.text, again.headers['etag']]).toEqual([304, '', etag]);
      const other = await api.ask('GET', path, { headers: { 'if-none-match': '"other"' } });
      expect([other.status, other.body]).toEqual([200, first.body]);
    }
    await api.ask('POST', `/deployments/${id}/cancel`);
    const before = await api.ask('GET', `/deployments/${id}`);
    expect(before.headers['etag']).not.toBe('"1"');
  });

  it('name the next page in a Link header, with the filters of this one', async () => {
    for (const name of ['linked', 'linked']) await api.created(name);
    const { body, headers } = await api.ask('GET', '/deployments?limit=1&name=linked');
    const next = /^<(\/api\/v1([^>]+))>; rel="next"$/.exec(String(headers['link']));
    const second = await api.ask('GET', next?.[2] ?? '');
    expect(second.body.items).toHaveLength(1);
    expect(second.body.items).not.toEqual(body.items);
    expect(second.headers['link']).toBeUndefined();
  });
});

describe('examples of bodies', () => {
  it('fit the schemas that check requests', () => {
    const examples = API_CONTROLLERS.flatMap((controller) => routesOf(controller)).flatMap(({ id, operation, read }) =>
      operation.example === undefined ? [] : [{ id, parsed: read.body?.safeParse(operation.example) }],
    );
    expect(examples.length).toBeGreaterThan(10);
    expect(examples.filter(({ parsed }) => parsed?.success !== true)).toEqual([]);
  });
});
