import { createHmac, randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Problem } from '@caisson/client';
import { EmbeddedCaisson } from './embedded-caisson.js';

let caisson: EmbeddedCaisson;
/** Waits for its approval all the time. */
let waiting: { readonly deployment: string; readonly run: string; readonly digest: string; readonly etag: string };
let completed: { readonly deployment: string; readonly run: string };

const NETWORK = { name: 'network', engine: 'sandbox', type: 'network', properties: { cidr: '10.1.0.0/16' } };

beforeAll(async () => {
  caisson = await EmbeddedCaisson.start();
  const first = await caisson.client.createDeployment({ name: 'waiting', resources: [NETWORK] });
  const planned = await caisson.client.waitForRun(first.run.id, { states: ['awaiting_approval'] });
  const read = await fetch(`${caisson.process.url}/api/v1/deployments/${first.deployment.id}`, {
    headers: { authorization: `Bearer ${caisson.token}` },
  });
  const etag = read.headers.get('etag') ?? '';
  waiting = { deployment: first.deployment.id, run: planned.id, digest: planned.planDigest ?? '', etag };
  const second = await caisson.client.createDeployment({ name: 'done', autoApprove: true, resources: [NETWORK] });
  await caisson.client.waitForRun(second.run.id, { states: ['completed'] });
  completed = { deployment: second.deployment.id, run: second.run.id };
});
afterAll(() => caisson.stop());

async function countEvents(): Promise<number> {
  const [row] = await caisson.query<{ count: string }>('select count(*) from event');
  return Number(row?.count);
}

interface Ask {
  readonly method?: string;
  readonly path: string;
  /** As it goes over the wire. */
  readonly body?: string;
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

async function ask({ body, headers = {}, method = 'POST', path, token = caisson.token }: Ask) {
  const response = await fetch(`${caisson.process.url}/api/v1${path}`, {
    method,
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
      'idempotency-key': randomUUID(),
      ...headers,
    },
    ...(body === undefined ? {} : { body }),
  });
  const type = response.headers.get('content-type') ?? '';
  return { status: response.status, type, problem: (await response.json()) as Problem };
}

/** A desired state with one resource, changed in some member. */
const desired = (change: object, ...more: object[]): string =>
  JSON.stringify({ name: 'bad', resources: [{ ...NETWORK, ...change }, ...more] });

type Claims = Readonly<Record<string, unknown>>;

const claimsOf = (token: string): Claims =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Claims;

/** The administrator's token with other claims, signed with a secret. */
function signed(claims: Claims, secret: string): string {
  const [head = ''] = caisson.token.split('.');
  const content = `${head}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}`;
  return `${content}.${createHmac('sha256', secret).update(content).digest('base64url')}`;
}

/** As right as can be, but signed by another installation. */
const foreign = (): string => signed(claimsOf(caisson.token), 'the secret of another installation of Caisson');

/** The administrator's own signature under other claims. */
function tampered(): string {
  const [, , signature = ''] = caisson.token.split('.');
  const [head, payload] = signed({ ...claimsOf(caisson.token), sub: randomUUID() }, '').split('.');
  return [head, payload, signature].join('.');
}

interface Row {
  readonly what: string;
  readonly ask: () => Ask;
  readonly status: number;
  readonly code: string;
  /** Of the first error; absent where the problem is not about one place. */
  readonly pointer?: string;
  readonly more?: object;
}

const create = (body: string) => (): Ask => ({ path: '/deployments', body });

