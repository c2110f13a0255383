import { type Clock } from '@caisson/kernel';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import jwt from 'jsonwebtoken';
import { createPublicKey, generateKeyPairSync, type JsonWebKey } from 'node:crypto';
import { systemClock } from '@caisson/service';
import { LogIn, principalIdOf, TENANCY_COLLECTIONS, tenantIdOf, type PasswordHasher } from '@caisson/tenancy';
import { describe, expect, it } from 'vitest';
import { account, desired, PASSWORD, SETTINGS, useApi } from '../api.harness.js';
import { eventually } from '@caisson/testing';
import { Argon2PasswordHasher } from '../security/argon2-password-hasher.js';
import { sessionTokensOf } from '../security/session-tokens.js';

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
    [{ tenant: 'nowhere' }, 403, 'registration-closed'],
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
    const password = await api.store.documents.get<{ passwordHash: string }>(
      tenantIdOf('default'),
      TENANCY_COLLECTIONS.password,
      id,
    );
    expect(password?.body.passwordHash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    const { rows } = await api.store.pool.query<{ text: string }>('select event::text as text from event');
    const all = `${rows.map(({ text }) => text).join('\n')}${api.logged.join('')}`;
    expect(all).toContain('PrincipalRegistered');
    expect(all).not.toContain('argon2id');
    expect(all).not.toContain(PASSWORD);
  });

  it('answers an access token of 30 minutes that says who the caller is', async () => {
    const answer = await api.ask('POST', '/auth/login', { body: account('mia'), token: '' });
    expect(answer).toMatchObject({ status: 200, body: { token_type: 'Bearer', expires_in: 1800 } });
    expect(Object.keys(answer.body as object)).toEqual([
      ...['access_token', 'refresh_token', 'token_type', 'expires_in', 'refresh_expires_in'],
    ]);
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
    const subject = sessionTokensOf({ settings: SETTINGS, clock: systemClock }).checkAccess(api.token);
    if (subject.outcome !== 'valid') throw new Error(subject.outcome);
    const made = (changed: object, clock: Pick<Clock, 'now'> = systemClock): string =>
      sessionTokensOf({ settings: { ...SETTINGS, ...changed }, clock: { ...systemClock, ...clock } }).issueAccess(
        subject.claims,
      ).token;
    const old = { now: () => new Date(Date.now() - 32 * 60_000).toISOString() };
    const statusOf = async (given: string) => {
      const { body, status } = await api.ask('GET', '/auth/me', { token: given });
      return status === 200 ? 'ok' : body.code;
    };
    expect(await statusOf(made({ jwtSecret: SETTINGS.jwtPreviousSecret }))).toBe('ok');
    expect(await statusOf(made({ jwtSecret: 'x'.repeat(32) }))).toBe('token-invalid');
    expect(await statusOf(made({ jwtIssuer: 'other' }))).toBe('token-invalid');
    expect(await statusOf(made({}, old))).toBe('token-expired');
    // The clocks of two servers differ by a minute at most: of a token that begins later, and of one that has ended.
    const off = (seconds: number) => ({ now: () => new Date(Date.now() + seconds * 1_000).toISOString() });
    expect(await statusOf(made({}, off(50)))).toBe('ok');
    expect(await statusOf(made({}, off(90)))).toBe('token-invalid');
    expect(await statusOf(made({}, off(-30 * 60 - 30)))).toBe('ok');
  });
});

describe('self-registration', () => {
  it('makes a viewer of a tenant that is there, once', async () => {
    const asked = { body: account('viv'), token: '' };
    const first = await api.ask('POST', '/auth/register', asked);
    expect(first).toMatchObject({ status: 201, body: { role: 'viewer', tenantId: tenantIdOf('default') } });
    expect(await api.ask('POST', '/auth/register', asked)).toMatchObject({
      ...{ status: 409, body: { code: 'username-taken' } },
    });
    const token = await api.logIn('viv');
    const created = await api.ask('POST', '/deployments', { body: desired(), token });
    expect(created).toMatchObject({ status: 403, body: { code: 'permission-denied' } });
  });

  it('takes nobody when it is switched off, and does not take over who is there', async () => {
    const closed = await api.another({ settings: { ...SETTINGS, selfRegistration: false } });
    const post = (payload: object) => closed.inject({ method: 'POST', url: '/api/v1/auth/register', payload });
    expect((await post(account('late'))).json()).toMatchObject({ status: 403, code: 'registration-closed' });
    const again = await api.ask('POST', '/auth/register', { body: account('mia'), token: '' });
    expect(again).toMatchObject({ status: 409, body: { code: 'username-taken' } });
    expect((await api.ask('GET', '/auth/me')).body).toMatchObject({ username: 'mia', role: 'admin' });
  });
});

