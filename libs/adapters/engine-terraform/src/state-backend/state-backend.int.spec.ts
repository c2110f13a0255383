import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { systemClock } from '@caisson/testing';
import Fastify from 'fastify';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startTerraformWorld, type TerraformWorld } from '../terraform-world.harness.js';
import { STATE_VERSIONS_MAX } from './postgres-state-store.js';
import { registerStateBackend } from './register-state-backend.js';
import { STATE_USER, type StateRequest, type StateResponse } from './state-backend.js';
import { StateCredentials, type StateGrant } from './state-credentials.js';
import { STATE_BYTES_MAX } from './state-document.js';

let world: TerraformWorld;
let grant: StateGrant;
const lineage = randomUUID();

beforeAll(async () => {
  world = await startTerraformWorld();
});
afterAll(() => world.stop());
beforeEach(() => {
  grant = { tenantId: randomUUID(), deploymentId: randomUUID(), unitId: 'base[0]', fencingToken: 3, mode: 'write' };
});

function basic(password: string, user = STATE_USER): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

async function ask(method: string, more: Partial<StateRequest> & { readonly as?: Partial<StateGrant> } = {}) {
  const { as, ...request } = more;
  const authorization = basic(world.credentials.issue({ ...grant, ...as }, 60_000));
  const { deploymentId, unitId } = grant;
  return world.backend.handle({ method, deploymentId, unitId, authorization, body: new Uint8Array(), ...request });
}

function lockInfo(id: string): Uint8Array {
  return Buffer.from(JSON.stringify({ ID: id, Operation: 'OperationTypeApply', Who: 'root@host' }));
}

function state(serial: number, more: object = {}): Uint8Array {
  return Buffer.from(JSON.stringify({ version: 4, serial, lineage, outputs: {}, resources: [], ...more }));
}

const textOf = (response: StateResponse): string => Buffer.from(response.body).toString('utf8');
const lock = (id: string, as: Partial<StateGrant> = {}) => ask('LOCK', { body: lockInfo(id), as });
const unlock = (id: string, as: Partial<StateGrant> = {}) => ask('UNLOCK', { body: lockInfo(id), as });
const forceUnlock = (as: Partial<StateGrant> = {}) => ask('UNLOCK', { as });
const post = (id: string, body: Uint8Array, as: Partial<StateGrant> = {}) => ask('POST', { lockId: id, body, as });
const get = (as: Partial<StateGrant> = {}) => ask('GET', { as });

describe('reading and writing', () => {
  it('has nothing at first, and gives back what was written', async () => {
    expect((await get()).status).toBe(404);
    expect((await lock('a')).status).toBe(200);
    expect((await post('a', state(1))).status).toBe(200);
    expect((await unlock('a')).status).toBe(200);
    const read = await get({ mode: 'read', fencingToken: 0 });
    expect(read.status).toBe(200);
    expect(Buffer.from(read.body)).toEqual(Buffer.from(state(1)));
  });

  it('keeps versions, sealed, and no more than the limit', async () => {
    await lock('a');
    const secret = 'canary-4711';
    for (let serial = 1; serial <= STATE_VERSIONS_MAX + 3; serial += 1) await post('a', state(serial, { secret }));
    const kept = await world.owner.query<{ serial: string; sealed: Buffer }>(
      'select serial, sealed from terraform_state_version where tenant_id = $1 order by version',
      [grant.tenantId],
    );
    expect(kept.rows).toHaveLength(STATE_VERSIONS_MAX);
    expect(kept.rows.at(-1)?.serial).toBe(String(STATE_VERSIONS_MAX + 3));
    expect(kept.rows.some((row) => row.sealed.includes(secret))).toBe(false);
  });

  it('takes the same write again: its answer was lost', async () => {
    await lock('a');
    expect((await post('a', state(1))).status).toBe(200);
    expect((await post('a', state(1))).status).toBe(200);
    const versions = await world.owner.query('select from terraform_state_version where tenant_id = $1', [
      grant.tenantId,
    ]);
    expect(versions.rowCount).toBe(1);
  });

  it.each([
    { reason: 'an equal serial with other content', next: () => state(5, { other: true }), status: 409 },
    { reason: 'a lower serial', next: () => state(4), status: 409 },
    { reason: 'another lineage', next: () => state(6, { lineage: 'other' }), status: 409 },
    { reason: 'an empty body', next: () => new Uint8Array(), status: 422 },
    { reason: 'an empty object', next: () => Buffer.from('{}'), status: 422 },
    { reason: 'half a state', next: () => state(6).subarray(0, 40), status: 422 },
    { reason: 'another format', next: () => state(6, { version: 3 }), status: 422 },
    { reason: 'a serial that is no number', next: () => state(6, { serial: 'x' }), status: 422 },
    { reason: 'a lineage that cannot be stored', next: () => state(6, { lineage: 'a\u0000b' }), status: 422 },
    { reason: 'no lineage', next: () => state(6, { lineage: '' }), status: 422 },
    { reason: 'bytes that are no text', next: () => randomBytes(100), status: 422 },
  ])('refuses $reason and keeps what it had', async ({ next, status }) => {
    await lock('a');
    await post('a', state(5));
    expect((await post('a', next())).status).toBe(status);
    expect(Buffer.from((await get()).body)).toEqual(Buffer.from(state(5)));
  });

  it('refuses a body that Content-MD5 does not fit, and takes one that it fits', async () => {
    await lock('a');
    const md5 = createHash('md5').update(state(1)).digest('base64');
    const wrong = await ask('POST', { lockId: 'a', body: state(2), contentMd5: md5 });
    expect(wrong.status).toBe(400);
    expect((await ask('POST', { lockId: 'a', body: state(1), contentMd5: md5 })).status).toBe(200);
  });

  it('refuses a state that is too large', async () => {
    await lock('a');
    expect((await post('a', Buffer.alloc(STATE_BYTES_MAX + 1))).status).toBe(413);
  });

  it('refuses a write without the lock', async () => {
    expect((await post('a', state(1))).status).toBe(409);
    await lock('a');
    expect((await ask('POST', { body: state(1) })).status).toBe(409);
    const other = await post('b', state(1));
    expect(other.status).toBe(409);
    expect(JSON.parse(textOf(other))).toMatchObject({ ID: 'a' });
    expect((await get()).status).toBe(404);
  });
});

