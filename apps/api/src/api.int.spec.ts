import {
  DesiredState,
  eventTypeOf,
  RUN_TRANSITIONS,
  type Context,
  type DeploymentSummary,
  type DesiredStateInput,
  type FactOf,
  type HistoryEntry,
  type Plan,
  type PublicEvent,
  type RunResource,
} from '@caisson/contracts';
import { CreateAttemptLog, PostgresAttemptLogs } from '@caisson/attempt-log-postgres';
import { migrate, openEventStore, type OpenedEventStore } from '@caisson/event-store-postgres';
import { CallbackTokens, createHttpAdapter, prepareHttp } from '@caisson/http';
import { digestOf, uuidV7, type Clock, type Json } from '@caisson/kernel';
import { createLogger, Metrics } from '@caisson/observability';
import { systemClock, systemIds } from '@caisson/service';
import { principalIdOf, TENANCY_COLLECTIONS, tenantIdOf } from '@caisson/tenancy';
import type { NewDocument } from '@caisson/event-sourcing';
import { createTestDatabase, newAppend, newContext, type TestDatabase } from '@caisson/testing';
import { Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Writable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiModule } from './api.module.js';
import { DeploymentFactsConsumer } from './events/deployment-facts.consumer.js';
import { describeApi } from './http/api-document.js';
import { openLiveHub } from './live/open-live-hub.js';
import { accessTokensOf } from './security/access-tokens.js';

const settings = {
  jwtSecret: 's'.repeat(32),
  jwtPreviousSecret: 'p'.repeat(32),
  jwtIssuer: 'caisson',
  jwtAudience: 'caisson-api',
  bootstrapToken: 'caisson_boot_0123456789',
  callbackSecret: 'c'.repeat(32),
};
const PASSWORD = 'correct horse battery';

let database: TestDatabase;
let store: OpenedEventStore;
let app: NestFastifyApplication;
let logs: PostgresAttemptLogs;
let token: string;
const logged: string[] = [];
const destination = new Writable({
  write(chunk, _encoding, done) {
    logged.push(String(chunk));
    done();
  },
});
const log = createLogger({ service: 'api', level: 'debug', destination });

beforeAll(async () => {
  Logger.overrideLogger(false);
  database = await createTestDatabase();
  await migrate({ ownerUrl: database.url, migrations: [CreateAttemptLog] });
  store = await openEventStore({ url: database.url });
  const runtime = { store: store.events, clock: systemClock, service: 'api' };
  logs = new PostgresAttemptLogs(store.pool, systemClock, (error) => log.error({ error }, 'lost'));
  const metrics = new Metrics(false);
  const live = openLiveHub({ ...store, settings: {}, clock: systemClock, log, metrics });
  const ports = { settings, runtime, clock: systemClock, ids: systemIds, log, logs, live, ...store };
  app = await NestFactory.create<NestFastifyApplication>(ApiModule.register(ports), createHttpAdapter());
  prepareHttp(app, { log, metrics });
  await app.init();
  await ask('POST', '/auth/register', { body: account('mia', { bootstrapToken: settings.bootstrapToken }), token: '' });
  token = await logIn('mia');
});
afterAll(async () => {
  await app.close();
  await store.close();
  await database.drop();
});

/** What an answer may hold. Each test looks at what it expects; the rest is not there. */
interface AnswerBody {
  readonly code: string;
  readonly detail: string;
  readonly type: string;
  readonly errors: readonly { readonly pointer: string; readonly detail: string }[];
  readonly allowed: readonly string[];
  readonly access_token: string;
  readonly deployment: DeploymentSummary;
  readonly run: RunResource;
  readonly effects: RunResource['effects'];
  readonly scan: { readonly id: string };
  readonly stream: string;
  readonly version: number;
  readonly items: readonly (HistoryEntry & { readonly name: string })[];
  readonly nextCursor?: string;
  readonly complete: boolean;
  readonly kind: string;
  readonly status: string;
  readonly state: string;
  readonly states: readonly string[];
  readonly transitions: unknown;
  readonly components: { readonly schemas: object };
}

interface Asked {
  readonly status: number;
  readonly body: AnswerBody;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
}

interface Ask {
  readonly body?: unknown;
  /** Sent as it is, as JSON. */
  readonly raw?: string;
  readonly token?: string;
  readonly headers?: Record<string, string>;
}

async function ask(method: string, path: string, options: Ask = {}): Promise<Asked> {
  const payload = options.raw ?? (options.body === undefined ? undefined : JSON.stringify(options.body));
  const credential = options.token ?? token;
  const {
    headers,
    payload: text,
    statusCode,
  } = await app.inject({
    method: method as 'GET',
    url: `/api/v1${path}`,
    headers: {
      ...(payload === undefined ? {} : { 'content-type': 'application/json' }),
      ...(credential === '' ? {} : { authorization: `Bearer ${credential}` }),
      ...options.headers,
    },
    ...(payload === undefined ? {} : { payload }),
  });
  return { status: statusCode, headers, text, body: JSON.parse(text === '' ? '{}' : text) as AnswerBody };
}

function account(username: string, more: object = {}): object {
  return { username, password: PASSWORD, ...more };
}

async function logIn(username: string, tenant = 'default'): Promise<string> {
  const { body } = await ask('POST', '/auth/login', { body: { username, password: PASSWORD, tenant }, token: '' });
  return body.access_token;
}

const desired = (name = 'shop'): DesiredStateInput => ({
  name,
  resources: [
    { name: 'network', engine: 'sandbox', type: 'network', properties: { cidr: '10.0.0.0/16' } },
    { name: 'web', engine: 'sandbox', type: 'server', properties: { network: '${network.id}' } },
  ],
});

