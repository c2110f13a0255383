import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { systemClock } from '@caisson/service';
import { tenantIdOf } from '@caisson/tenancy';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { desired, SETTINGS, useApi, type AnswerBody } from '../api.harness.js';

const api = useApi();
let process: ChildProcess;
let issuer: string;
let app: NestFastifyApplication;

beforeAll(async () => {
  process = fork(new URL('oidc-issuer.fixture.mjs', import.meta.url), {
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  [issuer] = (await once(process, 'message', { signal: AbortSignal.timeout(20_000) })) as [string];
  app = await api.another({ settings: { ...SETTINGS, oidcIssuer: issuer } });
});
afterAll(() => process.kill());

/** An access token of the issuer for one of its clients. */
async function tokenFor(client: string, audience = 'caisson-api'): Promise<string> {
  const answer = await fetch(`${issuer}/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`${client}:secret`).toString('base64')}` },
    body: new URLSearchParams({ grant_type: 'client_credentials', resource: `urn:${audience}`, scope: 'api' }),
  });
  const { access_token: token } = (await answer.json()) as { access_token: string };
  expect(answer.status).toBe(200);
  return token;
}

interface Wish {
  readonly method?: 'GET' | 'POST';
  readonly url?: string;
  readonly payload?: object;
}

async function ask(
  on: NestFastifyApplication,
  token: string,
  { method = 'GET', payload, url = '/auth/me' }: Wish = {},
) {
  const headers = { authorization: `Bearer ${token}` };
  const asked = { method, url: `/api/v1${url}`, headers, ...(payload === undefined ? {} : { payload }) };
  const answer = await on.inject(asked);
  return { status: answer.statusCode, body: answer.json<AnswerBody & { role: string; tenantId: string }>() };
}

describe('a token of an external issuer', () => {
  it('says who comes in, into which tenant and as what', async () => {
    const token = await tokenFor('nightly');
    expect(await ask(app, token)).toMatchObject({
      ...{ status: 200, body: { username: 'nightly', role: 'operator', tenantId: tenantIdOf('acme') } },
    });
    expect(await ask(app, token, { method: 'POST', url: '/deployments', payload: desired('outside') })).toMatchObject({
      status: 202,
    });
    expect(await ask(app, token, { url: '/keys' })).toMatchObject({ status: 403, body: { code: 'permission-denied' } });
  });

  it('without our claims is a viewer of the tenant that the settings name', async () => {
    expect(await ask(app, await tokenFor('plain'))).toMatchObject({
      ...{ status: 200, body: { username: 'plain', role: 'viewer', tenantId: tenantIdOf('default') } },
    });
  });

  it('is none of ours where it is not configured, for somebody else, or changed', async () => {
    const token = await tokenFor('plain');
    expect(await ask(api.app, token)).toMatchObject({ status: 401, body: { code: 'token-invalid' } });
    const elsewhere = await tokenFor('plain', 'another-api');
    expect(await ask(app, elsewhere)).toMatchObject({ status: 401, body: { code: 'token-invalid' } });
    const [header, payload, signature] = token.split('.');
    const claims = JSON.parse(Buffer.from(payload!, 'base64url').toString()) as object;
    const raised = Buffer.from(JSON.stringify({ ...claims, caisson_role: 'admin' })).toString('base64url');
    const unsigned = Buffer.from('{"alg":"none"}').toString('base64url');
    for (const forged of [`${header!}.${raised}.${signature!}`, `${unsigned}.${raised}.`]) {
      expect(await ask(app, forged)).toMatchObject({ status: 401, body: { code: 'token-invalid' } });
    }
  });

  it('ends when it says so', async () => {
    const token = await tokenFor('plain');
    const later = () => new Date(Date.now() + 12 * 60_000).toISOString();
    const tomorrow = await api.another({
      settings: { ...SETTINGS, oidcIssuer: issuer },
      clock: { ...systemClock, now: later },
    });
    expect(await ask(tomorrow, token)).toMatchObject({ status: 401, body: { code: 'token-expired' } });
  });

  it('does not keep our own from coming in', async () => {
    expect(await ask(app, api.token)).toMatchObject({ status: 200, body: { username: 'mia' } });
  });

  it('waits while the issuer is away', async () => {
    const token = await tokenFor('plain');
    const fresh = await api.another({ settings: { ...SETTINGS, oidcIssuer: issuer } });
    process.kill();
    await once(process, 'exit');
    expect(await ask(fresh, token)).toMatchObject({ status: 503, body: { code: 'service-unavailable' } });
    expect(await ask(app, token)).toMatchObject({ status: 200 }); // Its keys are known.
  });
});