describe('locking', () => {
  it('gives the lock to one and tells the others who has it', async () => {
    expect((await lock('a')).status).toBe(200);
    const refused = await lock('b');
    expect(refused.status).toBe(423);
    expect(JSON.parse(textOf(refused))).toMatchObject({ ID: 'a', Who: 'root@host' });
  });

  it('grants the same lock again: its answer was lost', async () => {
    await lock('a');
    expect((await lock('a')).status).toBe(200);
  });

  it('takes an unlock again: its answer was lost', async () => {
    await lock('a');
    expect((await unlock('a')).status).toBe(200);
    expect((await unlock('a')).status).toBe(200);
    expect((await lock('b')).status).toBe(200);
  });

  it('does not unlock what another has', async () => {
    await lock('a');
    const refused = await unlock('b');
    expect(refused.status).toBe(409);
    expect(JSON.parse(textOf(refused))).toMatchObject({ ID: 'a' });
  });

  it('gives the lock to one of many who ask at once', async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, (_, index) => lock(`id-${index}`)));
    expect(answers.map((answer) => answer.status).sort()).toEqual([200, ...Array.from({ length: 7 }, () => 423)]);
  });

  it.each(['', 'no json', '[]', '{"ID":""}', '{"ID":7}', '{"ID":"\\u0000"}'])(
    'refuses the lock info %j',
    async (text) => {
      expect((await ask('LOCK', { body: Buffer.from(text) })).status).toBe(400);
      await lock('a');
      if (text !== '') expect((await ask('UNLOCK', { body: Buffer.from(text) })).status).toBe(400);
    },
  );
});

describe('fencing', () => {
  it('lets a newer holder take the lock over, and the older one write no more', async () => {
    await lock('old');
    await post('old', state(1));
    expect((await lock('new', { fencingToken: 4 })).status).toBe(200);
    expect((await post('old', state(2))).status).toBe(403);
    expect((await lock('old')).status).toBe(403);
    expect((await unlock('old')).status).toBe(403);
    expect((await forceUnlock()).status).toBe(403);
    expect((await get()).status).toBe(403);
    expect((await post('new', state(2), { fencingToken: 4 })).status).toBe(200);
  });

  it('is moved by a newer holder that only reads, in every unit of the deployment', async () => {
    await lock('a');
    const other = { ...grant, unitId: 'another', fencingToken: 4 };
    await world.backend.handle({
      method: 'GET',
      deploymentId: other.deploymentId,
      unitId: other.unitId,
      authorization: basic(world.credentials.issue(other, 60_000)),
      body: new Uint8Array(),
    });
    expect((await post('a', state(1))).status).toBe(403);
  });

  it('does not move for a reader', async () => {
    await lock('a');
    await get({ fencingToken: 9, mode: 'read' });
    expect((await post('a', state(1))).status).toBe(200);
  });

  it('lets the newest holder force the lock open', async () => {
    await lock('a');
    expect((await forceUnlock()).status).toBe(200);
    expect((await lock('b')).status).toBe(200);
    expect((await forceUnlock({ fencingToken: 2 })).status).toBe(403);
  });

  it('does not reach into another deployment', async () => {
    await lock('a');
    grant = { ...grant, deploymentId: randomUUID(), fencingToken: 9 };
    await lock('b');
    grant = { ...grant, fencingToken: 1 };
    expect((await lock('c')).status).toBe(403);
  });
});

