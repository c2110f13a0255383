import { randomUUID } from 'node:crypto';
import { createTestDatabase, type TestDatabase } from '@caisson/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startSandboxCloud, type SandboxCloud } from './index.js';

let database: TestDatabase;
let cloud: SandboxCloud;

beforeAll(async () => {
  database = await createTestDatabase();
  cloud = await startSandboxCloud({ databaseUrl: database.url });
});

afterAll(async () => {
  await cloud.close();
  await database.drop();
});

beforeEach(() => call('DELETE', '/v1/faults'));

interface Seen {
  readonly id: string;
  readonly name: string;
  readonly outputs: { readonly address: string; readonly url: string };
}

interface Entry {
  readonly kind: string;
  readonly startedAt: string;
  readonly endedAt: string;
}

/** Members of any answer; each test knows which of them are there. */
interface Answer {
  readonly status: number;
  readonly body: Seen & { readonly code: string; readonly items: readonly (Seen & Entry)[] };
}

async function call(
  ...request: [method: string, path: string, body?: unknown, headers?: Record<string, string>]
): Promise<Answer> {
  const [method, path, body, headers = {}] = request;
  const json = body === undefined ? {} : { 'content-type': 'application/json' };
  const response = await fetch(`${cloud.url}${path}`, {
    method,
    headers: { ...json, ...headers },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: (text === '' ? {} : JSON.parse(text)) as Answer['body'] };
}

function acting(deployment: string, token = 1, actionKey = `${deployment}/run/unit`): Record<string, string> {
  return { deployment, 'fencing-token': String(token), 'action-key': actionKey };
}

const net = (name = 'network'): object => ({ name, cidr: '10.20.0.0/24' });

async function ledgerOf(deployment: string): Promise<readonly Entry[]> {
  return (await call('GET', `/v1/ledger?deployment=${deployment}`)).body.items;
}

async function makeServer(name = 'web'): Promise<{ readonly network: Seen; readonly server: Seen }> {
  const network = (await call('POST', '/v1/networks', net())).body;
  const body = { name, network: network.id, flavor: 'm1.small', image: 'ubuntu-24.04' };
  return { network, server: (await call('POST', '/v1/servers', body)).body };
}

describe('resources', () => {
  it('makes a server with an address of its network and a health check that answers', async () => {
    const { network, server } = await makeServer();
    expect(server).toMatchObject({ type: 'server', status: 'active', network: network.id, flavor: 'm1.small' });
    expect(server.outputs.address).toMatch(/^10\.20\.0\.\d{1,3}$/);
    expect((await fetch(`${server.outputs.url}/healthz`)).status).toBe(200);
    await call('PATCH', `/v1/servers/${server.id}`, { status: 'stopped' });
    expect((await fetch(`${server.outputs.url}/healthz`)).status).toBe(503);
    await call('DELETE', `/v1/servers/${server.id}`);
    expect((await fetch(`${server.outputs.url}/healthz`)).status).toBe(404);
  });

  it('gives a server that is made again the address it had, and never one address twice', async () => {
    const { network, server } = await makeServer();
    const body = { name: 'web', network: network.id, flavor: 'm1.small', image: 'ubuntu-24.04' };
    const others = await Promise.all(Array.from({ length: 10 }, () => call('POST', '/v1/servers', body)));
    const addresses = [server, ...others.map((other) => other.body)].map((made) => made.outputs.address);
    expect(new Set(addresses).size).toBe(11);
    await call('DELETE', `/v1/servers/${server.id}`);
    expect((await call('POST', '/v1/servers', body)).body.outputs.address).toBe(server.outputs.address);
  });

  it('has one effect under one action key, also for requests at the same moment', async () => {
    const deployment = randomUUID();
    const headers = acting(deployment);
    const answers = await Promise.all(Array.from({ length: 8 }, () => call('POST', '/v1/networks', net(), headers)));
    expect(new Set(answers.map((answer) => answer.body.id)).size).toBe(1);
    expect(answers.filter((answer) => answer.status === 201)).toHaveLength(1);
    expect(await ledgerOf(deployment)).toMatchObject([
      { kind: 'create', actionKey: headers['action-key'], fencingToken: 1, outside: false },
    ]);
    const found = await call('GET', `/v1/networks?actionKey=${encodeURIComponent(headers['action-key']!)}`);
    expect(found.body.items).toHaveLength(1);
    const otherType = { name: 'data', sizeGb: 1 };
    expect((await call('POST', '/v1/volumes', otherType, headers)).body.code).toBe('action-key-reused');
  });

  it('has no effect when a change changes nothing, and notes one that does', async () => {
    const deployment = randomUUID();
    const { body: network } = await call('POST', '/v1/networks', net(), acting(deployment));
    const key = acting(deployment, 1, 'change');
    await call('PATCH', `/v1/networks/${network.id}`, { cidr: '10.20.0.0/24' }, key);
    await call('PATCH', `/v1/networks/${network.id}`, { cidr: '10.21.0.0/24' }, key);
    await call('PATCH', `/v1/networks/${network.id}`, { cidr: '10.21.0.0/24' }, key);
    expect((await ledgerOf(deployment)).map((entry) => entry.kind)).toEqual(['create', 'update']);
  });

  it('notes a change behind our back as outside', async () => {
    const deployment = randomUUID();
    const body = { ...net(), labels: { deployment, unit: 'network' } };
    const { body: network } = await call('POST', '/v1/networks', body, acting(deployment));
    await call('PATCH', `/v1/networks/${network.id}`, { tags: { owner: 'somebody' } });
    const outside = (await ledgerOf(deployment))[1]!;
    expect(outside).toMatchObject({ kind: 'update', outside: true, actionKey: null, deployment });
    expect(outside.startedAt <= outside.endedAt).toBe(true);
  });

  it('refuses an older fencing token, for every kind of write', async () => {
    const deployment = randomUUID();
    const { body: network } = await call('POST', '/v1/networks', net(), acting(deployment, 5));
    const old = acting(deployment, 4, 'late');
    const path = `/v1/networks/${network.id}`;
    for (const [method, where, body] of [
      ['POST', '/v1/networks', net()],
      ['PATCH', path, { cidr: '10.9.0.0/24' }],
      ['DELETE', path, undefined],
    ] as const) {
      expect(await call(method, where, body, old)).toMatchObject({ status: 409, body: { code: 'fenced' } });
    }
    expect(await ledgerOf(deployment)).toHaveLength(1);
    expect((await call('DELETE', path, undefined, acting(deployment, 6, 'removal'))).status).toBe(204);
  });

  it('keeps a network that has servers, and moves their addresses with its range', async () => {
    const { network, server } = await makeServer();
    const path = `/v1/networks/${network.id}`;
    expect((await call('DELETE', path)).body.code).toBe('network-in-use');
    await call('PATCH', path, { cidr: '10.77.0.0/24' });
    const moved = (await call('GET', `/v1/servers/${server.id}`)).body;
    expect(moved.outputs.address).toBe(server.outputs.address.replace('10.20.', '10.77.'));
    await call('DELETE', `/v1/servers/${server.id}`);
    expect((await call('DELETE', path)).status).toBe(204);
    expect((await call('DELETE', path)).status).toBe(404);
  });
});

describe('bad input is refused with a problem, never a 5xx', () => {
  it.each<[string, string, unknown, number, string]>([
    ['POST', '/v1/networks', { name: 'n', cidr: '10.0.0.1/8' }, 422, 'a cidr with host bits'],
    ['POST', '/v1/networks', { ...net(), colour: 'red' }, 422, 'an unknown field'],
    ['POST', '/v1/networks', [], 422, 'an array'],
    ['POST', '/v1/networks', '{"name":', 400, 'half a body'],
    ['POST', '/v1/networks', undefined, 422, 'no body'],
    ['POST', '/v1/servers', { name: 's', network: 'net-1', flavor: 'huge', image: 'x' }, 422, 'an unknown flavor'],
    [
      'POST',
      '/v1/servers',
      { name: 's', network: 'net-0000000000000000', flavor: 'm1.small', image: 'debian-12' },
      422,
      'an unknown network',
    ],
    ['POST', '/v1/volumes', { name: 'v', sizeGb: 1.5 }, 422, 'half a gigabyte'],
    ['POST', '/v1/records', { name: 'r', data: { x: 'a\u0000' } }, 422, 'text that Postgres cannot keep'],
    ['POST', '/v1/records', '{"name":"r","data":{"x":"\\ud800"}}', 422, 'half a character'],
    ['POST', '/v1/records', `{"name":"r","data":${'['.repeat(9000)}${']'.repeat(9000)}}`, 422, 'deep nesting'],
    ['POST', '/v1/records', '{"name":"r","__proto__":{"x":1}}', 400, 'a poisoned prototype'],
    ['PATCH', '/v1/servers/srv-0000000000000000', { network: 'net-1' }, 422, 'a fixed property'],
    ['PATCH', '/v1/servers/nothing', { flavor: 'm1.large' }, 404, 'an unknown id'],
    ['GET', '/v1/servers/%00', undefined, 404, 'a zero byte in the path'],
    ['GET', '/v1/servers?name=%00', undefined, 400, 'a zero byte in the query'],
    ['GET', '/v1/servers?limit=1e9', undefined, 400, 'a limit that is no number'],
    ['GET', '/v1/servers?limit=0', undefined, 400, 'a limit of nothing'],
    ['GET', '/v1/ledger?colour=red', undefined, 400, 'an unknown filter'],
    ['GET', '/v1/planets', undefined, 404, 'an unknown type'],
    ['POST', '/v1/faults', { behaviour: { kind: 'explode' } }, 422, 'an unknown fault'],
    ['POST', '/v1/faults', { behaviour: { kind: 'duplicate' } }, 422, 'a duplicate of anything'],
  ])('%s %s with %j gives %i: %s', async (...[method, path, body, status]) => {
    const answer = await call(method, path, body);
    expect(answer.status).toBe(status);
    expect(answer.body).toMatchObject({
      status,
      code: expect.any(String) as string,
      detail: expect.any(String) as string,
    });
  });

  it.each<[Record<string, string>, string]>([
    [{ deployment: 'd' }, 'a deployment without a token'],
    [{ deployment: 'd', 'fencing-token': '-1' }, 'a negative token'],
    [{ deployment: 'd', 'fencing-token': '9999999999999999' }, 'a token beyond exact numbers'],
    [{ 'action-key': 'x'.repeat(301) }, 'a long action key'],
  ])('refuses %j: %s', async (headers) => {
    expect((await call('POST', '/v1/networks', net(), headers)).status).toBe(400);
  });
});

describe('faults on request', () => {
  const arm = (match: object, behaviour: object, times = 1): Promise<Answer> =>
    call('POST', '/v1/faults', { match, behaviour, times });

  it('fails as often as asked, only for what fits, without effect', async () => {
    const deployment = randomUUID();
    await arm({ method: 'POST', type: 'network', name: 'ill' }, { kind: 'fail', status: 503 }, 2);
    const made = (name: string): Promise<Answer> =>
      call('POST', '/v1/networks', net(name), acting(deployment, 1, `${deployment}/${name}`));
    expect((await made('well')).status).toBe(201);
    expect([(await made('ill')).status, (await made('ill')).status, (await made('ill')).status]).toEqual([
      503, 503, 201,
    ]);
    expect(await ledgerOf(deployment)).toHaveLength(2);
  });

  it('delays, and does it though the caller has gone', async () => {
    const deployment = randomUUID();
    await arm({ method: 'POST' }, { kind: 'delay', ms: 150 });
    const gone = AbortSignal.timeout(50);
    const body = JSON.stringify(net());
    const headers = { ...acting(deployment), 'content-type': 'application/json' };
    await expect(fetch(`${cloud.url}/v1/networks`, { method: 'POST', body, headers, signal: gone })).rejects.toThrow();
    expect(await ledgerOf(deployment)).toHaveLength(0);
    await expect.poll(() => ledgerOf(deployment)).toHaveLength(1);
  });

  it('duplicates: one key, two resources, two entries', async () => {
    const deployment = randomUUID();
    await arm({ method: 'POST' }, { kind: 'duplicate' });
    const { body } = await call('POST', '/v1/networks', net(), acting(deployment));
    expect(await ledgerOf(deployment)).toHaveLength(2);
    expect((await call('POST', '/v1/networks', net(), acting(deployment))).body.id).toBe(body.id);
  });

  it('lies: success without effect', async () => {
    const deployment = randomUUID();
    await arm({ method: 'POST' }, { kind: 'lie' });
    const { status, body } = await call('POST', '/v1/networks', net(), acting(deployment));
    expect(status).toBe(201);
    expect((await call('GET', `/v1/networks/${body.id}`)).status).toBe(404);
    expect(await ledgerOf(deployment)).toHaveLength(0);
  });

  it('lies: garbage on read', async () => {
    await arm({ method: 'GET', type: 'volume' }, { kind: 'lie' });
    await expect(call('GET', '/v1/volumes')).rejects.toThrow(SyntaxError);
  });

  it('loses the answer, not the effect', async () => {
    const deployment = randomUUID();
    await arm({ method: 'POST' }, { kind: 'lose-answer' });
    await expect(call('POST', '/v1/networks', net(), acting(deployment))).rejects.toThrow();
    expect(await ledgerOf(deployment)).toHaveLength(1);
  });
});

describe('start', () => {
  it('starts twice at once on an empty database, and keeps what is there', async () => {
    const empty = await createTestDatabase();
    const [one, two] = await Promise.all([
      startSandboxCloud({ databaseUrl: empty.url }),
      startSandboxCloud({ databaseUrl: empty.url }),
    ]);
    const headers = { 'content-type': 'application/json' };
    await fetch(`${one.url}/v1/networks`, { method: 'POST', body: JSON.stringify(net()), headers });
    const seen = (await (await fetch(`${two.url}/v1/networks`)).json()) as { items: unknown[] };
    expect(seen.items).toHaveLength(1);
    await Promise.all([one.close(), two.close()]);
    await empty.drop();
  });
});
