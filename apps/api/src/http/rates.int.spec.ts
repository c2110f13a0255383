import { InProcessRateLimiter, Rates, type RateSettings } from '@caisson/http';
import { systemClock } from '@caisson/service';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { expect, it } from 'vitest';
import { NO_LIMITS, PASSWORD, useApi } from '../api.harness.js';

const api = useApi();

/** Two replicas that count together. */
async function limitedBy(settings: Partial<RateSettings>) {
  const refused: string[] = [];
  const rates = new Rates(new InProcessRateLimiter(systemClock), { ...NO_LIMITS, ...settings }, (policy) =>
    refused.push(policy),
  );
  const replicas = [await api.another({ rates }), await api.another({ rates })];
  let sent = 0;
  const send = async (method: 'GET' | 'POST', path: string, more: object = {}) => {
    const app = replicas[(sent += 1) % 2] as NestFastifyApplication;
    const headers = { authorization: `Bearer ${api.token}` };
    const answer = await app.inject({ method, url: `/api/v1${path}`, headers, ...more });
    return { status: answer.statusCode, headers: answer.headers, body: answer.json<Record<string, unknown>>() };
  };
  return { send, refused };
}

it('lets 100 requests of a caller through in a minute, and not the 101st', async () => {
  const { refused, send } = await limitedBy({ rateCallerPerMinute: 100 });
  for (let left = 99; left >= 0; left -= 1) {
    const { headers, status } = await send('GET', '/auth/me');
    expect(status).toBe(200);
    expect(headers['x-ratelimit-remaining']).toBe(String(left));
  }
  const { body, headers, status } = await send('GET', '/deployments');
  expect({ status, code: body['code'], policy: body['policy'] }).toEqual({
    ...{ status: 429, code: 'rate-limited', policy: 'caller' },
  });
  expect(Number(headers['retry-after'])).toBeGreaterThan(0);
  expect(Number(headers['retry-after'])).toBeLessThanOrEqual(60);
  expect(headers).toMatchObject({
    'ratelimit-policy': '"caller";q=100;w=60',
    ratelimit: `"caller";r=0;t=${String(headers['retry-after'])}`,
    'x-ratelimit-limit': '100',
    'x-ratelimit-remaining': '0',
    'x-ratelimit-reset': headers['retry-after'],
  });
  expect(refused).toEqual(['caller']);
  const token = await api.logIn('eve', 'acme');
  expect(await send('GET', '/auth/me', { headers: { authorization: `Bearer ${token}` } })).toMatchObject({
    status: 200,
  });
});

it('counts an address whoever it says that it is, also when nobody is known', async () => {
  const { send } = await limitedBy({ rateAddressPerMinute: 60, rateAddressBurst: 10 });
  const statuses: number[] = [];
  for (let index = 0; index < 11; index += 1) {
    const headers = { 'x-forwarded-for': `10.0.0.${index}`, 'x-real-ip': `10.0.1.${index}`, authorization: 'Bearer x' };
    statuses.push((await send('GET', '/auth/me', { headers })).status);
  }
  expect(statuses).toEqual([...Array.from({ length: 10 }, () => 401), 429]);
});

it('limits tries to log in more tightly, by address and by account', async () => {
  const { refused, send } = await limitedBy({ rateLoginPerMinute: 1, rateLoginBurst: 3 });
  const logIn = async (username: string, remoteAddress: string) => {
    const payload = { username, password: 'wrong, and long enough', tenant: 'default' };
    return (await send('POST', '/auth/login', { headers: {}, payload, remoteAddress })).status;
  };
  const places = ['10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.4'];
  const guesses: number[] = [];
  for (const place of places) guesses.push(await logIn('mia', place));
  expect(guesses).toEqual([401, 401, 401, 429]);
  const spread: number[] = [];
  for (const name of ['ann', 'bob', 'cid', 'dan']) spread.push(await logIn(name, '10.0.0.9'));
  expect(spread).toEqual([401, 401, 401, 429]);
  expect(refused).toEqual(['login-account', 'login-address']);
  expect((await send('GET', '/auth/me')).status).toBe(200);
});

it('counts one account once, whether its tenant is named or not', async () => {
  const { refused, send } = await limitedBy({ rateLoginPerMinute: 1, rateLoginBurst: 2 });
  const statuses: number[] = [];
  for (const [index, tenant] of [{ tenant: 'default' }, {}, {}].entries()) {
    const payload = { username: 'mia', password: 'wrong, and long enough', ...tenant };
    const asked = { headers: {}, payload, remoteAddress: `10.0.0.${index}` };
    statuses.push((await send('POST', '/auth/login', asked)).status);
  }
  expect({ statuses, refused }).toEqual({ statuses: [401, 401, 429], refused: ['login-account'] });
});

it('limits guesses at the password of who is logged in, from wherever they come', async () => {
  const { refused, send } = await limitedBy({ rateLoginPerMinute: 1, rateLoginBurst: 2 });
  const statuses: number[] = [];
  for (const index of [1, 2, 3]) {
    const payload = { currentPassword: 'wrong, and long enough', newPassword: 'staple of another kind' };
    statuses.push((await send('POST', '/auth/password', { payload, remoteAddress: `10.0.0.${index}` })).status);
  }
  expect({ statuses, refused }).toEqual({ statuses: [403, 403, 429], refused: ['login-account'] });
});

it('counts the addresses of one IPv6 network as one', async () => {
  const { refused, send } = await limitedBy({ rateLoginPerMinute: 1, rateLoginBurst: 2 });
  const statuses: number[] = [];
  for (const [index, username] of ['ann', 'bob', 'cid'].entries()) {
    const payload = { username, password: 'wrong, and long enough' };
    const asked = { headers: {}, payload, remoteAddress: `2001:db8::${index}` };
    statuses.push((await send('POST', '/auth/login', asked)).status);
  }
  expect({ statuses, refused }).toEqual({ statuses: [401, 401, 429], refused: ['login-address'] });
});

it('says nothing of limits where there are none', async () => {
  const { headers } = await api.ask('POST', '/auth/login', {
    body: { username: 'mia', password: PASSWORD, tenant: 'default' },
    token: '',
  });
  expect(Object.keys(headers).filter((name) => name.includes('ratelimit'))).toEqual([]);
});