const signIn = async (username = 'mia', password: string = PASSWORD) =>
  (await api.ask('POST', '/auth/login', { body: { username, password }, token: '' })).body;
const refresh = (token: string, headers: Record<string, string> = {}) =>
  api.ask('POST', '/auth/refresh', { body: { refresh_token: token }, token: '', headers });
const codeOf = async (token: string) => {
  const { body, status } = await api.ask('GET', '/auth/me', { token });
  return status === 200 ? 'ok' : body.code;
};

describe('a session', () => {
  it('goes on with the tokens that a refresh token is exchanged for', async () => {
    const first = await signIn();
    const second = await refresh(first.refresh_token);
    expect(second).toMatchObject({ status: 200, body: { expires_in: 1800, refresh_expires_in: 604_800 } });
    const third = await refresh(second.body.refresh_token);
    expect(await codeOf(third.body.access_token)).toBe('ok');
  });

  it('ends as a whole when a refresh token comes a second time', async () => {
    const [first, other] = [await signIn(), await signIn()];
    const second = await refresh(first.refresh_token);
    expect(await refresh(first.refresh_token)).toMatchObject({ status: 401, body: { code: 'refresh-token-invalid' } });
    expect(await refresh(second.body.refresh_token)).toMatchObject({ status: 401 });
    expect([await codeOf(first.access_token), await codeOf(second.body.access_token)]).toEqual([
      ...['token-revoked', 'token-revoked'],
    ]);
    expect(await codeOf(other.access_token)).toBe('ok');
  });

  it('survives a lost answer: the same Idempotency-Key again is no second use', async () => {
    const { refresh_token: token } = await signIn();
    const headers = { 'idempotency-key': `refresh-${token.slice(-20)}` };
    const [lost, again] = [await refresh(token, headers), await refresh(token, headers)];
    expect([lost.status, again.status]).toEqual([200, 200]);
    expect(await refresh(again.body.refresh_token)).toMatchObject({ status: 200 });
  });

  it('lets one of many exchanges at once through, and ends', async () => {
    const { access_token: access, refresh_token: token } = await signIn();
    const answers = await Promise.all(Array.from({ length: 8 }, () => refresh(token)));
    expect(answers.filter(({ status }) => status === 200).length).toBeLessThanOrEqual(1);
    expect(await codeOf(access)).toBe('token-revoked');
  });

  it.each(['', 'x', 'a.b.c'])('is not refreshed with %j', async (token) => {
    expect([400, 401]).toContain((await refresh(token)).status);
  });

  it('is not refreshed with an access token', async () => {
    expect(await refresh(api.token)).toMatchObject({ status: 401, body: { code: 'refresh-token-invalid' } });
  });

  it('ends with a logout, at once here and within 5 s elsewhere', async () => {
    const { access_token: token, refresh_token: next } = await signIn();
    const elsewhere = await api.another();
    const headers = { authorization: `Bearer ${token}` };
    const there = async () => (await elsewhere.inject({ method: 'GET', url: '/api/v1/auth/me', headers })).statusCode;
    expect(await there()).toBe(200);
    expect(await api.ask('POST', '/auth/logout', { token })).toMatchObject({ status: 204, text: '' });
    expect(await codeOf(token)).toBe('token-revoked');
    expect(await refresh(next)).toMatchObject({ status: 401 });
    const began = Date.now();
    await eventually('the other copy to refuse it', async () => (await there()) === 401);
    expect(Date.now() - began).toBeLessThan(5_000);
  });
});

