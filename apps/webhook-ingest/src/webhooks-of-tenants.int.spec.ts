import { createHmac, randomUUID } from 'node:crypto';
import { Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { migrate, openEventStore, type OpenedEventStore } from '@caisson/event-store-postgres';
import { createHttpAdapter, prepareHttp, webhookAddressOf, WebhookSecrets } from '@caisson/http';
import { createLogger, Metrics } from '@caisson/observability';
import { systemClock } from '@caisson/service';
import { createTestDatabase, type TestDatabase } from '@caisson/testing';
import { ManageWebhooks } from '@caisson/webhooks';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebhookIngestModule } from './webhook-ingest.module.js';

const [SECRET, PREVIOUS] = ['c'.repeat(32), 'p'.repeat(32)];
const [TENANT, OTHER] = [randomUUID(), randomUUID()];
const HOUR_MS = 3_600_000;
const made = new WebhookSecrets(SECRET);

let database: TestDatabase;
let store: OpenedEventStore;
let webhooks: ManageWebhooks;
let lateMs = 0;
/** The clock of the service under test: it can be set forward. */
const clock = { ...systemClock, now: () => new Date(Date.now() + lateMs).toISOString() };
const ended: (() => Promise<unknown>)[] = [];
let app: NestFastifyApplication;

beforeAll(async () => {
  Logger.overrideLogger(false);
  database = await createTestDatabase();
  ended.push(() => database.drop());
  await migrate({ ownerUrl: database.url });
  store = await openEventStore({ url: database.url });
  ended.push(() => store.close());
  webhooks = new ManageWebhooks({ store: store.events, clock: systemClock, service: 'api' });
  app = await started({ callbackSecret: SECRET });
});
afterAll(async () => {
  for (const end of ended.reverse()) await end();
});

async function started(
  secrets: { readonly callbackSecret?: string; readonly callbackPreviousSecret?: string } = {},
): Promise<NestFastifyApplication> {
  const runtime = { store: store.events, clock, service: 'webhook-ingest' };
  const settings = { webhookHooks: [], callbackSecret: undefined, callbackPreviousSecret: undefined, ...secrets };
  const module = await WebhookIngestModule.register({ settings, runtime, documents: store.documents });
  const service = await NestFactory.create<NestFastifyApplication>(module, createHttpAdapter());
  const log = createLogger({ service: 'webhook-ingest', level: 'silent' });
  prepareHttp(service, { log, metrics: new Metrics(false) });
  await service.init();
  ended.push(() => service.close());
  return service;
}

const contextOf = (tenantId: string) => {
  const commandId = randomUUID();
  return { tenantId, commandId, correlationId: commandId, causationId: commandId, actor: 'mia' };
};

/** A webhook with its first secret. */
async function created(tenantId = TENANT): Promise<{ id: string; address: string; secret: string }> {
  const given = await webhooks.create({ name: 'shop', kind: 'github', context: contextOf(tenantId) });
  if (given.outcome === 'rejected') throw new Error(given.rejection.code);
  const webhook = { tenantId, id: given.webhookId };
  return { id: webhook.id, address: webhookAddressOf(webhook), secret: made.secretOf(webhook, 1) };
}

const rotate = (webhookId: string, overlapMs: number) =>
  webhooks.rotate({ webhookId, overlapMs, context: contextOf(TENANT) });
const secretOf = (id: string, generation: number) => made.secretOf({ tenantId: TENANT, id }, generation);

const push = () =>
  JSON.stringify({
    ...{ ref: 'refs/heads/main', after: randomUUID().replaceAll('-', '').padEnd(40, '0') },
    ...{ repository: { full_name: 'acme/shop' }, sender: { login: 'mia' } },
  });