describe('credentials', () => {
  it('are asked for', async () => {
    const none = await world.backend.handle({ ...grant, method: 'GET', body: new Uint8Array() });
    expect(none.status).toBe(401);
    expect(none.headers['www-authenticate']).toBe('Basic');
  });

  it('that only read, read', async () => {
    const as = { mode: 'read', fencingToken: 0 } as const;
    expect((await get(as)).status).toBe(404);
    expect((await lock('a', as)).status).toBe(403);
    expect((await post('a', state(1), as)).status).toBe(403);
    expect((await forceUnlock(as)).status).toBe(403);
  });

  it('of another unit, deployment or key are refused, and never as "not found"', async () => {
    const elsewhere = new StateCredentials([{ id: 'test', key: randomBytes(32) }], systemClock);
    const late = new StateCredentials([{ id: 'test', key: randomBytes(32) }], systemClock);
    const refused = [
      await get({ unitId: 'other' }),
      await get({ deploymentId: randomUUID() }),
      await ask('GET', { authorization: basic(elsewhere.issue(grant, 60_000)) }),
      await ask('GET', { authorization: basic(late.issue(grant, -1)) }),
      await ask('GET', { authorization: basic(world.credentials.issue(grant, -1)) }),
      await ask('GET', { authorization: basic('x.y.z') }),
    ];
    expect(refused.map((response) => response.status)).toEqual([403, 403, 403, 403, 403, 403]);
    const unauthorized = [
      await ask('GET', { authorization: 'Bearer x' }),
      await ask('GET', { authorization: 'Basic ***' }),
      await ask('GET', { authorization: basic('x', 'somebody') }),
    ];
    expect(unauthorized.map((response) => response.status)).toEqual([401, 401, 401]);
  });

  it('of another tenant find nothing of ours', async () => {
    await lock('a');
    await post('a', state(1));
    expect((await get({ tenantId: randomUUID() })).status).toBe(404);
  });
});

it.each(['DELETE', 'PUT', 'PATCH', 'get', '__proto__', 'constructor'])('refuses the method %s', async (method) => {
  expect((await ask(method)).status).toBe(405);
});

describe('over HTTP', () => {
  it('leaves the other routes of the server as they are', async () => {
    const fastify = Fastify();
    registerStateBackend(fastify, world.backend);
    fastify.post('/echo', (request) => request.body);
    const address = await fastify.listen({ host: '127.0.0.1', port: 0 });
    const echoed = await fetch(`${address}/echo`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"a":1}',
    });
    expect(await echoed.json()).toEqual({ a: 1 });
    await fastify.close();
  });

  it('hears a state that is too large to its end, so that its sender learns why it is refused', async () => {
    const url = `${world.stateAddress}/${grant.deploymentId}/${encodeURIComponent(grant.unitId)}?ID=a`;
    const authorization = basic(world.credentials.issue(grant, 60_000));
    const body = Buffer.alloc(STATE_BYTES_MAX + 1);
    expect((await fetch(url, { method: 'POST', headers: { authorization }, body })).status).toBe(413);
  });

  it('speaks the protocol with bodies, without bodies, and with odd paths', async () => {
    const url = `${world.stateAddress}/${grant.deploymentId}/${encodeURIComponent(grant.unitId)}`;
    const authorization = basic(world.credentials.issue(grant, 60_000));
    const send = (method: string, path: string, body?: Uint8Array) =>
      fetch(path, {
        method,
        headers: body === undefined ? { authorization } : { authorization, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body }),
      });
    const statuses = [
      await send('GET', url),
      await send('LOCK', url, lockInfo('a')),
      await send('POST', `${url}?ID=a`, state(1)),
      await send('POST', `${url}?ID=a`, Buffer.from('{"broken')),
      await send('UNLOCK', url, lockInfo('a')),
      await send('UNLOCK', url),
      await send('GET', url),
      await fetch(url),
      await send('DELETE', url),
    ].map((response) => response.status);
    expect(statuses).toEqual([404, 200, 200, 422, 200, 200, 200, 401, 405]);
    expect(Buffer.from(await (await send('GET', url)).arrayBuffer())).toEqual(Buffer.from(state(1)));
    const odd = await Promise.all(
      ['%', '%E0%A4%A', 'a/b/c', ''].map((path) => send('GET', `${world.stateAddress}/${path}`)),
    );
    expect(odd.every((response) => response.status >= 400 && response.status < 500)).toBe(true);
  });
});
