import { systemClock, systemIds } from '@caisson/service';
import { tenantIdOf } from '@caisson/tenancy';
import { eventually } from '@caisson/testing';
import { describe, expect, it } from 'vitest';
import { desired, SETTINGS, useApi } from '../api.harness.js';

const api = useApi();

const issued = async (body: object = {}) =>
  (await api.ask('POST', '/keys', { body: { name: 'build', scope: 'read', ...body } })).body;
const codeOf = async (key: string) => {
  const { body, status } = await api.ask('GET', '/auth/me', { token: key });
  return status === 200 ? 'ok' : body.code;
};

describe('an API key', () => {
  it('comes in as a bearer token or as X-API-Key, as what its scope says', async () => {
    const rows = [
      ['read', 'viewer', 403],
      ['write', 'operator', 202],
      ['deployer', 'deployer', 202],
    ] as const;
    for (const [scope, role, status] of rows) {
      const { key } = await issued({ scope });
      expect(key).toMatch(/^caisson_key_[A-Za-z0-9_-]{86}$/);
      const me = await api.ask('GET', '/auth/me', { token: key });
      expect(me).toMatchObject({ status: 200, body: { role, tenantId: tenantIdOf('default'), username: 'key:build' } });
      const headers = { 'x-api-key': key };
      expect(await api.ask('GET', '/auth/me', { token: '', headers })).toMatchObject({ status: 200, body: { role } });
      expect(await api.ask('POST', '/deployments', { body: desired(scope), token: key })).toMatchObject({ status });
    }
  });

  it('is shown once and kept as a hash only', async () => {
    const { id, key } = await issued();
    expect(await api.ask('GET', `/keys/${id}`)).toMatchObject({ status: 200, body: { id, status: 'active' } });
    for (const path of [`/keys/${id}`, '/keys'])
      expect((await api.ask('GET', path)).text).not.toContain('caisson_key_');
    const { rows } = await api.store.pool.query<{ text: string }>(
      'select event::text as text from event union all select document::text from document',
    );
    const all = `${rows.map(({ text }) => text).join('\n')}${api.logged.join('')}`;
    expect(all).toContain('KeyIssued');
    expect(all).not.toContain(key.slice(-43));
  });

  it('is not given twice by one request', async () => {
    const asked = { body: { name: 'b', scope: 'read' }, headers: { 'idempotency-key': 'key-1' } };
    expect(await api.ask('POST', '/keys', asked)).toMatchObject({ status: 201 });
    expect(await api.ask('POST', '/keys', asked)).toMatchObject({
      ...{ status: 409, body: { code: 'idempotent-answer-not-kept' } },
    });
  });

  it('has two secrets for a while when it is rotated, and then one', async () => {
    const { id, key: first } = await issued();
    const rotate = async (overlapHours: number) =>
      (await api.ask('POST', `/keys/${id}/rotate`, { body: { overlapHours } })).body.key;
    const second = await rotate(24);
    expect([await codeOf(first), await codeOf(second)]).toEqual(['ok', 'ok']);
    const third = await rotate(0);
    expect([await codeOf(first), await codeOf(second), await codeOf(third)]).toEqual([
      ...['token-revoked', 'token-revoked', 'ok'],
    ]);
  });

  it('is revoked at once here, and within 5 s elsewhere', async () => {
    const { id, key } = await issued();
    const elsewhere = await api.another();
    const there = async () =>
      (await elsewhere.inject({ method: 'GET', url: '/api/v1/auth/me', headers: { 'x-api-key': key } })).statusCode;
    expect(await there()).toBe(200);
    expect(await api.ask('DELETE', `/keys/${id}`)).toMatchObject({ status: 204, text: '' });
    expect(await codeOf(key)).toBe('token-revoked');
    const began = Date.now();
    await eventually('the other copy to refuse it', async () => (await there()) === 401);
    expect(Date.now() - began).toBeLessThan(5_000);
    expect(await api.ask('DELETE', `/keys/${id}`)).toMatchObject({ status: 204 });
    const rotated = await api.ask('POST', `/keys/${id}/rotate`, { body: {} });
    expect(rotated).toMatchObject({ status: 409, body: { code: 'key-revoked' } });
  });

  it('ends when it was to end', async () => {
    const { key } = await issued({ expiresInDays: 1 });
    expect(await codeOf(key)).toBe('ok');
    const tomorrow = () => new Date(Date.now() + 25 * 60 * 60 * 1000).toISOString();
    const later = await api.another({ clock: { ...systemClock, now: tomorrow } });
    const headers = { 'x-api-key': key };
    expect((await later.inject({ method: 'GET', url: '/api/v1/auth/me', headers })).statusCode).toBe(401);
  });

  it.each(['caisson_key_', `caisson_key_${'A'.repeat(86)}`, `caisson_key_${'!'.repeat(86)}`, 'caisson_key_x'])(
    'is no key: %s',
    async (key) => {
      const answer = await api.ask('GET', '/auth/me', { token: '', headers: { 'x-api-key': key } });
      expect(answer).toMatchObject({ status: 401 });
      expect(answer.headers['www-authenticate']).toContain('Bearer');
    },
  );

  it('has no session and no password', async () => {
    const { key } = await issued();
    const logout = await api.ask('POST', '/auth/logout', { token: key });
    expect(logout).toMatchObject({ status: 403, body: { code: 'session-required' } });
  });

  it('of one tenant is unknown to another, and to those who may not manage', async () => {
    const { id } = await issued();
    const eve = await api.logIn('eve', 'acme');
    for (const [method, path] of [
      ['GET', `/keys/${id}`],
      ['DELETE', `/keys/${id}`],
    ] as const) {
      const foreign = await api.ask(method, path, { token: eve });
      expect(foreign).toMatchObject({ status: 404, body: { code: 'key-not-found' } });
    }
    expect(await api.ask('GET', `/keys/${systemIds.next()}`)).toMatchObject({ status: 404 });
    const { key } = await issued({ scope: 'write' });
    expect(await api.ask('GET', '/keys', { token: key })).toMatchObject({ status: 403 });
    expect(await api.ask('POST', '/keys', { body: { name: 'x', scope: 'admin' }, token: key })).toMatchObject({
      ...{ status: 403, body: { permission: 'user:manage' } },
    });
  });

  it('outlives the secret under which it was hashed, while settings name that', async () => {
    const { key } = await issued();
    const next = 'n'.repeat(32);
    const named = await api.another({
      settings: { ...SETTINGS, jwtSecret: next, jwtPreviousSecret: SETTINGS.jwtSecret },
    });
    const pinned = await api.another({ settings: { ...SETTINGS, jwtSecret: next, keySecret: SETTINGS.jwtSecret } });
    const unnamed = await api.another({ settings: { ...SETTINGS, jwtSecret: next } });
    const statuses = await Promise.all(
      [named, pinned, unnamed].map(async (app) => {
        const headers = { 'x-api-key': key };
        return (await app.inject({ method: 'GET', url: '/api/v1/auth/me', headers })).statusCode;
      }),
    );
    expect(statuses).toEqual([200, 200, 401]);
  });
});
