import type { DriftPolicyResource } from '@caisson/contracts';
import { expect, it } from 'vitest';
import type { z } from 'zod';
import { useApi } from '../api.harness.js';

const api = useApi();

async function ask(
  method: 'GET' | 'PUT',
  path: string,
  options: { body?: unknown; ifMatch?: string; token?: string } = {},
) {
  const { ifMatch, ...rest } = options;
  const asked = { ...rest, ...(ifMatch === undefined ? {} : { headers: { 'if-match': ifMatch } }) };
  const { body, headers, status } = await api.ask(method, path, asked);
  return { status, body: body as unknown as z.infer<typeof DriftPolicyResource>, etag: String(headers['etag']) };
}

it('comes with Caisson as version 1, is replaced by an administrator, and every version stays', async () => {
  const before = await ask('GET', '/drift-policy');
  expect(before).toMatchObject({ status: 200, body: { version: 1 }, etag: '"1"' });
  const { content } = before.body;
  const rules = [{ path: 'ingress', severity: 'critical', why: 'It may be open to the world.' }];
  const body = { ...content, severities: { ...content.severities, rules } };
  const replaced = await ask('PUT', '/drift-policy', { body, ifMatch: '"1"' });
  expect(replaced).toMatchObject({
    status: 200,
    body: { version: 2, content: { severities: { rules } } },
    etag: '"2"',
  });
  expect(replaced.body.replacedBy).toBeDefined();
  expect(await ask('PUT', '/drift-policy', { body: content, ifMatch: '"1"' })).toMatchObject({
    status: 412,
    body: { code: 'table-version-conflict', version: 2 },
    etag: '"2"',
  });
  expect((await ask('GET', '/drift-policy/versions/1')).body).toEqual(before.body);
  expect((await ask('GET', '/drift-policy/versions/9')).status).toBe(404);
});

it('belongs to one tenant', async () => {
  const token = await api.logIn('eve', 'acme');
  expect(await ask('GET', '/drift-policy', { token })).toMatchObject({ body: { version: 1 } });
});

it('is refused by name with an unknown severity, and without the version that was read', async () => {
  const { body, etag } = await ask('GET', '/drift-policy');
  const { severities } = body.content;
  const types = { ...severities.types, tag_mismatch: { severity: 'fatal', why: 'no' } };
  expect(
    await ask('PUT', '/drift-policy', {
      body: { ...body.content, severities: { ...severities, types } },
      ifMatch: etag,
    }),
  ).toMatchObject({
    status: 400,
    body: { errors: [{ pointer: '/severities/types/tag_mismatch/severity' }] },
  });
  expect((await ask('PUT', '/drift-policy', { body: body.content })).status).toBe(428);
});

it.each([
  ['/breaker/wrongDeployments', { breaker: { wrongDeployments: 1 } }],
  ['/breaker/wrongDeployments', { breaker: { wrongDeployments: 51 } }],
  ['/breaker/healthyDeployments', { breaker: { healthyDeployments: 'many' } }],
  ['/remediation/settleSeconds', { remediation: { settleSeconds: -1 } }],
])('is refused with a threshold at %s that cannot be: %j', async (pointer, changed) => {
  const { body, etag } = await ask('GET', '/drift-policy');
  expect(await ask('PUT', '/drift-policy', { body: { ...body.content, ...changed }, ifMatch: etag })).toMatchObject({
    ...{ status: 400, body: { code: 'invalid-request', errors: [{ pointer }] } },
  });
  expect((await ask('GET', '/drift-policy')).etag).toBe(etag);
});
