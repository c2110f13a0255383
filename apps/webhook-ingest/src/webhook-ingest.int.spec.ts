import { createHmac } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { decodeEvent, DeliveryResource, type PublicEvent } from '@caisson/contracts';
import { migrate, openEventStore, type OpenedEventStore } from '@caisson/event-store-postgres';
import { CallbackTokens, createHttpAdapter, prepareHttp } from '@caisson/http';
import { createLogger, Metrics } from '@caisson/observability';
import { readSettings, systemClock } from '@caisson/service';
import { NO_STREAM } from '@caisson/event-sourcing';
import type { JsonObject } from '@caisson/kernel';
import { createTestDatabase, newContext, type TestDatabase } from '@caisson/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { WebhookIngestSettings } from './settings.js';
import { WebhookIngestModule } from './webhook-ingest.module.js';

const SECRET = 'shop hook secret 1';
const FILE_SECRET = 'docs hook secret 2';
const CALLBACK_SECRET = 'c'.repeat(32);
const PREVIOUS_SECRET = 'o'.repeat(32);
const COMMIT = '0123456789abcdef0123456789abcdef01234567';

let database: TestDatabase;
let store: OpenedEventStore;
let app: NestFastifyApplication;
let directory: string;
let deliveries = 0;

beforeAll(async () => {
  Logger.overrideLogger(false);
  directory = await mkdtemp(join(tmpdir(), 'caisson-hooks-'));
  await writeFile(join(directory, 'secret'), `${FILE_SECRET}\n`);
  database = await createTestDatabase();
  await migrate({ ownerUrl: database.url });
  store = await openEventStore({ url: database.url });
  const hooks = [
    { id: 'shop', kind: 'github', tenantId: 'tenant-a', secret: SECRET },
    { id: 'docs', kind: 'github', tenantId: 'tenant-b', secretFile: join(directory, 'secret') },
  ];
  const settings = settingsWith(JSON.stringify(hooks));
  const runtime = { store: store.events, clock: systemClock, service: 'webhook-ingest' };
  const module = await WebhookIngestModule.register({ settings, runtime, documents: store.documents });
  app = await NestFactory.create<NestFastifyApplication>(module, createHttpAdapter());
  const log = createLogger({ service: 'webhook-ingest', level: 'silent' });
  prepareHttp(app, { log, metrics: new Metrics(false) });
  await app.init();
});
afterAll(async () => {
  await app.close();
  await store.close();
  await database.drop();
  await rm(directory, { recursive: true, force: true });
});
beforeEach(() => {
  deliveries += 1;
});

function settingsWith(webhookHooks: string): WebhookIngestSettings {
  return readSettings(WebhookIngestSettings, {
    CAISSON_DATABASE_URL: 'postgres://127.0.0.1/x',
    CAISSON_WEBHOOK_HOOKS: webhookHooks,
    CAISSON_CALLBACK_SECRET: CALLBACK_SECRET,
    CAISSON_CALLBACK_PREVIOUS_SECRET: PREVIOUS_SECRET,
  });
}

function push(more: object = {}): string {
  const parts = { repository: { full_name: 'acme/shop' }, sender: { login: 'mia' }, number: deliveries };
  return JSON.stringify({ ref: 'refs/heads/main', after: COMMIT, ...parts, ...more });
}

