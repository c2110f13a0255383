import { get, post, type AbuseRow, type AbuseTable } from '../abuse-row.js';
import type { AbuseWorld } from '../abuse-world.js';
import { CANARY } from '../abuse-world.js';
import type { RawSent, Sent } from '../wire.js';

const HOUR_S = 3_600;
const nowS = (): number => Math.floor(Date.now() / 1000);
const me = (token: string): Sent => get('/auth/me', token);
const refresh = (token: string): Sent => post('/auth/refresh', { refresh_token: token });
const MINE = { twin: 'the token as it was issued', right: (w: AbuseWorld) => me(w.mia.token), works: 200 } as const;
const SIGNED = { twin: 'the same token, made by us', right: (w: AbuseWorld) => me(w.token()), works: 200 } as const;

/** An access token that is wrong in one thing, for the same answer. */
const forged = (id: string, what: string, token: (w: AbuseWorld) => string): AbuseRow => ({
  ...{ id, what, abuse: (w) => me(token(w)), is: '401 token-invalid', ...SIGNED },
});

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Mia's token without a signature. */
function unsigned(w: AbuseWorld, alg: string, signature = ''): string {
  const { claims, header } = w.parts();
  return `${part({ ...header, alg })}.${part(claims)}.${signature}`;
}

const FORGED: readonly AbuseRow[] = [
  forged('T1', 'no signature, alg none', (w) => unsigned(w, 'none')),
  forged('T2', 'no signature, alg nOnE', (w) => unsigned(w, 'nOnE')),
  forged('T3', 'alg none with the signature of the real token', (w) => unsigned(w, 'none', w.parts().signature)),
  forged('T4', 'the signature cut off', (w) => unsigned(w, 'RS256')),
  forged('T5', 'HS256 with the public key as its secret', (w) => w.hmacToken(w.publicKey, { alg: 'HS256' })),
  forged('T6', 'RS256 in the head, HMAC by the public key', (w) => w.hmacToken(w.publicKey, {})),
  forged('T7', 'another algorithm of the same key (PS256)', (w) => w.token({}, { alg: 'PS256' })),
  forged('T8', 'somebody else in it, under the old signature', (w) => {
    const { claims, header, signature } = w.parts();
    return `${part(header)}.${part({ ...claims, sub: w.eve.principalId })}.${signature}`;
  }),
  forged('T9', 'kid is a path to a file that everybody knows', (w) =>
    w.hmacToken('', { alg: 'HS256', kid: '../../../../dev/null' }),
  ),
  forged('T10', 'kid is SQL', (w) => w.token({}, { kid: "x' union select 'k' --" })),
  forged('T11', 'kid is an address', (w) => w.token({}, { kid: 'http://127.0.0.1:9/jwks.json' })),
  forged('T12', 'kid is a list', (w) => w.token({}, { kid: [w.parts().header['kid']] })),
  forged('T13', 'kid of 3 kB', (w) => w.token({}, { kid: 'k'.repeat(3_000) })),
  forged('T14', 'kid is __proto__', (w) => w.token({}, { kid: '__proto__' })),
  forged('T15', 'jku names keys of the attacker', (w) => w.token({}, { jku: 'http://127.0.0.1:9/jwks.json' })),
  forged('T16', 'x5u names a certificate of the attacker', (w) => w.token({}, { x5u: 'http://127.0.0.1:9/x.pem' })),
  forged('T17', 'jwk brings its own key', (w) => w.token({}, { jwk: { kty: 'oct', k: 'AA' } })),
  forged('T18', 'crit asks for what nobody knows', (w) => w.token({}, { crit: ['x-caisson'], 'x-caisson': true })),
  forged('T19', 'b64 is false', (w) => w.token({}, { b64: false, crit: ['b64'] })),
  forged('T20', 'exp is missing', (w) => w.token({ exp: undefined })),
  forged('T21', 'exp is text', (w) => w.token({ exp: String(nowS() + HOUR_S) })),
  forged('T22', 'exp in the year 2099', (w) => w.token({ exp: 4_070_908_800 })),
  forged('T23', 'nbf in an hour', (w) => w.token({ nbf: nowS() + HOUR_S })),
  forged('T24', 'another issuer', (w) => w.token({ iss: 'https://evil.example' })),
  forged('T25', 'another audience', (w) => w.token({ aud: 'another-api' })),
  forged('T26', 'typ JWT, as an ID token has it', (w) => w.token({}, { typ: 'JWT' })),
  forged('T27', 'no jti', (w) => w.token({ jti: undefined })),
  forged('T28', 'a session that is no id', (w) => w.token({ sid: '../../sessions/1' })),
  forged('T29', 'a token of 5 kB', (w) => w.token({ padding: 'x'.repeat(5_000) })),
];

