import { HttpProblem } from '@caisson/http';
import { systemClock } from '@caisson/service';
import { tenantIdOf } from '@caisson/tenancy';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey } from 'jose';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ExternalIssuer } from './external-issuer.js';

const HOUR_S = 3600;
const nowS = () => Math.floor(Date.now() / 1000);

let server: Server;
let issuer: string;
let privateKey: CryptoKey;

beforeAll(async () => {
  const pair = await generateKeyPair('ES256');
  privateKey = pair.privateKey;
  const keys = [{ ...(await exportJWK(pair.publicKey)), kid: 'k1', alg: 'ES256' }];
  server = createServer(({ url }, answer) => {
    answer.setHeader('content-type', 'application/json');
    answer.end(JSON.stringify(url === '/keys' ? { keys } : { issuer, jwks_uri: `${issuer}/keys` }));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());

interface Token {
  readonly typ?: string | undefined;
  readonly claims?: Readonly<Record<string, unknown>>;
}

/** What becomes of a token of the issuer: whose it is, or the code of the refusal. */
async function judge({ claims, typ }: Token) {
  const known = new ExternalIssuer(
    {
      ...{ issuer, audience: 'caisson-api', tenant: 'default' },
      ...{ tenantClaim: 'caisson_tenant', roleClaim: 'caisson_role' },
    },
    systemClock,
  );
  const usual = { iss: issuer, aud: 'caisson-api', sub: 'nightly', iat: nowS(), exp: nowS() + HOUR_S };
  const token = await new SignJWT({ ...usual, ...claims })
    .setProtectedHeader({ alg: 'ES256', kid: 'k1', ...(typ === undefined ? {} : { typ }) })
    .sign(privateKey);
  try {
    return await known.principalOf(token);
  } catch (error) {
    return error instanceof HttpProblem ? error.code : error;
  }
}

it.each([undefined, 'JWT', 'at+jwt', 'application/at+jwt'])('takes access tokens of the type %s', async (typ) => {
  expect(await judge({ typ })).toMatchObject({ tenantId: tenantIdOf('default'), role: 'viewer' });
});

it.each(['logout+jwt', 'dpop+jwt', 'secevent+jwt'])('refuses tokens of the type %s', async (typ) => {
  expect(await judge({ typ })).toBe('token-invalid');
});

it.each(['nonce', 'at_hash', 'c_hash', 'events'])('refuses tokens with %s, which are not for an API', async (claim) => {
  expect(await judge({ claims: { [claim]: 'x' } })).toBe('token-invalid');
});

it.each([[['acme']], [''], ['a'.repeat(65)], [null], [7], [{ name: 'acme' }]])(
  'refuses a tenant claim of the wrong shape: %j',
  async (claim) => {
    expect(await judge({ claims: { caisson_tenant: claim } })).toBe('token-invalid');
  },
);

it('takes no token that is older than a day, whatever its end', async () => {
  const exp = nowS() + 365 * 24 * HOUR_S;
  expect(await judge({ claims: { iat: nowS() - 23 * HOUR_S, exp } })).toMatchObject({ username: 'nightly' });
  expect(await judge({ claims: { iat: nowS() - 25 * HOUR_S, exp } })).toBe('token-expired');
});