const ROWS: readonly Row[] = [
  { what: 'invalid JSON', ask: create('{"name":'), status: 400, code: 'invalid-json' },
  { what: 'no body', ask: create(''), status: 400, code: 'invalid-request' },
  {
    what: 'an unknown field',
    ask: create(JSON.stringify({ name: 'bad', resources: [NETWORK], colour: 'red' })),
    ...{ status: 400, code: 'invalid-request', pointer: '/colour' },
  },
  {
    what: 'an unknown field of a resource',
    ask: create(desired({ colour: 'red' })),
    ...{ status: 400, code: 'invalid-request', pointer: '/resources/0/colour' },
  },
  {
    what: 'a wrong type',
    ask: create(desired({ count: 'two' })),
    ...{ status: 400, code: 'invalid-request', pointer: '/resources/0/count' },
  },
  {
    what: 'a wrong word',
    ask: create(JSON.stringify({ name: 'bad', environment: 'moon', resources: [NETWORK] })),
    ...{ status: 400, code: 'invalid-request', pointer: '/environment' },
  },
  {
    what: 'a reference to nothing',
    ask: create(desired({ properties: { cidr: '${nothing.id}' } })),
    ...{ status: 422, code: 'desired-state-invalid', pointer: '/resources/0/properties/cidr' },
  },
  {
    what: 'a dependency on nothing',
    ask: create(desired({ dependsOn: ['nothing'] })),
    ...{ status: 422, code: 'desired-state-invalid', pointer: '/resources/0/dependsOn/0' },
  },
  {
    what: 'a cycle',
    ask: create(desired({ dependsOn: ['other'] }, { ...NETWORK, name: 'other', dependsOn: ['network'] })),
    ...{ status: 422, code: 'desired-state-invalid', pointer: '/resources/0' },
  },
  {
    what: 'a name used twice',
    ask: create(desired({}, NETWORK)),
    ...{ status: 422, code: 'desired-state-invalid', pointer: '/resources/1/name' },
  },
  {
    what: 'a secret that would become history',
    ask: create(
      desired({
        engine: 'terraform',
        type: 'module',
        properties: {
          source: { files: { 'main.tf': 'variable "password" { sensitive = true }' } },
          variables: { password: 'se-cret' },
        },
      }),
    ),
    ...{ status: 422, code: 'desired-state-invalid', pointer: '/resources/0/properties/variables/password' },
  },
  {
    what: 'a digest that is none',
    ask: () => ({ path: `/runs/${waiting.run}/approve`, body: '{"planDigest":"yes"}' }),
    ...{ status: 400, code: 'invalid-request', pointer: '/planDigest' },
  },
  {
    what: 'the digest of another plan',
    ask: () => ({ path: `/runs/${waiting.run}/approve`, body: `{"planDigest":"sha256:${'0'.repeat(64)}"}` }),
    ...{ status: 409, code: 'plan-digest-mismatch', pointer: '/planDigest' },
  },
  {
    what: 'an approval of what is completed',
    ask: () => ({ path: `/runs/${completed.run}/approve`, body: JSON.stringify({ planDigest: waiting.digest }) }),
    ...{ status: 409, code: 'run-state-conflict', more: { state: 'completed', allowed: [] } },
  },
  {
    what: 'a retry of what waits for approval',
    ask: () => ({ path: `/runs/${waiting.run}/retry` }),
    ...{ status: 409, code: 'run-state-conflict' },
    more: { state: 'awaiting_approval', allowed: ['approve', 'cancel', 'reject', 'plan'] },
  },
  {
    what: 'a cancel of what is completed',
    ask: () => ({ path: `/deployments/${completed.deployment}/cancel` }),
    ...{ status: 409, code: 'run-state-conflict', more: { state: 'completed', allowed: [] } },
  },
  {
    what: 'a change while a run is active',
    ask: () => ({
      ...{ method: 'PATCH', path: `/deployments/${waiting.deployment}`, body: desired({}) },
      headers: { 'if-match': waiting.etag },
    }),
    ...{ status: 409, code: 'run-active', more: { state: 'awaiting_approval' } },
  },
  {
    what: 'a change that does not say of what',
    ask: () => ({ method: 'PATCH', path: `/deployments/${completed.deployment}`, body: desired({}) }),
    ...{ status: 428, code: 'precondition-required' },
  },
  {
    what: 'a change of what was changed meanwhile',
    ask: () => ({
      ...{ method: 'PATCH', path: `/deployments/${completed.deployment}`, body: desired({}) },
      headers: { 'if-match': '"1"' },
    }),
    ...{ status: 412, code: 'deployment-version-conflict' },
  },
  {
    what: 'a rollback to a revision that never was',
    ask: () => ({ path: `/deployments/${completed.deployment}/rollback`, body: '{"toRevision":9}' }),
    ...{ status: 422, code: 'revision-not-found', pointer: '/toRevision' },
  },
  {
    what: 'a deployment that is not there',
    ask: () => ({ method: 'GET', path: `/deployments/${randomUUID()}` }),
    ...{ status: 404, code: 'deployment-not-found' },
  },
  {
    what: 'a run that is not there',
    ask: () => ({ path: `/runs/${randomUUID()}/cancel` }),
    ...{ status: 404, code: 'run-not-found' },
  },
  {
    what: 'no token',
    ask: () => ({ path: '/deployments', body: desired({}), token: '' }),
    ...{ status: 401, code: 'token-missing' },
  },
  {
    what: 'a token of somebody else',
    ask: () => ({ path: '/deployments', body: desired({}), token: foreign() }),
    ...{ status: 401, code: 'token-invalid' },
  },
  {
    what: 'a token that was changed',
    ask: () => ({ path: '/deployments', body: desired({}), token: tampered() }),
    ...{ status: 401, code: 'token-invalid' },
  },
  {
    what: 'a token that is none',
    ask: () => ({ path: '/deployments', body: desired({}), token: 'abc' }),
    ...{ status: 401, code: 'token-invalid' },
  },
];

