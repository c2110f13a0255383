import {
  createHmac,
  createSecretKey,
  generateKeyPairSync,
  randomBytes,
  randomUUID,
  timingSafeEqual,
} from 'node:crypto';
import { SessionTokens, TokenKeys, type TokenKey } from '@caisson/http';
import type { Comparison, Contest, Goal, Side } from '../harness/goal.js';
import { latencyFigures } from '../harness/statistics.js';

/** Tokens that are made before they are checked. */
const TOKENS_AT_ONCE = 200;
const LIMIT_MS = 0.2;
const NAMES = {
  floor: 'HMAC-SHA256 of a token',
  known: 'HS256, checked before',
  secret: 'HS256, seen first',
  pair: 'RS256, seen first',
} as const;

/** What issue 5 wants of the check of a token; no goal of the table has it. */
export const tokenCheck: Goal = {
  id: 'JWT',
  title: 'the check of an access token: signature, header, claims and times',
  sliceMs: 1_000,
  prepare: async (): Promise<Contest> => {
    const secret = randomBytes(32);
    const bySecret = tokensWith({ keyId: 'a', algorithm: 'HS256', key: createSecretKey(secret) });
    const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const byPair = tokensWith({ keyId: 'b', algorithm: 'RS256', key: pair.privateKey });
    const known = issue(bySecret);
    return {
      sides: [
        checkSide(
          NAMES.floor,
          () => issue(bySecret),
          (token) => isSigned(token, secret),
        ),
        checkSide(
          NAMES.known,
          () => known,
          (token) => bySecret.checkAccess(token).outcome === 'valid',
        ),
        checkSide(
          NAMES.secret,
          () => issue(bySecret),
          (token) => bySecret.checkAccess(token).outcome === 'valid',
        ),
        checkSide(
          NAMES.pair,
          () => issue(byPair),
          (token) => byPair.checkAccess(token).outcome === 'valid',
        ),
      ],
      comparisons: [NAMES.known, NAMES.secret, NAMES.pair].map((name): Comparison => ({
        title: `mean ÷ ${LIMIT_MS} ms, ${name}`,
        of: (round) => {
          const meanMs = round.get(name)?.['meanMs'];
          return meanMs === undefined ? undefined : meanMs / LIMIT_MS;
        },
        ...{ atLeast: false, gate: 1 },
      })),
      notes: [
        'In one process, without a request around it. What a request pays for session and rights, too, is in P20.',
      ],
      close: async () => undefined,
    };
  },
};

function tokensWith(key: TokenKey): SessionTokens {
  const settings = { issuer: 'bench', audience: 'bench', accessLifetimeMs: 1_800_000, keys: new TokenKeys([key]) };
  return new SessionTokens(settings, { now: () => new Date().toISOString() });
}

function issue(tokens: SessionTokens): string {
  const [principalId, tenantId, sessionId] = [randomUUID(), randomUUID(), randomUUID()];
  return tokens.issueAccess({ principalId, tenantId, sessionId, username: 'mia', role: 'viewer' }).token;
}

function isSigned(token: string, secret: Buffer): boolean {
  const end = token.lastIndexOf('.');
  const expected = createHmac('sha256', secret).update(token.slice(0, end)).digest();
  return timingSafeEqual(expected, Buffer.from(token.slice(end + 1), 'base64url'));
}

function checkSide(name: string, make: () => string, check: (token: string) => boolean): Side {
  return {
    name,
    measure: async (sliceMs) => {
      const latencies: number[] = [];
      const until = performance.now() + sliceMs;
      while (performance.now() < until) {
        const tokens = Array.from({ length: TOKENS_AT_ONCE }, make);
        for (const token of tokens) {
          const begun = performance.now();
          if (!check(token)) throw new Error('a good token was refused');
          latencies.push(performance.now() - begun);
        }
        await new Promise(setImmediate);
      }
      const meanMs = latencies.reduce((sum, each) => sum + each, 0) / latencies.length;
      return { checks: latencies.length, meanMs, ...latencyFigures(latencies) };
    },
  };
}
