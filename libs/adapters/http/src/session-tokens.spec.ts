import { createSecretKey, generateKeyPairSync } from 'node:crypto';
import jwt from 'jsonwebtoken';
import { describe, expect, it, vi } from 'vitest';
import { SessionTokens } from './session-tokens.js';
import { TokenKeys, type TokenKey } from './token-keys.js';

const NOW = '2026-03-02T10:00:00.000Z';
const clock = { now: () => NOW };
const subject = {
  principalId: '00000000-0000-7000-8000-000000000001',
  tenantId: '00000000-0000-7000-8000-000000000002',
  sessionId: '00000000-0000-7000-8000-000000000003',
  username: 'mia',
  role: 'viewer',
} as const;

const secret = (keyId: string): TokenKey => ({
  ...{ keyId, algorithm: 'HS256' },
  key: createSecretKey(Buffer.from(keyId.padEnd(32, '.'))),
});
const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
const signing: TokenKey = { keyId: 'rsa', algorithm: 'RS256', key: pair.privateKey };
const checking: TokenKey = { keyId: 'rsa', algorithm: 'RS256', key: pair.publicKey };

const tokensWith = (...keys: [TokenKey, ...TokenKey[]]) =>
  new SessionTokens(
    { issuer: 'caisson', audience: 'api', keys: new TokenKeys(keys), accessLifetimeMs: 1_800_000 },
    clock,
  );

describe('the tokens of a session', () => {
  it.each([
    ['HS256', secret('a')],
    ['RS256', signing],
  ])('come back as they were made, signed with %s', (_algorithm, key) => {
    const tokens = tokensWith(key);
    const access = tokens.issueAccess(subject);
    expect(access.expiresInS).toBe(1800);
    expect(tokens.checkAccess(access.token)).toEqual({ outcome: 'valid', claims: subject });
    const { role: _role, username: _username, ...ids } = subject;
    const refresh = tokens.issueRefresh({ ...ids, generation: 3 }, '2026-03-09T10:00:00.000Z');
    expect(refresh.expiresInS).toBe(7 * 24 * 60 * 60);
    expect(tokens.checkRefresh(refresh.token)).toEqual({ outcome: 'valid', claims: { ...ids, generation: 3 } });
  });

  it('do not pass for each other', () => {
    const tokens = tokensWith(secret('a'));
    const refresh = tokens.issueRefresh({ ...subject, generation: 1 }, '2026-03-09T10:00:00.000Z').token;
    expect(tokens.checkAccess(refresh)).toEqual({ outcome: 'invalid' });
    expect(tokens.checkRefresh(tokens.issueAccess(subject).token)).toEqual({ outcome: 'invalid' });
  });

  it('are checked once, and are good no longer than they say', () => {
    let now = NOW;
    const keys = new TokenKeys([secret('a')]);
    const find = vi.spyOn(keys, 'find');
    const tokens = new SessionTokens(
      { issuer: 'caisson', audience: 'api', keys, accessLifetimeMs: 60_000 },
      { now: () => now },
    );
    const { token } = tokens.issueAccess(subject);
    const at = (time: string) => {
      now = time;
      return tokens.checkAccess(token);
    };
    const good = { outcome: 'valid', claims: subject };
    expect([at(NOW), at('2026-03-02T10:01:59.999Z'), at('2026-03-02T09:59:00.000Z')]).toEqual([good, good, good]);
    expect(find).toHaveBeenCalledOnce();
    expect(at('2026-03-02T10:02:00.000Z')).toEqual({ outcome: 'expired' });
    expect(at('2026-03-02T09:58:59.999Z')).toEqual({ outcome: 'invalid' });
    expect(tokens.checkRefresh(token)).toEqual({ outcome: 'invalid' });
    const signature = token.lastIndexOf('.') + 1;
    const other = token[signature] === 'A' ? 'B' : 'A';
    const forged = token.slice(0, signature) + other + token.slice(signature + 1);
    expect(tokens.checkAccess(forged)).toEqual({ outcome: 'invalid' });
  });

  it('have an id of their own', () => {
    const tokens = tokensWith(secret('a'));
    const ids = [1, 2].map(() => (jwt.decode(tokens.issueAccess(subject).token) as jwt.JwtPayload).jti);
    expect(new Set(ids).size).toBe(2);
  });
});

describe('a key', () => {
  it('may be replaced while its tokens live on, also by one of another algorithm', () => {
    const before = tokensWith(secret('old')).issueAccess(subject).token;
    const after = tokensWith(signing, secret('old'));
    expect(after.checkAccess(before).outcome).toBe('valid');
    expect(after.checkAccess(after.issueAccess(subject).token).outcome).toBe('valid');
    expect(tokensWith(signing).checkAccess(before).outcome).toBe('invalid');
    expect(tokensWith(secret('new'), checking).checkAccess(after.issueAccess(subject).token).outcome).toBe('valid');
  });

  it('is for one algorithm: its public half is no secret to sign with', () => {
    const pem = pair.publicKey.export({ type: 'spki', format: 'pem' });
    const claims = jwt.decode(tokensWith(signing).issueAccess(subject).token) as object;
    for (const keyId of ['rsa', 'a']) {
      const forged = jwt.sign(claims, createSecretKey(Buffer.from(pem)), {
        algorithm: 'HS256',
        header: { alg: 'HS256', typ: 'at+jwt', kid: keyId },
      });
      expect(tokensWith(signing, secret('a')).checkAccess(forged)).toEqual({ outcome: 'invalid' });
    }
  });

  it('is shown to others by its public half only', () => {
    const shown = new TokenKeys([signing, secret('a')]).publicKeys();
    expect(shown).toEqual([
      { kty: 'RSA', n: expect.any(String) as string, e: 'AQAB', kid: 'rsa', alg: 'RS256', use: 'sig' },
    ]);
  });

  it('is refused at start when it is weak', () => {
    const weak = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey;
    expect(() => new TokenKeys([{ keyId: 'w', algorithm: 'RS256', key: weak }])).toThrow('2048 bits');
    expect(() => new TokenKeys([{ keyId: 'w', algorithm: 'HS256', key: pair.publicKey }])).toThrow('32 bytes');
    const short = createSecretKey(Buffer.from('short'));
    expect(() => new TokenKeys([{ keyId: 'w', algorithm: 'HS256', key: short }])).toThrow('32 bytes');
  });
});