async function deliver(address: string, secret: string, to = app): Promise<{ status: number; text: string }> {
  const payload = push();
  const answer = await to.inject({
    ...{ method: 'POST', url: `/webhooks/${address}`, payload },
    headers: {
      ...{ 'content-type': 'application/json', 'x-github-event': 'push', 'x-github-delivery': randomUUID() },
      'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(payload).digest('hex')}`,
    },
  });
  return { status: answer.statusCode, text: answer.payload };
}
const statusOf = async (...asked: Parameters<typeof deliver>) => (await deliver(...asked)).status;

const deliveriesOf = (tenantId: string) =>
  store.documents.find({ tenantId, collection: 'delivery', equals: {}, order: 'descending', limit: 200 });

describe('a delivery to the webhook of a tenant', () => {
  it('is recorded for that tenant, under the id of the webhook', async () => {
    const [{ address, id, secret }, others] = [await created(), await deliveriesOf(OTHER)];
    expect(await statusOf(address, secret)).toBe(202);
    const [newest] = await deliveriesOf(TENANT);
    expect(newest?.body).toMatchObject({ hookId: id, outcome: 'accepted', repository: 'acme/shop' });
    expect(await deliveriesOf(OTHER)).toEqual(others);
  });

  it('needs the secret of that webhook, and what is refused leaves no trace', async () => {
    const [mine, other, theirs] = [await created(), await created(), await created(OTHER)];
    const before = [await deliveriesOf(TENANT), await deliveriesOf(OTHER)];
    const nobodys = webhookAddressOf({ tenantId: TENANT, id: randomUUID() });
    const moved = webhookAddressOf({ tenantId: OTHER, id: mine.id });
    for (const [address, secret] of [
      [mine.address, other.secret],
      [mine.address, theirs.secret],
      [theirs.address, mine.secret],
      [moved, mine.secret],
      [nobodys, made.secretOf({ tenantId: TENANT, id: nobodys }, 1)],
      [mine.address, secretOf(mine.id, 0)],
      [mine.address, secretOf(mine.id, 2)],
      [mine.address, SECRET],
    ] as const) {
      expect(await deliver(address, secret)).toMatchObject({ status: 401 });
    }
    expect([await deliveriesOf(TENANT), await deliveriesOf(OTHER)]).toEqual(before);
    expect(await statusOf(mine.address, mine.secret)).toBe(202);
  });

  it('may be signed with the secret before for a while after a rotation, and not longer', async () => {
    const { address, id, secret } = await created();
    await rotate(id, HOUR_MS);
    expect([await statusOf(address, secret), await statusOf(address, secretOf(id, 2))]).toEqual([202, 202]);
    lateMs = HOUR_MS + 1_000;
    try {
      expect([await statusOf(address, secret), await statusOf(address, secretOf(id, 2))]).toEqual([401, 202]);
    } finally {
      lateMs = 0;
    }
    await rotate(id, HOUR_MS);
    expect([await statusOf(address, secret), await statusOf(address, secretOf(id, 2))]).toEqual([401, 202]);
    await rotate(id, 0);
    expect([await statusOf(address, secretOf(id, 3)), await statusOf(address, secretOf(id, 4))]).toEqual([401, 202]);
  });

  it('is refused once the webhook was removed, and where the installation gives out none', async () => {
    const { address, id, secret } = await created();
    const without = await started();
    expect([await statusOf(address, secret), await statusOf(address, secret, without)]).toEqual([202, 401]);
    await webhooks.remove({ webhookId: id, context: contextOf(TENANT) });
    expect(await statusOf(address, secret)).toBe(401);
  });

  it('may be signed with what followed from the secret of the installation before, while that is given', async () => {
    const { address, id } = await created();
    const old = new WebhookSecrets(PREVIOUS).secretOf({ tenantId: TENANT, id }, 1);
    const replacing = await started({ callbackSecret: SECRET, callbackPreviousSecret: PREVIOUS });
    expect([await statusOf(address, old, replacing), await statusOf(address, old)]).toEqual([202, 401]);
  });
});