const sign = (body: string | Buffer, secret = SECRET) =>
  `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;

interface Delivered {
  readonly status: number;
  readonly body: {
    readonly outcome?: string;
    readonly repeated?: boolean;
    readonly code?: string;
    readonly detail?: string;
  };
}

async function deliver(
  body: string | Buffer,
  headers: Record<string, string | undefined> = {},
  hook = 'shop',
): Promise<Delivered> {
  const all: Record<string, string | undefined> = {
    'content-type': 'application/json',
    'x-github-event': 'push',
    'x-github-delivery': `delivery-${deliveries}`,
    'x-hub-signature-256': sign(body),
    ...headers,
  };
  const given = Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const answer = await app.inject({
    method: 'POST',
    url: `/webhooks/${hook}`,
    payload: body,
    headers: Object.fromEntries(given),
  });
  return { status: answer.statusCode, body: JSON.parse(answer.payload) as Delivered['body'] };
}

async function recorded(tenantId = 'tenant-a'): Promise<readonly PublicEvent[]> {
  const streams = await store.pool.query<{ stream_id: string }>(
    'select distinct stream_id from event where tenant_id = $1',
    [tenantId],
  );
  const read = streams.rows.map(({ stream_id: streamId }) => store.consumers.readStream({ tenantId, streamId }, 0));
  return (await Promise.all(read)).flat();
}

/** A task that waits for a callback, as the executor shows it. */
async function waitingTask(unitId: string, waiting: object | undefined, secret = CALLBACK_SECRET): Promise<string> {
  const task = { runId: 'run', unitId, phase: 'apply', state: 'running', attempt: 1, waiting };
  await store.events.append({
    stream: { tenantId: 'tenant-a', streamId: `execution-${unitId}` },
    expected: NO_STREAM,
    context: newContext({ service: 'executor' }),
    events: [{ type: 'TaskWaiting', schemaVersion: 1, data: {} }],
    documents: [{ collection: 'task', id: `run/${unitId}`, body: JSON.parse(JSON.stringify(task)) as JsonObject }],
  });
  const target = { tenantId: 'tenant-a', runId: 'run', phase: 'apply', unitId, cycle: 1, attempt: 1 } as const;
  return new CallbackTokens(secret).sign(target);
}

async function callBack(token: string, payload?: object): Promise<Delivered> {
  const body = payload === undefined ? {} : { payload: JSON.stringify(payload) };
  const headers = payload === undefined ? {} : { 'content-type': 'application/json' };
  const answer = await app.inject({ method: 'POST', url: `/webhooks/callbacks/${token}`, headers, ...body });
  return { status: answer.statusCode, body: JSON.parse(answer.payload) as Delivered['body'] };
}

describe('a callback', () => {
  const facts = async (unitId: string) =>
    (await recorded())
      .map((found) => decodeEvent('webhooks', found))
      .filter((event) => event?.fact === 'callback-received' && event.data.unitId === unitId);

  it('is recorded once, whatever comes again', async () => {
    const token = await waitingTask('gate', { cycle: 1, callback: true });
    expect(await callBack(token, { tests: 'green' })).toMatchObject({ status: 202, body: { repeated: false } });
    expect(await callBack(token, { tests: 'red' })).toMatchObject({ status: 202, body: { repeated: true } });
    const found = await facts('gate');
    expect(found).toMatchObject([
      { data: { runId: 'run', unitId: 'gate', cycle: 1, attempt: 1, payload: { tests: 'green' } } },
    ]);
  });

  it('is heard at an address that was given out before the secret was replaced', async () => {
    const token = await waitingTask('patient', { cycle: 1, callback: true }, PREVIOUS_SECRET);
    expect(await callBack(token, { tests: 'green' })).toMatchObject({ status: 202, body: { repeated: false } });
    expect(await facts('patient')).toMatchObject([{ data: { payload: { tests: 'green' } } }]);
  });

  it('may say nothing', async () => {
    expect(await callBack(await waitingTask('quiet', { cycle: 1, callback: true }))).toMatchObject({ status: 202 });
    expect(await facts('quiet')).toMatchObject([{ data: { payload: null } }]);
  });

  it.each<[string, object | undefined]>([
    ['a task that waits no longer', undefined],
    ['a wait of another start', { cycle: 2, callback: true }],
    ['a task that waits for a time', { cycle: 1, callback: false }],
  ])('is refused for %s, and nothing is recorded', async (what, waiting) => {
    const unitId = what.replaceAll(' ', '-');
    expect(await callBack(await waitingTask(unitId, waiting), {})).toMatchObject({
      status: 409,
      body: { code: 'wait-not-open' },
    });
    expect(await facts(unitId)).toEqual([]);
  });

  it('is not found at an address that we did not give out', async () => {
    const target = {
      tenantId: 'tenant-a',
      runId: 'run',
      phase: 'apply',
      unitId: 'gate',
      cycle: 1,
      attempt: 1,
    } as const;
    const forged = new CallbackTokens('x'.repeat(32)).sign(target);
    for (const token of [forged, 'x', 'a.b.c']) {
      expect(await callBack(token, {})).toMatchObject({ status: 404, body: { code: 'callback-not-found' } });
    }
  });

  it('with more than it may say is refused', async () => {
    const token = await waitingTask('loud', { cycle: 1, callback: true });
    expect(await callBack(token, { text: 'x'.repeat(70_000) })).toMatchObject({ status: 413 });
    expect(await facts('loud')).toEqual([]);
  });
});

describe('a signed push', () => {
  it('is recorded as a public fact of the tenant of its hook', async () => {
    expect(await deliver(push())).toMatchObject({ status: 202, body: { outcome: 'accepted', repeated: false } });
    const events = (await recorded()).map((found) => decodeEvent('webhooks', found));
    expect(events.find((event) => event?.fact === 'delivery-accepted')).toMatchObject({
      actor: 'hook:shop',
      data: { hookId: 'shop', repository: 'acme/shop', branch: 'main', commit: COMMIT, sender: 'mia' },
    });
  });

  it('is one delivery when it comes twice, under its own id or another', async () => {
    const body = push();
    expect((await deliver(body)).body).toMatchObject({ repeated: false });
    const before = (await recorded()).length;
    expect(await deliver(body)).toMatchObject({ status: 202, body: { outcome: 'accepted', repeated: true } });
    const replayed = await deliver(body, { 'x-github-delivery': 'minted-by-somebody' });
    expect(replayed).toMatchObject({ status: 202, body: { repeated: true } });
    expect((await recorded()).length).toBe(before);
  });

  it('is one delivery when it comes many times at once', async () => {
    const body = push();
    const answers = await Promise.all(Array.from({ length: 10 }, () => deliver(body)));
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 202));
    expect(answers.filter(({ body: { repeated } }) => !repeated)).toHaveLength(1);
  });

  it('may be signed with a secret from a file', async () => {
    const body = push();
    const headers = { 'x-hub-signature-256': sign(body, FILE_SECRET) };
    expect(await deliver(body, headers, 'docs')).toMatchObject({ status: 202, body: { outcome: 'accepted' } });
    expect(await recorded('tenant-b')).toHaveLength(1);
  });

  it('may have 25 MB', async () => {
    const body = push({ padding: 'x'.repeat(25_000_000) });
    expect(await deliver(body)).toMatchObject({ status: 202, body: { outcome: 'accepted' } });
  });
});

describe('a signed delivery that means nothing', () => {
  it.each([
    ['ping', '{"zen":"x"}'],
    ['issues', '{"action":"opened"}'],
    ['push', push({ ref: 'refs/tags/v1' })],
    ['push', push({ deleted: true, after: '0'.repeat(40) })],
    ['push', push({ ref: 'refs/heads/--upload-pack=touch' })],
    ['push', '{"ref":'],
    ['push', ''],
    ['push', '[]'],
    ['push', 'null'],
    ['push', `${'['.repeat(100_000)}${']'.repeat(100_000)}`],
    ['push', `{"ref":"\\u0000"}`],
    ['push', '{"__proto__":{"ref":"refs/heads/main"}}'],
  ])('%s %.40s is recorded and ignored', async (event, body) => {
    const answer = await deliver(body, { 'x-github-event': event });
    expect(answer).toMatchObject({ status: 202, body: { outcome: 'ignored' } });
  });

  it('may be bytes that are no text, of any type', async () => {
    const body = Buffer.from([0xff, 0xfe, 0x00, 0x80]);
    expect(await deliver(body, { 'content-type': 'application/octet-stream' })).toMatchObject({ status: 202 });
    const form = `payload=${encodeURIComponent(push())}`;
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    expect(await deliver(form, headers)).toMatchObject({ status: 202, body: { outcome: 'ignored' } });
  });
});

describe('what the API shows of a delivery', () => {
  const shown = async () => {
    const request = { tenantId: 'tenant-a', collection: 'delivery', order: 'descending', limit: 200 } as const;
    const found = await store.documents.find({ ...request, equals: { deliveryId: `delivery-${deliveries}` } });
    return found.map(({ body, id }) => ({ ...DeliveryResource.strict().parse(body), key: id }));
  };

  it('is what it said and what was made of it, once', async () => {
    const body = push();
    await deliver(body, { 'x-request-id': 'story-of-a-push' });
    await deliver(body, { 'x-request-id': 'another-story' });
    const [delivery, ...others] = await shown();
    const said = { repository: 'acme/shop', branch: 'main', commit: COMMIT, sender: 'mia' };
    expect(delivery).toMatchObject({ hookId: 'shop', event: 'push', outcome: 'accepted', ...said });
    expect(delivery).toMatchObject({ correlationId: 'story-of-a-push', key: delivery?.id });
    expect(others).toEqual([]);
  });

  it('is the reason, where nothing was made of it', async () => {
    await deliver(push({ ref: 'refs/tags/v1' }));
    expect(await shown()).toMatchObject([{ outcome: 'ignored', reason: 'not a branch, such as a tag' }]);
  });
});

describe('what is refused, without a trace', () => {
  it.each([
    ['no signature', { 'x-hub-signature-256': undefined }, 401, 'signature-invalid'],
    ['SHA-1 only', { 'x-hub-signature-256': undefined, 'x-hub-signature': 'sha1=00' }, 401, 'signature-invalid'],
    ['a short signature', { 'x-hub-signature-256': 'sha256=00' }, 401, 'signature-invalid'],
    ['an upper case signature', { 'x-hub-signature-256': sign('x').toUpperCase() }, 401, 'signature-invalid'],
    ['the secret of another hook', { 'x-hub-signature-256': sign(push(), FILE_SECRET) }, 401, 'signature-invalid'],
    ['no delivery id', { 'x-github-delivery': undefined }, 400, 'delivery-malformed'],
    ['a delivery id that is none', { 'x-github-delivery': 'a b;c' }, 400, 'delivery-malformed'],
    ['no event', { 'x-github-event': undefined }, 400, 'delivery-malformed'],
  ])('%s', async (...row) => {
    const [, headers, status, code] = row;
    const before = (await recorded()).length;
    expect(await deliver(push(), headers)).toMatchObject({ status, body: { code } });
    expect((await recorded()).length).toBe(before);
  });

  it('a body that was changed after it was signed', async () => {
    const signature = sign(push());
    const body = push().replace('acme/shop', 'evil/shop');
    expect(await deliver(body, { 'x-hub-signature-256': signature })).toMatchObject({ status: 401 });
  });

  it.each(['unknown', '__proto__', 'constructor', '%00', 'x'.repeat(150)])(
    'hook %.20s, as a wrong signature is',
    async (hook) => {
      const wrong = await deliver(push(), { 'x-hub-signature-256': undefined });
      const said = { code: 'signature-invalid', detail: wrong.body.detail };
      expect(await deliver(push(), {}, hook)).toMatchObject({ status: 401, body: said });
    },
  );

  it('more than 25 MiB', async () => {
    expect((await deliver(Buffer.alloc(26 * 1024 * 1024 + 1))).status).toBe(413);
  });
});

describe('settings', () => {
  it.each([
    ['{', 'must be a JSON list'],
    ['{}', 'expected array'],
    ['[{"id":"a","kind":"github","tenantId":"t"}]', 'either secret or secretFile'],
    ['[{"id":"a","kind":"github","tenantId":"t","secret":"short"}]', 'at /0/secret must have at least 16 characters'],
    ['[{"id":"a/b","kind":"github","tenantId":"t","secret":"0123456789abcdef"}]', 'must be 1 to 64'],
  ])('%s is refused at the start', (hooks, reason) => {
    expect(() => settingsWith(hooks)).toThrow(reason);
  });

  it('names the hook whose secret cannot be read, and nothing secret', async () => {
    const settings = settingsWith('[{"id":"a","kind":"github","tenantId":"t","secretFile":"/nowhere/at-all"}]');
    const runtime = { store: store.events, clock: systemClock, service: 'webhook-ingest' };
    await expect(WebhookIngestModule.register({ settings, runtime, documents: store.documents })).rejects.toThrow(
      'hook a',
    );
  });
});