async function created(name?: string): Promise<{ id: string; runId: string; version: number }> {
  const { body } = await ask('POST', '/deployments', { body: desired(name) });
  return { id: body.deployment.id, runId: body.run.id, version: body.version };
}

async function countEvents(): Promise<number> {
  const { rows } = await store.pool.query<{ count: string }>('select count(*) from event');
  return Number(rows[0]!.count);
}

/** Tells the API a fact of another service, as its consumer gets it. */
async function tell<C extends Context>(context: C, fact: FactOf<C>, told: { data: unknown; stream: string }) {
  const { data, stream } = told;
  const event: PublicEvent = {
    id: systemIds.next(),
    type: eventTypeOf(context, fact),
    source: '/caisson/another',
    subject: stream,
    time: systemClock.now(),
    tenantId: tenantIdOf('default'),
    correlationId: 'c',
    causationId: 'x',
    actor: 'service:planner',
    sequence: 1,
    data,
  };
  await app.get(DeploymentFactsConsumer).onFact(event);
}

const CREDENTIALS = 'mia:sesame@';
const QUERY = '?token=sesame';
const CHECK = { kind: 'http', url: `http://${CREDENTIALS}web/${QUERY}` };

function planFor(deploymentId: string, runId: string): Plan {
  const facts = { action: 'create' as const, estimatedMs: 1, costPerMonth: 0 };
  const content = {
    runId,
    deploymentId,
    kind: 'create',
    units: [
      {
        ...{ unitId: 'network', engine: 'sandbox', provider: 'sandbox', dependsOn: [], ...facts },
        resources: [{ address: 'network', type: 'network', properties: {}, dependsOn: [], checks: [CHECK], ...facts }],
      },
    ],
    edges: [],
    waves: [['network']],
    changes: [
      { unitId: 'network', resource: 'network', address: 'network', action: 'create' as const, attributes: [] },
    ],
    cost: { currency: 'USD', before: 0, after: 0, delta: 0, perUnit: [] },
    duration: { sumMs: 1, criticalPathMs: 1 },
    risk: { level: 'low' as const, score: 0, reasons: [] },
    policy: [],
    irreversible: [],
    inputs: {},
    outputs: {},
  };
  return { ...content, digest: digestOf(content) };
}

/** A deployment whose run waits for approval, with its plan kept as the planner keeps it. */
async function planned(): Promise<{ id: string; runId: string; plan: Plan }> {
  const { id, runId } = await created();
  const plan = planFor(id, runId);
  const stream = `plan-${runId}`;
  await store.events.append({
    stream: { tenantId: tenantIdOf('default'), streamId: stream },
    expected: { version: 0, hash: '' },
    context: {
      correlationId: 'c',
      causationId: 'x',
      actor: 'service:planner',
      commandId: runId,
      occurredAt: systemClock.now(),
      service: 'planner',
    },
    events: [
      {
        type: 'PlanComputed',
        schemaVersion: 1,
        data: { deploymentId: id, runId, round: 1, plan },
        publicForm: { type: eventTypeOf('planning', 'plan-computed') },
      },
    ],
    documents: [{ collection: 'plan', id: plan.digest, body: { plan } as unknown as Record<string, Json> }],
  });
  await tell('planning', 'plan-computed', { data: { deploymentId: id, runId, round: 1, plan }, stream });
  return { id, runId, plan };
}

