import { systemIds } from '@caisson/service';
import { describe, expect, it } from 'vitest';
import { useApi } from '../api.harness.js';

const api = useApi();
const rule = { path: 'tags.last-backup', reason: 'The backup job writes it.' };

interface Rules {
  readonly rules: readonly { readonly id: string; readonly expiresAt?: string }[];
}

describe('drift that is ignored', () => {
  it('is said by rules with a reason, which are added once, read and removed', async () => {
    const { id } = await api.created('backed-up');
    const path = `/deployments/${id}/drift-ignores`;
    expect(await api.ask('GET', path)).toMatchObject({ status: 200, body: { rules: [] } });
    const asked = { body: rule, headers: { 'idempotency-key': 'ignore-backups' } };
    const [first, second] = [await api.ask('POST', path, asked), await api.ask('POST', path, asked)];
    expect(first).toMatchObject({ status: 200, body: { rules: [{ ...rule, addedBy: expect.any(String) as string }] } });
    expect(second.body).toEqual(first.body);
    const [{ id: ruleId } = { id: '' }] = (first.body as unknown as Rules).rules;
    expect((await api.ask('DELETE', `${path}/${ruleId}`)).status).toBe(204);
    expect((await api.ask('DELETE', `${path}/${ruleId}`)).status).toBe(204);
    expect(await api.ask('GET', path)).toMatchObject({ body: { rules: [] } });
  });

  it.each([
    ['no reason', { path: 'tags' }, 400, '/reason'],
    ['no path', { reason: 'so' }, 400, '/path'],
    ['a path that is none', { ...rule, path: 'tags..x' }, 400, '/path'],
    ['no instant', { ...rule, expiresAt: 'tomorrow' }, 400, '/expiresAt'],
    ['an end that has come', { ...rule, expiresAt: '2020-01-01T00:00:00Z' }, 422, '/expiresAt'],
  ])('is not with %s', async (...[, body, status, pointer]) => {
    const { id } = await api.created(`wrong-${systemIds.next().slice(-8)}`);
    expect(await api.ask('POST', `/deployments/${id}/drift-ignores`, { body })).toMatchObject({
      status,
      body: { errors: [{ pointer }] },
    });
  });

  it('needs an end where the policy of the tenant demands one', async () => {
    const { body, headers } = await api.ask('GET', '/drift-policy');
    const { content } = body as unknown as { content: object };
    const changed = { body: { ...content, ignore: { expiryRequired: true } } };
    await api.ask('PUT', '/drift-policy', { ...changed, headers: { 'if-match': String(headers['etag']) } });
    const { id } = await api.created('strict');
    const path = `/deployments/${id}/drift-ignores`;
    expect(await api.ask('POST', path, { body: rule })).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/expiresAt', detail: expect.stringContaining('policy') as string }] },
    });
    const ending = { body: { ...rule, expiresAt: '2100-01-01T00:00:00Z' } };
    expect((await api.ask('POST', path, ending)).status).toBe(200);
  });
});
