import { type Clock } from '@caisson/kernel';
import { systemClock } from '@caisson/service';
import { principalIdOf, TENANCY_COLLECTIONS, tenantIdOf } from '@caisson/tenancy';
import { describe, expect, it } from 'vitest';
import { account, PASSWORD, SETTINGS, useApi } from '../api.harness.js';
import { accessTokensOf } from '../security/access-tokens.js';

const api = useApi();

describe('registration and login', () => {
  it('registers the first administrator, once', async () => {
    const bootstrapToken = SETTINGS.bootstrapToken;
    const tenant = 'wayne';
    const first = await api.ask('POST', '/auth/register', {
      body: account('eve', { bootstrapToken, tenant }),
      token: '',
    });
    expect(first).toMatchObject({
      status: 201,
      body: { username: 'eve', role: 'admin', tenantId: tenantIdOf('wayne') },
    });
    const again = await api.ask('POST', '/auth/register', {
      body: account('eve', { bootstrapToken, tenant }),
      token: '',
    });
    expect(again).toMatchObject({ status: 409, body: { code: 'username-taken', errors: [{ pointer: '/username' }] } });
    const second = await api.ask('POST', '/auth/register', {
      body: account('tom', { bootstrapToken, tenant }),
      token: '',
    });
    expect(second).toMatchObject({ status: 409, body: { code: 'tenant-exists' } });
  });

  it.each([
    [{}, 403, 'registration-closed'],
    [{ bootstrapToken: 'wrong' }, 403, 'bootstrap-token-invalid'],
    [{ bootstrapToken: SETTINGS.bootstrapToken, password: 'short' }, 400, 'invalid-request'],
    [{ bootstrapToken: SETTINGS.bootstrapToken, username: 'No' }, 400, 'invalid-request'],
    [{ bootstrapToken: SETTINGS.bootstrapToken, role: 'admin' }, 400, 'invalid-request'],
  ])('refuses %j with %i %s and writes nothing', async (...row) => {
    const [more, status, code] = row;
    const before = await api.countEvents();
    const body = account('someone', { tenant: 'other', ...more });
    expect(await api.ask('POST', '/auth/register', { body, token: '' })).toMatchObject({ status, body: { code } });
    expect(await api.countEvents()).toBe(before);
  });

  it('gives one registration two answers that are the same when its answer was lost', async () => {
    const body = account('lost', { bootstrapToken: SETTINGS.bootstrapToken, tenant: 'lost' });
    const asked = { body, token: '', headers: { 'idempotency-key': 'k-1' } };
    const [first, second] = [
      await api.ask('POST', '/auth/register', asked),
      await api.ask('POST', '/auth/register', asked),
    ];
    expect([first.status, second.status]).toEqual([201, 201]);
    expect(second.body).toEqual(first.body);
  });

  it('keeps the hash of a password out of events and answers', async () => {
    const id = principalIdOf(tenantIdOf('default'), 'mia');
    const credential = await api.store.documents.get<{ passwordHash: string }>(
      tenantIdOf('default'),
      TENANCY_COLLECTIONS.credential,
      id,
    );
    expect(credential?.body.passwordHash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    const { rows } = await api.store.pool.query<{ text: string }>('select event::text as text from event');
    const all = `${rows.map(({ text }) => text).join('\n')}${api.logged.join('')}`;
    expect(all).toContain('PrincipalRegistered');
    expect(all).not.toContain('argon2id');
    expect(all).not.toContain(PASSWORD);
  });

  it('answers an access token of 30 minutes that says who the caller is', async () => {
    const answer = await api.ask('POST', '/auth/login', { body: account('mia'), token: '' });
    expect(answer).toMatchObject({ status: 200, body: { token_type: 'Bearer', expires_in: 1800 } });
    expect(Object.keys(answer.body as object)).toEqual(['access_token', 'token_type', 'expires_in']);
    const me = await api.ask('GET', '/auth/me');
    expect(me.body).toMatchObject({ username: 'mia', role: 'admin', tenantId: tenantIdOf('default') });
  });

  it.each([
    { username: 'mia', password: 'wrong password' },
    { username: 'nobody', password: PASSWORD },
    { username: 'mia', password: PASSWORD, tenant: 'nowhere' },
    { username: '__proto__', password: PASSWORD },
  ])('refuses %j without telling what was wrong', async (body) => {
    const answer = await api.ask('POST', '/auth/login', { body, token: '' });
    expect(answer).toMatchObject({ status: 401, body: { code: 'credentials-invalid' } });
    expect(answer.body).not.toHaveProperty('errors');
  });

  it('takes a token of the secret before, and none of another server or time', async () => {
    const subject = { principalId: principalIdOf(tenantIdOf('default'), 'mia'), tenantId: tenantIdOf('default') };
    const forMia = { ...subject, username: 'mia', role: 'admin' } as const;
    const made = (changed: object, clock: Pick<Clock, 'now'> = systemClock): string =>
      accessTokensOf({ settings: { ...SETTINGS, ...changed }, clock: { ...systemClock, ...clock } }).issue(forMia)
        .accessToken;
    const old = { now: () => new Date(Date.now() - 32 * 60_000).toISOString() };
    const statusOf = async (given: string) => {
      const { body, status } = await api.ask('GET', '/auth/me', { token: given });
      return status === 200 ? 'ok' : body.code;
    };
    expect(await statusOf(made({ jwtSecret: SETTINGS.jwtPreviousSecret }))).toBe('ok');
    expect(await statusOf(made({ jwtSecret: 'x'.repeat(32) }))).toBe('token-invalid');
    expect(await statusOf(made({ jwtIssuer: 'other' }))).toBe('token-invalid');
    expect(await statusOf(made({}, old))).toBe('token-expired');
  });
});