describe('registration and login', () => {
  it('registers the first administrator, once', async () => {
    const bootstrapToken = settings.bootstrapToken;
    const tenant = 'acme';
    const first = await ask('POST', '/auth/register', { body: account('eve', { bootstrapToken, tenant }), token: '' });
    expect(first).toMatchObject({
      status: 201,
      body: { username: 'eve', role: 'admin', tenantId: tenantIdOf('acme') },
    });
    const again = await ask('POST', '/auth/register', { body: account('eve', { bootstrapToken, tenant }), token: '' });
    expect(again).toMatchObject({ status: 409, body: { code: 'username-taken', errors: [{ pointer: '/username' }] } });
    const second = await ask('POST', '/auth/register', { body: account('tom', { bootstrapToken, tenant }), token: '' });
    expect(second).toMatchObject({ status: 409, body: { code: 'tenant-exists' } });
  });

  it.each([
    [{}, 403, 'registration-closed'],
    [{ bootstrapToken: 'wrong' }, 403, 'bootstrap-token-invalid'],
    [{ bootstrapToken: settings.bootstrapToken, password: 'short' }, 400, 'invalid-request'],
    [{ bootstrapToken: settings.bootstrapToken, username: 'No' }, 400, 'invalid-request'],
    [{ bootstrapToken: settings.bootstrapToken, role: 'admin' }, 400, 'invalid-request'],
  ])('refuses %j with %i %s and writes nothing', async (...row) => {
    const [more, status, code] = row;
    const before = await countEvents();
    const body = account('someone', { tenant: 'other', ...more });
    expect(await ask('POST', '/auth/register', { body, token: '' })).toMatchObject({ status, body: { code } });
    expect(await countEvents()).toBe(before);
  });

  it('gives one registration two answers that are the same when its answer was lost', async () => {
    const body = account('lost', { bootstrapToken: settings.bootstrapToken, tenant: 'lost' });
    const asked = { body, token: '', headers: { 'idempotency-key': 'k-1' } };
    const [first, second] = [await ask('POST', '/auth/register', asked), await ask('POST', '/auth/register', asked)];
    expect([first.status, second.status]).toEqual([201, 201]);
    expect(second.body).toEqual(first.body);
  });

  it('keeps the hash of a password out of events and answers', async () => {
    const id = principalIdOf(tenantIdOf('default'), 'mia');
    const credential = await store.documents.get<{ passwordHash: string }>(
      tenantIdOf('default'),
      TENANCY_COLLECTIONS.credential,
      id,
    );
    expect(credential?.body.passwordHash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    const { rows } = await store.pool.query<{ text: string }>('select event::text as text from event');
    const all = `${rows.map(({ text }) => text).join('\n')}${logged.join('')}`;
    expect(all).toContain('PrincipalRegistered');
    expect(all).not.toContain('argon2id');
    expect(all).not.toContain(PASSWORD);
  });

  it('answers an access token of 30 minutes that says who the caller is', async () => {
    const answer = await ask('POST', '/auth/login', { body: account('mia'), token: '' });
    expect(answer).toMatchObject({ status: 200, body: { token_type: 'Bearer', expires_in: 1800 } });
    expect(Object.keys(answer.body as object)).toEqual(['access_token', 'token_type', 'expires_in']);
    const me = await ask('GET', '/auth/me');
    expect(me.body).toMatchObject({ username: 'mia', role: 'admin', tenantId: tenantIdOf('default') });
  });

  it.each([
    { username: 'mia', password: 'wrong password' },
    { username: 'nobody', password: PASSWORD },
    { username: 'mia', password: PASSWORD, tenant: 'nowhere' },
    { username: '__proto__', password: PASSWORD },
  ])('refuses %j without telling what was wrong', async (body) => {
    const answer = await ask('POST', '/auth/login', { body, token: '' });
    expect(answer).toMatchObject({ status: 401, body: { code: 'credentials-invalid' } });
    expect(answer.body).not.toHaveProperty('errors');
  });

  it('takes a token of the secret before, and none of another server or time', async () => {
    const subject = { principalId: principalIdOf(tenantIdOf('default'), 'mia'), tenantId: tenantIdOf('default') };
    const forMia = { ...subject, username: 'mia', role: 'admin' } as const;
    const made = (changed: object, clock: Pick<Clock, 'now'> = systemClock): string =>
      accessTokensOf({ settings: { ...settings, ...changed }, clock: { ...systemClock, ...clock } }).issue(forMia)
        .accessToken;
    const old = { now: () => new Date(Date.now() - 32 * 60_000).toISOString() };
    const statusOf = async (given: string) => {
      const { body, status } = await ask('GET', '/auth/me', { token: given });
      return status === 200 ? 'ok' : body.code;
    };
    expect(await statusOf(made({ jwtSecret: settings.jwtPreviousSecret }))).toBe('ok');
    expect(await statusOf(made({ jwtSecret: 'x'.repeat(32) }))).toBe('token-invalid');
    expect(await statusOf(made({ jwtIssuer: 'other' }))).toBe('token-invalid');
    expect(await statusOf(made({}, old))).toBe('token-expired');
  });
});

describe('deployments', () => {
  it('are created with their first run, and read back at once', async () => {
    const answer = await ask('POST', '/deployments', { body: desired(), headers: { 'x-request-id': 'story-1' } });
    expect(answer).toMatchObject({
      status: 202,
      body: {
        deployment: { name: 'shop', environment: 'development', revision: 1 },
        run: { kind: 'create', correlationId: 'story-1', state: 'planning' },
      },
    });
    const { deployment, run, stream, version } = answer.body;
    expect(stream).toBe(`deployment-${deployment.id}`);
    expect(answer.headers).toMatchObject({ location: `/api/v1/runs/${run.id}`, etag: `"${version}"` });
    const read = await ask('GET', `/deployments/${deployment.id}`);
    expect(read.headers['etag']).toBe(`"${version}"`);
    expect(read.body).toMatchObject({ id: deployment.id, currentRun: run.id, desired: DesiredState.parse(desired()) });
    expect((await ask('GET', `/runs/${run.id}`)).body).toEqual(run);
    expect((await ask('GET', `/deployments/${deployment.id}/runs`)).body.items).toEqual([run]);
  });

  it('are listed newest first, page by page, with filters', async () => {
    for (const name of ['page-a', 'page-b', 'page-c']) await created(name);
    await created('other');
    const names: string[] = [];
    let cursor = '';
    do {
      const { body } = await ask('GET', `/deployments?limit=2${cursor}`);
      names.push(...body.items.map(({ name }) => name));
      cursor = body.nextCursor === undefined ? '' : `&cursor=${body.nextCursor}`;
    } while (cursor !== '');
    expect(names.slice(0, 4)).toEqual(['other', 'page-c', 'page-b', 'page-a']);
    expect((await ask('GET', '/deployments?name=page-b')).body.items).toHaveLength(1);
    expect((await ask('GET', '/deployments?environment=production')).body).toEqual({ items: [] });
    expect((await ask('GET', '/deployments?name=%25%5f%27%3b--')).body).toEqual({ items: [] });
  });

  it('refuse a cursor of another list, filter or tenant', async () => {
    const { body } = await ask('GET', '/deployments?limit=1');
    const cursor = body.nextCursor!;
    const { id } = await created();
    const other = await logIn('eve', 'acme');
    for (const [path, as] of [
      [`/deployments?limit=1&name=shop&cursor=${cursor}`, token],
      [`/deployments/${id}/runs?cursor=${cursor}`, token],
      [`/deployments?limit=1&cursor=${cursor}`, other],
      [`/deployments?cursor=${cursor.slice(0, -1)}`, token],
      ['/deployments?cursor=zzz', token],
    ] as const) {
      const answer = await ask('GET', path, { token: as });
      expect(answer).toMatchObject({
        status: 400,
        body: { code: 'invalid-parameter', errors: [{ pointer: '?cursor' }] },
      });
    }
  });

  it('are nobody else’s: another tenant sees the same as for an id that is none', async () => {
    const { id, runId } = await created();
    const other = await logIn('eve', 'acme');
    const random = systemIds.next();
    const same = async (...row: readonly [string, (given: string) => string, unknown?]) => {
      const [method, path, body] = row;
      const [own, none] = [
        await ask(method, path(id), { token: other, ...(body === undefined ? {} : { body }) }),
        await ask(method, path(random), { token: other, ...(body === undefined ? {} : { body }) }),
      ];
      expect([own.status, own.body.code, own.body.detail]).toEqual([404, none.body.code, none.body.detail]);
    };
    await same('GET', (given) => `/deployments/${given}`);
    for (const part of ['runs', 'revisions', 'resources', 'outputs', 'events', 'drift']) {
      await same('GET', (given) => `/deployments/${given}/${part}`);
    }
    for (const part of ['plan', 'execute', 'cancel', 'retry', 'rollback', 'scan']) {
      await same('POST', (given) => `/deployments/${given}/${part}`);
    }
    await same('DELETE', (given) => `/deployments/${given}`);
    await same('POST', () => '/drift/scans', { deploymentId: id });
    expect((await ask('GET', `/runs/${runId}`, { token: other })).status).toBe(404);
    expect((await ask('POST', `/runs/${runId}/cancel`, { token: other })).status).toBe(404);
    expect((await ask('GET', '/deployments', { token: other })).body.items).toEqual([]);
  });

  it('tell the history of a deployment in order, with who and why', async () => {
    const { id, runId } = await planned();
    const { body } = await ask('GET', `/deployments/${id}/events`);
    const facts = body.items.map(({ type }) => type.split('.')[2]);
    expect(facts.indexOf('plan-computed')).toBeGreaterThan(facts.indexOf('run-requested'));
    expect(facts).toContain('run-awaiting-approval');
    expect(body.complete).toBe(true);
    expect(body.items[0]).toMatchObject({ type: 'caisson.deployment.deployment-created.v1', sequence: 1 });
    expect(body.items[0]?.actor).toBe(principalIdOf(tenantIdOf('default'), 'mia'));
    const ofRun = (await ask('GET', `/runs/${runId}/events`)).body.items;
    expect(ofRun.length).toBeGreaterThan(2);
    expect(ofRun.every((item) => item.data['runId'] === runId)).toBe(true);
  });
});

describe('commands', () => {
  it('approve exactly the digest that was planned', async () => {
    const { id, plan, runId } = await planned();
    expect((await ask('GET', `/runs/${runId}`)).body).toMatchObject({
      state: 'awaiting_approval',
      planDigest: plan.digest,
    });
    const ofRun = await ask('GET', `/runs/${runId}/plan`);
    const shown = await ask('GET', `/plans/${plan.digest}`);
    expect(shown.text).not.toContain('sesame');
    expect(shown.body).toEqual(JSON.parse(JSON.stringify(plan).replace(CREDENTIALS, '').replace(QUERY, '?…')));
    const told = await ask('GET', `/runs/${runId}/events`);
    expect(told.text).toContain('http://web/');
    expect(told.text).not.toContain('sesame');
    expect(ofRun.body).toEqual(shown.body);
    const before = await countEvents();
    const wrong = await ask('POST', `/runs/${runId}/approve`, { body: { planDigest: digestOf('other') } });
    expect(wrong).toMatchObject({
      status: 409,
      body: { code: 'plan-digest-mismatch', errors: [{ pointer: '/planDigest' }] },
    });
    expect(await countEvents()).toBe(before);
    const right = await ask('POST', `/deployments/${id}/approve`, { body: { planDigest: plan.digest } });
    expect(right).toMatchObject({ status: 202, body: { run: { id: runId, state: 'executing' } } });
  });

  it('in the wrong state are refused with the legal ones', async () => {
    const { id, plan, runId } = await planned();
    const allowed = (state: string) => [
      ...new Set(
        RUN_TRANSITIONS.filter(({ command, from }) => from === state && command).map(({ command }) => command),
      ),
    ];
    for (const [method, path, body] of [
      ['POST', `/deployments/${id}/execute`, {}],
      ['POST', `/runs/${runId}/retry`, undefined],
    ] as const) {
      const answer = await ask(method, path, { body });
      expect(answer).toMatchObject({
        status: 409,
        body: { code: 'run-state-conflict', state: 'awaiting_approval', allowed: allowed('awaiting_approval') },
      });
      expect(answer.body.detail).toContain('approve');
    }
    await ask('POST', `/runs/${runId}/reject`, { body: { reason: 'too dear' } });
    expect(await ask('POST', `/runs/${runId}/approve`, { body: { planDigest: plan.digest } })).toMatchObject({
      status: 409,
      body: { code: 'run-state-conflict', state: 'cancelled', allowed: [] },
    });
    const effects = { done: [], notDone: [], unknown: [] };
    expect(await ask('GET', `/runs/${runId}`)).toMatchObject({ body: { effects } });
  });

  it('are one command when they come twice with one key', async () => {
    for (const key of [systemIds.next(), 'any-text']) {
      const asked = { body: desired('twice'), headers: { 'idempotency-key': key } };
      const first = await ask('POST', '/deployments', asked);
      const before = await countEvents();
      const second = await ask('POST', '/deployments', asked);
      expect(second.status).toBe(202);
      expect(second.body).toEqual(first.body);
      expect(await countEvents()).toBe(before);
      const other = await ask('POST', '/deployments', { ...asked, body: desired('else') });
      expect(other).toMatchObject({ status: 422, body: { code: 'idempotency-key-reused' } });
      expect(await countEvents()).toBe(before);
    }
  });

  it('are refused when their key was used to say something else', async () => {
    const { id } = await created();
    const headers = { 'idempotency-key': 'cancel-for-a-reason' };
    const cancel = (reason: string) => ask('POST', `/deployments/${id}/cancel`, { body: { reason }, headers });
    expect((await cancel('too dear')).status).toBe(202);
    expect((await cancel('too dear')).status).toBe(202);
    expect(await cancel('too late')).toMatchObject({ status: 422, body: { code: 'idempotency-key-reused' } });
  });

  it('give the run of the first time when they are repeated later', async () => {
    const { id, runId } = await created();
    const cancel = { headers: { 'idempotency-key': 'cancel-1' } };
    expect((await ask('POST', `/deployments/${id}/cancel`, cancel)).body.run).toMatchObject({
      id: runId,
      state: 'cancelled',
    });
    const { headers } = await ask('GET', `/deployments/${id}`);
    const changed = await ask('PATCH', `/deployments/${id}`, {
      body: { ...desired(), environment: 'staging' },
      headers: { 'if-match': String(headers['etag']) },
    });
    expect(changed).toMatchObject({ status: 202, body: { run: { kind: 'update', revision: 2 } } });
    expect((await ask('POST', `/deployments/${id}/cancel`, cancel)).body.run).toMatchObject({ id: runId });
    expect((await ask('GET', `/runs/${changed.body.run.id}`)).body.state).not.toBe('cancelled');
  });

  it('that change what is desired must name the version they saw', async () => {
    const { id } = await created();
    await ask('POST', `/deployments/${id}/cancel`);
    const body = desired('renamed');
    const send = async (ifMatch?: string) =>
      ask('PATCH', `/deployments/${id}`, {
        body,
        ...(ifMatch === undefined ? {} : { headers: { 'if-match': ifMatch } }),
      });
    expect(await send()).toMatchObject({ status: 428, body: { code: 'precondition-required' } });
    expect(await send('*')).toMatchObject({ status: 412, body: { code: 'precondition-failed' } });
    expect(await send('W/"1"')).toMatchObject({ status: 412 });
    const stale = await send('"1"');
    expect(stale).toMatchObject({ status: 412, body: { code: 'deployment-version-conflict' } });
    expect(await send(String(stale.headers['etag']))).toMatchObject({ status: 202, body: { run: { kind: 'update' } } });
  });

  it('are refused while another run is active', async () => {
    const { id, runId } = await created();
    const { headers } = await ask('GET', `/deployments/${id}`);
    const answer = await ask('PATCH', `/deployments/${id}`, {
      body: desired('again'),
      headers: { 'if-match': String(headers['etag']) },
    });
    expect(answer).toMatchObject({ status: 409, body: { code: 'run-active', runId } });
    expect(answer.body.allowed).toContain('cancel');
  });

  it('scale and configure by runs of their kind, and refuse what cannot be planned', async () => {
    const servers = { ...desired('herd'), resources: [{ ...desired().resources[1]!, properties: {}, count: 2 }] };
    const { id, runId } = await ask('POST', '/deployments', { body: servers }).then(({ body }) => ({
      id: body.deployment.id,
      runId: body.run.id,
    }));
    const scale = (body: object, headers = {}) => ask('POST', `/deployments/${id}/scale`, { body, headers });
    expect(await scale({ resource: 'web', count: 3 })).toMatchObject({ status: 409, body: { code: 'run-active' } });
    await ask('POST', `/runs/${runId}/cancel`);
    expect(await scale({ resource: 'db', count: 3 })).toMatchObject({
      status: 422,
      body: { code: 'desired-state-invalid', errors: [{ pointer: '/resource' }] },
    });
    expect(await scale({ resource: 'web', count: 0 })).toMatchObject({ status: 400 });
    expect(await scale({ resource: 'web', count: 3 }, { 'if-match': '"1"' })).toMatchObject({ status: 412 });
    const key = { 'idempotency-key': systemIds.next() };
    const scaled = await scale({ resource: 'web', count: 3 }, key);
    expect(scaled).toMatchObject({ status: 202, body: { run: { kind: 'scale', revision: 2 } } });
    expect((await scale({ resource: 'web', count: 3 }, key)).body).toEqual(scaled.body);
    expect(await scale({ resource: 'web', count: 4 }, key)).toMatchObject({
      status: 422,
      body: { code: 'idempotency-key-reused' },
    });
    await ask('POST', `/runs/${scaled.body.run.id}/cancel`);
    const body = { resources: { web: { properties: { flavor: 'm1.large' }, tags: { tier: 'web' } } } };
    const once = { 'idempotency-key': systemIds.next() };
    const configured = await ask('POST', `/deployments/${id}/configure`, { body, headers: once });
    expect((await ask('POST', `/deployments/${id}/configure`, { body, headers: once })).body).toEqual(configured.body);
    const other = { resources: { web: { properties: { flavor: 'm1.small' } } } };
    expect(await ask('POST', `/deployments/${id}/configure`, { body: other, headers: once })).toMatchObject({
      status: 422,
      body: { code: 'idempotency-key-reused' },
    });
    expect(configured).toMatchObject({ status: 202, body: { run: { kind: 'configure', revision: 3 } } });
    expect((await ask('GET', `/deployments/${id}`)).body).toMatchObject({
      desired: { resources: [{ count: 3, properties: { flavor: 'm1.large' }, tags: { tier: 'web' } }] },
    });
    const { items } = (await ask('GET', `/deployments/${id}/revisions`)).body;
    expect(items).toMatchObject([{ revision: 3 }, { revision: 2 }, { revision: 1 }]);
  });

  it('show the attempts of a task, and what its tool says while it runs', async () => {
    const { runId } = await created('talkative');
    const tenantId = tenantIdOf('default');
    const stream = { tenantId, streamId: `execution-${runId}` };
    const ref = { deploymentId: 'd', runId, taskId: `${runId}/web`, unitId: 'web', phase: 'apply' };
    const of = { ...ref, attempt: 1, fencingToken: 1 };
    const record = async (fact: FactOf<'execution'>, data: object, documents: NewDocument[] = []) => {
      const { head } = await store.events.load({ stream });
      const context = newContext({ service: 'executor' });
      const publicForm = { type: eventTypeOf('execution', fact) };
      const events = [{ type: fact, schemaVersion: 1, data, publicForm }];
      await store.events.append({ stream, expected: head, context, events, documents });
    };
    const task = { taskId: ref.taskId, runId, unitId: 'web', phase: 'apply', state: 'running', attempt: 1 };
    await record('execution-started', { ...ref, planDigest: `sha256:${'a'.repeat(64)}`, units: ['web'] });
    await record('task-started', { ...of, actionKey: 'k' }, [{ collection: 'task', id: ref.taskId, body: task }]);
    const path = `/tasks/${encodeURIComponent(ref.taskId)}`;
    const attemptId = `${ref.taskId}/1.1`;
    expect((await ask('GET', `${path}/attempts`)).body.items).toMatchObject([
      { id: attemptId, state: 'running', cycle: 1, attempt: 1 },
    ]);
    const logPath = `/attempts/${encodeURIComponent(attemptId)}/log`;
    expect((await ask('GET', logPath)).body).toEqual({ lines: [], offset: 0, nextOffset: 0, complete: false });
    const followed = ask('GET', `${logPath}?waitSeconds=10`);
    const attemptLog = logs.open({ tenantId, attemptId });
    attemptLog.add('creating');
    attemptLog.add('created');
    expect((await followed).body).toEqual({
      lines: ['creating', 'created'],
      offset: 0,
      nextOffset: 2,
      complete: false,
    });
    const failure = { code: 'tool-failed', message: 'exit code 1', diagnostics: [] };
    const ended = ask('GET', `${logPath}?offset=2&waitSeconds=10`);
    const retrying = { collection: 'task', id: ref.taskId, body: { ...task, state: 'retrying' } };
    await record('task-failed', { ...of, failure }, [retrying]);
    expect((await ended).body).toEqual({ lines: [], offset: 2, nextOffset: 2, complete: true });
    await record('task-retrying', { ...ref, attempt: 2, delayMs: 1000 });
    await record('task-started', { ...of, attempt: 2, actionKey: 'k' });
    await record('task-succeeded', { ...of, attempt: 2, evidence: { exitCode: 0 } });
    await record('execution-started', { ...ref, planDigest: `sha256:${'a'.repeat(64)}`, units: ['web'] });
    await record('task-started', { ...of, actionKey: 'k/2' });
    expect((await ask('GET', `${path}/attempts`)).body.items).toMatchObject([
      { id: attemptId, state: 'failed', failure },
      { id: `${ref.taskId}/1.2`, state: 'succeeded', evidence: { exitCode: 0 } },
      { id: `${ref.taskId}/2.1`, state: 'running' },
    ]);
    expect(await ask('GET', `/attempts/${encodeURIComponent(`${ref.taskId}/3.1`)}/log`)).toMatchObject({
      status: 404,
      body: { code: 'attempt-not-found' },
    });
    expect(await ask('GET', `${logPath}?waitSeconds=11`)).toMatchObject({ status: 400 });
  });

  it('give out the address at which a task that waits is called back, to those who may approve', async () => {
    const { runId } = await created('patient');
    const tenantId = tenantIdOf('default');
    const taskId = `${runId}/gate`;
    const path = `/tasks/${encodeURIComponent(taskId)}`;
    const waiting = { reason: 'a callback', since: 's', until: '2026-03-03T10:15:00.000Z', callback: true, cycle: 1 };
    const task = { taskId, runId, unitId: 'gate', phase: 'apply', state: 'running', attempt: 2 };
    const show = (version: number, body: Record<string, Json>) =>
      store.events.load({ stream: { tenantId, streamId: `execution-${runId}` } }).then(({ head }) =>
        store.events.append({
          stream: { tenantId, streamId: `execution-${runId}` },
          expected: head,
          context: {
            ...{ correlationId: 'c', causationId: 'x', actor: 'service:executor', commandId: `${runId}${version}` },
            ...{ occurredAt: systemClock.now(), service: 'executor' },
          },
          events: [{ type: 'TaskWaiting', schemaVersion: 1, data: {} }],
          documents: [{ collection: 'task', id: taskId, body }],
        }),
      );
    expect(await ask('GET', path)).toMatchObject({ status: 404, body: { code: 'task-not-found' } });
    await show(1, { ...task, waiting });
    expect((await ask('GET', path)).body).toMatchObject({ id: taskId, state: 'running', waiting: { callback: true } });
    const answer = await ask('GET', `${path}/callback`);
    expect(answer).toMatchObject({ status: 200, body: { expiresAt: waiting.until } });
    const { path: address } = answer.body as unknown as { path: string };
    const target = new CallbackTokens(settings.callbackSecret).read(address.replace('/webhooks/callbacks/', ''));
    expect(target).toEqual({ tenantId, runId, phase: 'apply', unitId: 'gate', cycle: 1, attempt: 2 });
    await show(2, task);
    expect(await ask('GET', `${path}/callback`)).toMatchObject({ status: 409, body: { code: 'task-not-waiting' } });
  });

  it('record what a person says of a task that nobody can tell, once its run has ended', async () => {
    const { id: deploymentId, runId } = await created('unknown');
    const tenantId = tenantIdOf('default');
    const stream = { tenantId, streamId: `execution-${runId}` };
    const body = { ...{ deploymentId, runId, unitId: 'web', phase: 'apply', attempt: 1 }, state: 'failed' };
    const shown = (unitId: string, code: string) => {
      const taskId = `${runId}/${unitId}`;
      return { collection: 'task', id: taskId, body: { ...body, taskId, unitId, failure: { code } } };
    };
    const said = { outcome: 'done', evidence: 'It is in the console as srv-1.' };
    const resolve = (unitId: string, given: object = said) =>
      ask('POST', `/tasks/${encodeURIComponent(`${runId}/${unitId}`)}/resolve`, { body: given });
    expect(await resolve('web')).toMatchObject({ status: 404, body: { code: 'task-not-found' } });
    const documents = [shown('web', 'outcome-unknown'), shown('db', 'apply-failed')];
    await store.events.append(newAppend({ stream, documents }));
    expect(await resolve('db')).toMatchObject({ status: 409, body: { code: 'task-outcome-known' } });
    expect(await resolve('web')).toMatchObject({ status: 409, body: { code: 'run-state-conflict' } });
    expect((await resolve('web', { outcome: 'perhaps', evidence: '' })).status).toBe(400);
    await ask('POST', `/runs/${runId}/cancel`);
    expect(await resolve('web')).toMatchObject({ status: 202, body: { run: { id: runId } } });
    const { items } = (await ask('GET', `/deployments/${deploymentId}/events`)).body as unknown as {
      items: { type: string; data: object; actor: string }[];
    };
    const fact = items.find(({ type }) => type.includes('run-task-resolved'));
    expect(fact).toMatchObject({ data: { ...said, taskId: `${runId}/web`, resolvedBy: fact?.actor } });
  });

  it('delete a deployment by its state', async () => {
    const { id } = await created();
    const answer = await ask('DELETE', `/deployments/${id}`);
    expect(answer.status).toBe(202);
    expect((await ask('GET', `/deployments/${id}`)).body.status).toBe('deleted');
    expect(await ask('POST', `/deployments/${id}/plan`)).toMatchObject({
      status: 409,
      body: { code: 'deployment-deleted' },
    });
  });

  it('ask for a scan whose report has a known address', async () => {
    const { id } = await created();
    await ask('POST', `/deployments/${id}/cancel`);
    const asked = { body: { deploymentId: id }, headers: { 'idempotency-key': 'scan-1' } };
    const [first, second] = [await ask('POST', '/drift/scans', asked), await ask('POST', '/drift/scans', asked)];
    expect(first.status).toBe(202);
    expect(second.body).toEqual(first.body);
    expect(first.headers['location']).toBe(`/api/v1/drift/reports/${first.body.scan.id}`);
    expect(await ask('GET', `/drift/reports/${first.body.scan.id}`)).toMatchObject({
      status: 404,
      body: { code: 'drift-report-not-found' },
    });
  });

  it('follow from a push to a branch that a deployment is bound to, once', async () => {
    const triggers = [{ kind: 'push' as const, repository: 'acme/shop', branch: 'main' }];
    const { body } = await ask('POST', '/deployments', { body: { ...desired('bound'), triggers } });
    const { id } = body.deployment;
    await ask('POST', `/deployments/${id}/cancel`);
    const push = { hookId: 'shop', deliveryId: 'd-1', event: 'push', repository: 'acme/shop', sender: 'mia' };
    const delivery = (branch: string) => ({ data: { ...push, branch, commit: 'a'.repeat(40) }, stream: 'delivery-1' });
    await tell('webhooks', 'delivery-accepted', delivery('other'));
    expect((await ask('GET', `/deployments/${id}/runs`)).body.items).toHaveLength(1);
    await tell('webhooks', 'delivery-accepted', delivery('main'));
    const { items } = (await ask('GET', `/deployments/${id}/runs`)).body;
    expect(items).toHaveLength(2);
    expect(items[0]).toMatchObject({ kind: 'update', requestedBy: 'service:api' });
  });

  it('go back only to what was completed', async () => {
    const { id } = await created();
    await ask('POST', `/deployments/${id}/cancel`);
    const answer = await ask('POST', `/deployments/${id}/rollback`, { body: { toRevision: 7 } });
    expect(answer.status).toBeGreaterThanOrEqual(409);
    expect(answer.body.code).toMatch(/revision-not-found|run-state-conflict/);
  });
});

describe('bad input', () => {
  const resource = { name: 'a', engine: 'sandbox', type: 'network' };
  it.each([
    ['an unknown reference', { resources: [{ ...resource, properties: { x: '${nothing.id}' } }] }, '/resources/0'],
    ['an unknown dependency', { resources: [{ ...resource, dependsOn: ['nothing'] }] }, '/resources/0'],
    [
      'a cycle',
      {
        resources: [
          { ...resource, dependsOn: ['b'] },
          { ...resource, name: 'b', dependsOn: ['a'] },
        ],
      },
      '',
    ],
    ['a name used twice', { resources: [resource, resource] }, '/resources/1'],
    [
      'a check of no URL',
      { resources: [{ ...resource, checks: [{ kind: 'http', url: 'nonsense' }] }] },
      '/resources/0/checks/0/url',
    ],
  ])('%s is 422 and names the place', async (...row) => {
    const [, part, pointer] = row;
    const before = await countEvents();
    const answer = await ask('POST', '/deployments', { body: { name: 'shop', ...part } });
    expect(answer).toMatchObject({ status: 422, body: { code: 'desired-state-invalid' } });
    expect(answer.body.errors[0]!.pointer).toContain(pointer);
    expect(answer.body.errors[0]!.detail.length).toBeGreaterThan(10);
    expect(await countEvents()).toBe(before);
  });

  it.each([
    ['{"name":', 'invalid-json'],
    ['', 'invalid-request'],
    ['null', 'invalid-request'],
    ['[]', 'invalid-request'],
    ['7', 'invalid-request'],
    ['{}', 'invalid-request'],
    ['{"name":"Shop!","resources":[{"name":"a","type":"t"}]}', 'invalid-request'],
    ['{"name":"shop","resources":[{"name":"a","type":7}]}', 'invalid-request'],
    ['{"name":"shop","resources":[{"name":"a","type":"t"}],"tenantId":"x"}', 'invalid-request'],
    ['{"name":"shop","resources":[{"name":"a","type":"t","count":-1}]}', 'invalid-request'],
    ['{"name":"shop","resources":[{"name":"a","type":"t","count":2147483648}]}', 'invalid-request'],
    ['{"name":"shop","resources":[{"name":"a","type":"t","count":9007199254740993}]}', 'invalid-number'],
    ['{"name":"shop","resources":[{"name":"a","type":"t","properties":{"x":"\\u0000"}}]}', 'invalid-text'],
    ['{"name":"shop","resources":[{"name":"a","type":"t","properties":{"x":["\\ud800"]}}]}', 'invalid-text'],
    ['{"name":"shop","resources":[{"name":"a","type":"t","properties":{"__proto__":{"x":1}}}]}', 'forbidden-key'],
    [
      `{"name":"shop","resources":[{"name":"a","type":"t","properties":${'{"x":'.repeat(3000)}1${'}'.repeat(3000)}}]}`,
      'json-too-deep',
    ],
    [`{"name":"shop","resources":${'['.repeat(15_000)}${']'.repeat(15_000)}}`, 'json-too-deep'],
    ['{"name":"shop","name":"shop","resources":[{"name":"a","type":"t"}]}', 'duplicate-key'],
    [
      `{"name":"shop","resources":[{"name":"a","type":"t","properties":{"x":"${'é'.repeat(200_000)}"}}]}`,
      'body-too-large',
    ],
  ])('%.70s is refused as a problem and nothing is written', async (...row) => {
    const [raw, code] = row;
    const before = await countEvents();
    const started = performance.now();
    const answer = await ask('POST', '/deployments', { raw });
    expect(performance.now() - started).toBeLessThan(1000);
    expect(answer.body).toMatchObject({ code, status: answer.status, instance: '/api/v1/deployments' });
    expect(answer.status === 400 || answer.status === 413).toBe(true);
    expect(answer.body.type).toBe(`/docs/errors#${code}`);
    expect(answer.body.detail.length).toBeGreaterThan(20);
    expect(await countEvents()).toBe(before);
  });

  it('never answers 5xx, whatever comes to whichever operation', async () => {
    const bodies = [
      '',
      'null',
      '[]',
      '"x"',
      '{',
      '{"a":1}',
      '{"planDigest":"x"}',
      '{"planDigest":7}',
      '{"toRevision":1.5}',
    ];
    const hostile = ['{"reason":"\\u0000"}', '{"reason":"\\ud800"}', '{"toRevision":1e400}', '{"mode":"__proto__"}'];
    const ids = ['abc', '%00', '00000000-0000-4000-8000-000000000000', 'x'.repeat(150), "1'or'1'='1", '..%2f..'];
    const paths = describeApi()['paths'] as Record<string, Record<string, unknown>>;
    const asks = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).flatMap((method) =>
        [...bodies, ...hostile].map((raw, index) => {
          const id = ids[index % ids.length]!;
          return { method, raw, path: path.replace(/\{\w+\}/, id) };
        }),
      ),
    );
    const before = await countEvents();
    const known = new Map<string, number>();
    for (const { method, path, raw } of asks) {
      const isRead = method === 'get';
      const url = `${path.slice('/api/v1'.length)}${isRead ? `?limit=${encodeURIComponent(raw)}` : ''}`;
      const answer = await ask(method.toUpperCase(), url, isRead || raw === '' ? {} : { raw });
      known.set(`${answer.status}`, (known.get(`${answer.status}`) ?? 0) + 1);
      if (answer.status >= 500) expect.fail(`${method} ${url} with ${raw} is ${answer.status}: ${answer.text}`);
    }
    expect([...known.keys()].every((status) => Number(status) < 500)).toBe(true);
    expect(await countEvents()).toBe(before);
    expect((await ask('GET', '/auth/me')).status).toBe(200);
  });
});