describe('a password', () => {
  it('is changed by who knows it, and all other sessions end', async () => {
    await api.ask('POST', '/auth/register', { body: account('pat'), token: '' });
    const [here, there] = [await signIn('pat'), await signIn('pat')];
    const next = 'staple of another kind';
    const change = (body: object) => api.ask('POST', '/auth/password', { body, token: here.access_token });
    const wrong = await change({ currentPassword: 'not my password', newPassword: next });
    expect(wrong).toMatchObject({ status: 403, body: { code: 'password-wrong' } });
    expect(await change({ currentPassword: PASSWORD, newPassword: 'short' })).toMatchObject({ status: 400 });
    expect(await codeOf(there.access_token)).toBe('ok');
    expect(await change({ currentPassword: PASSWORD, newPassword: next })).toMatchObject({ status: 204 });
    expect([await codeOf(here.access_token), await codeOf(there.access_token)]).toEqual(['ok', 'token-revoked']);
    expect(await refresh(there.refresh_token)).toMatchObject({ status: 401 });
    expect((await signIn('pat')).code).toBe('credentials-invalid');
    expect(await codeOf((await signIn('pat', next)).access_token)).toBe('ok');
  });

  it('that is changed while somebody logs in with it lets them in no more', async () => {
    await api.ask('POST', '/auth/register', { body: account('kim'), token: '' });
    const { access_token: token } = await signIn('kim');
    const body = { currentPassword: PASSWORD, newPassword: 'staple of another kind' };
    const hasher = new Argon2PasswordHasher();
    const changedMeanwhile: PasswordHasher = {
      hash: (password) => hasher.hash(password),
      verify: async (passwordHash, password) => {
        const fits = await hasher.verify(passwordHash, password);
        expect(await api.ask('POST', '/auth/password', { body, token })).toMatchObject({ status: 204 });
        return fits;
      },
    };
    const { documents, events: store } = api.store;
    const issue = () => expect.fail('gave tokens to who knows the old password');
    const logIn = new LogIn({ store, clock: systemClock, service: 'api' }, documents, changedMeanwhile, { issue });
    const context = { commandId: 'c-kim', correlationId: 'c-kim', causationId: 'c-kim' };
    const login = await logIn.execute({ tenantName: 'default', username: 'kim', password: PASSWORD, context });
    expect(login).toEqual({ outcome: 'rejected', rejection: { code: 'credentials-invalid' } });
    const tenantId = tenantIdOf('default');
    const kept = await documents.get(tenantId, TENANCY_COLLECTIONS.session, principalIdOf(tenantId, 'kim'));
    expect(kept?.body['sessions']).toHaveLength(1);
    expect(await codeOf(token)).toBe('ok');
  });
});

describe('keys for others', () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    ...{ publicKeyEncoding: { type: 'spki', format: 'pem' }, privateKeyEncoding: { type: 'pkcs8', format: 'pem' } },
  });

  it('are none while tokens are signed with a secret', async () => {
    const { body } = await inject(api.app, '/.well-known/jwks.json');
    expect(body).toEqual({ keys: [] });
  });

  it('check our tokens, and are replaced by settings while tokens live on', async () => {
    const settings = { ...SETTINGS, jwtPrivateKey: privateKey, jwtPreviousSecret: SETTINGS.jwtSecret };
    const rsa = await api.another({ settings });
    expect(await inject(rsa, '/api/v1/auth/me', api.token)).toMatchObject({ status: 200 });
    const login = await rsa.inject({ method: 'POST', url: '/api/v1/auth/login', payload: account('mia') });
    const { access_token: token } = login.json<{ access_token: string }>();
    const { keys } = (await inject(rsa, '/.well-known/jwks.json')).body as { keys: (JsonWebKey & { kid: string })[] };
    const { header } = jwt.decode(token, { complete: true }) ?? {};
    const key = createPublicKey({ key: keys.find(({ kid }) => kid === header?.kid)!, format: 'jwk' });
    expect(jwt.verify(token, key, { algorithms: ['RS256'], audience: 'caisson-api' })).toMatchObject({
      ...{ iss: 'caisson', username: 'mia' },
    });
    const back = await api.another({ settings: { ...SETTINGS, jwtPreviousPublicKey: publicKey } });
    expect(await inject(back, '/api/v1/auth/me', token)).toMatchObject({ status: 200 });
    expect(await inject(api.app, '/api/v1/auth/me', token)).toMatchObject({ status: 401 });
  });
});

async function inject(app: NestFastifyApplication, url: string, token = '') {
  const headers = token === '' ? {} : { authorization: `Bearer ${token}` };
  const { body, statusCode: status } = await app.inject({ method: 'GET', url, headers });
  return { status, body: JSON.parse(body) as unknown };
}