describe('bad input', () => {
  it.each(ROWS)('$what is $status $code', async ({ ask: toAsk, code, more = {}, pointer, status }) => {
    const before = await countEvents();
    const answer = await ask(toAsk());
    expect(answer.type).toMatch(/^application\/problem\+json/);
    expect(answer).toMatchObject({ status, problem: { code, status, ...more } });
    expect(answer.problem.title.length).toBeGreaterThan(5);
    expect((answer.problem.detail ?? '').length).toBeGreaterThan(15);
    if (pointer !== undefined) {
      const [error] = answer.problem.errors ?? [];
      expect(error?.pointer).toBe(pointer);
      expect((error?.detail ?? '').length).toBeGreaterThan(5);
    }
    expect(await countEvents()).toBe(before);
    expect((await fetch(`${caisson.process.url}/readyz`)).status).toBe(200);
  });

  it('an expired token is refused and told apart', async () => {
    const secrets = await caisson.readSecrets();
    const anHourAgo = Math.floor(Date.now() / 1000) - 3600;
    const times = { iat: anHourAgo - 1800, nbf: anHourAgo - 1800, exp: anHourAgo };
    const expired = signed({ ...claimsOf(caisson.token), ...times }, secrets.jwtSecret);
    const before = await countEvents();
    const answer = await ask({ path: '/deployments', body: desired({}), token: expired });
    expect(answer).toMatchObject({ status: 401, problem: { code: 'token-expired' } });
    expect(answer.problem.detail).toMatch(/log in/i);
    expect(await countEvents()).toBe(before);
  });

  it('what is not HTTP gets an answer too', async () => {
    const { port } = new URL(caisson.process.url);
    const text = await new Promise<string>((resolve, reject) => {
      let received = '';
      const socket = connect(Number(port), '127.0.0.1', () => socket.write('what is this\r\n\r\n'));
      socket.on('data', (chunk) => (received += chunk.toString()));
      socket.once('close', () => resolve(received));
      socket.once('error', reject);
    });
    expect(text).toMatch(/^HTTP\/1\.1 400 /);
    expect(text).toContain('"code":"bad-request"');
  });
});