describe('the document', () => {
  const paths = describeApi()['paths'] as Record<string, Record<string, { security: readonly object[] }>>;
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );

  it('has every operation that needs a token answer 401 without one', async () => {
    const secured = operations.filter(({ operation }) => operation.security.length > 0);
    expect(secured.length).toBeGreaterThan(25);
    for (const { method, path } of secured) {
      const url = path.slice('/api/v1'.length).replace(/\{\w+\}/, systemIds.next());
      const answer = await ask(method.toUpperCase(), url, { token: '' });
      expect([method, path, answer.status, answer.body.code]).toEqual([method, path, 401, 'token-missing']);
    }
    expect(operations.filter(({ operation }) => operation.security.length === 0).map(({ path }) => path)).toEqual([
      '/api/v1/auth/register',
      '/api/v1/auth/login',
      '/api/v1/run-states',
    ]);
  });

  it('is served, and every reference in it leads somewhere', async () => {
    const { body, text } = await ask('GET', '/openapi.json', { token: '' });
    expect(body).toEqual(JSON.parse(JSON.stringify(describeApi())));
    for (const [, name] of text.matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
      expect(body.components.schemas).toHaveProperty([name!]);
    }
  });

  it('serves the machine of the run', async () => {
    const { body } = await ask('GET', '/run-states', { token: '' });
    expect(body.states).toHaveLength(13);
    expect(body.transitions).toEqual(RUN_TRANSITIONS);
  });
});

it('keeps ids of keys in the order of their time', async () => {
  const early = uuidV7(Date.parse('2020-01-01'), new Uint8Array(10));
  const late = uuidV7(Date.parse('2021-01-01'), new Uint8Array(10));
  const idFor = async (key: string): Promise<string> =>
    (await ask('POST', '/deployments', { body: desired(), headers: { 'idempotency-key': key } })).body.deployment.id;
  expect((await idFor(early)) < (await idFor(late))).toBe(true);
});