const MANY: RawSent['raw'] = 'GET /api/v1/auth/me HTTP/1.1\r\nHost: caisson\r\nConnection: close\r\n';

/** How people prove who they are. */
export const TOKENS: AbuseTable = {
  subject: 'Tokens and keys',
  rows: [
    ...FORGED,
    {
      ...{ id: 'T30', what: 'a token that ended an hour ago', is: '401 token-expired', ...SIGNED },
      abuse: (w) => me(w.token({ iat: nowS() - 2 * HOUR_S, nbf: nowS() - 2 * HOUR_S, exp: nowS() - HOUR_S })),
    },
    {
      ...{ id: 'T31', what: 'the token of a session that was logged out', is: '401 token-revoked', ...MINE },
      abuse: async (w) => {
        const { access_token: token } = await w.logIn('vic');
        await w.ask('POST', '/auth/logout', undefined, token);
        return me(token);
      },
    },
    {
      ...{ id: 'T32', what: 'the token of somebody who was shown the door', is: '401 token-revoked', ...MINE },
      abuse: async (w) => {
        const { principalId, token } = await w.join('operator');
        await w.ask('DELETE', `/members/${principalId}`);
        return me(token);
      },
    },
    {
      ...{ id: 'T33', what: 'the old token after a change of the password', is: '401 token-revoked' },
      abuse: async (w) => {
        const { token, username } = await w.join('viewer');
        const { access_token: other } = await w.logIn(username);
        const change = { currentPassword: w.secrets[0], newPassword: `${CANARY} of another kind` };
        await w.ask('POST', '/auth/password', change, other);
        return me(token);
      },
      ...{ twin: 'the token that the password was changed with', works: 200 },
      right: async (w) => {
        const { token } = await w.join('viewer');
        const change = { currentPassword: w.secrets[0], newPassword: `${CANARY} of another kind` };
        await w.ask('POST', '/auth/password', change, token);
        return me(token);
      },
    },
    {
      ...{ id: 'T34', what: 'a refresh token as an access token', is: '401 token-invalid' },
      abuse: async (w) => me((await w.logIn('vic')).refresh_token),
      ...{ twin: 'the access token of the same login', works: 200 },
      right: async (w) => me((await w.logIn('vic')).access_token),
    },
    {
      ...{ id: 'T35', what: 'an access token as a refresh token', is: '401 refresh-token-invalid' },
      abuse: async (w) => refresh((await w.logIn('vic')).access_token),
      ...{ twin: 'the refresh token of the same login', works: 200 },
      right: async (w) => refresh((await w.logIn('vic')).refresh_token),
    },
    {
      ...{ id: 'T36', what: 'a refresh token for the second time', is: '401 refresh-token-invalid', records: true },
      abuse: async (w) => {
        const { refresh_token: token } = await w.logIn('vic');
        await w.send(refresh(token));
        return refresh(token);
      },
      ...{ twin: 'the refresh token that the first exchange gave', works: 200 },
      right: async (w) => {
        const { refresh_token: token } = await w.logIn('vic');
        return refresh(String((await w.send(refresh(token))).body['refresh_token']));
      },
    },
    {
      ...{ id: 'T37', what: 'the access token of a session whose refresh token was used twice', ...MINE },
      is: '401 token-revoked',
      abuse: async (w) => {
        const { access_token: access, refresh_token: token } = await w.logIn('vic');
        await w.send(refresh(token));
        await w.send(refresh(token));
        return me(access);
      },
    },
    {
      ...{ id: 'T38', what: 'no credential', abuse: () => get('/auth/me'), is: '401 token-missing', ...MINE },
    },
    { ...{ id: 'T39', what: 'Bearer null', abuse: () => me('null'), is: '401 token-invalid', ...MINE } },
    {
      ...{ id: 'T40', what: 'an empty bearer', is: '401 token-invalid', ...MINE },
      abuse: () => get('/auth/me', undefined, { headers: { authorization: 'Bearer ' } }),
    },
    {
      ...{ id: 'T41', what: 'Basic with user and password', is: '401 token-invalid', ...MINE },
      abuse: () => get('/auth/me', undefined, { headers: { authorization: `Basic ${btoa(`vic:${CANARY}`)}` } }),
    },
    {
      ...{ id: 'T42', what: 'two Authorization headers, a bad one first', is: '401 token-invalid' },
      abuse: (w) => ({ raw: `${MANY}Authorization: Bearer x\r\nAuthorization: Bearer ${w.mia.token}\r\n\r\n` }),
      ...{ twin: 'one of them', works: 200 },
      right: (w) => ({ raw: `${MANY}Authorization: Bearer ${w.mia.token}\r\n\r\n` }),
    },
    {
      ...{ id: 'T43', what: 'the token in the query', is: '400 invalid-parameter', ...MINE },
      abuse: (w) => get(`/auth/me?access_token=${w.mia.token}`),
    },
    {
      ...{ id: 'T44', what: 'an API key in the query', is: '401 token-missing' },
      abuse: async (w) => get(`/deployments?key=${(await w.key('read')).key}`),
      ...{ twin: 'the key in X-API-Key', works: 200 },
      right: async (w) => get('/deployments', undefined, { headers: { 'x-api-key': (await w.key('read')).key } }),
    },
    {
      ...{ id: 'T45', what: 'an API key with another last character', is: '401 token-revoked' },
      abuse: async (w) => {
        const { key } = await w.key('read');
        // The last of 86 characters holds two bits: A, Q, g or w. Any other is no key at all.
        return get('/deployments', `${key.slice(0, -1)}${key.endsWith('A') ? 'Q' : 'A'}`);
      },
      ...{ twin: 'the key as it was shown', works: 200 },
      right: async (w) => get('/deployments', (await w.key('read')).key),
    },
    {
      ...{ id: 'T46', what: 'an API key that was revoked', is: '401 token-revoked' },
      abuse: async (w) => {
        const { id, key } = await w.key('read');
        await w.send(get('/deployments', key));
        await w.ask('DELETE', `/keys/${id}`);
        return get('/deployments', key);
      },
      ...{ twin: 'a key that was rotated, while the two overlap', works: 200 },
      right: async (w) => {
        const { id, key } = await w.key('read');
        await w.ask('POST', `/keys/${id}/rotate`, { overlapHours: 1 });
        return get('/deployments', key);
      },
    },
    {
      ...{ id: 'T47', what: 'an API key that was rotated without an overlap', is: '401 token-revoked' },
      abuse: async (w) => {
        const { id, key } = await w.key('read');
        await w.ask('POST', `/keys/${id}/rotate`, { overlapHours: 0 });
        return get('/deployments', key);
      },
      ...{ twin: 'its new secret', works: 200 },
      right: async (w) => {
        const { id } = await w.key('read');
        return get('/deployments', (await w.ask<{ key: string }>('POST', `/keys/${id}/rotate`, {})).key);
      },
    },
  ],
};
