import type { StreamRef } from '@caisson/event-sourcing';
import { createTestDatabase, newAppend, newContext, newEvent, type TestDatabase } from '@caisson/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { pg } from './connection.js';
import { migrate, migrateWith } from './migrate.js';
import { EVENT_STORE_MIGRATIONS } from './migrations/event-store-migrations.js';
import { openEventStore, type OpenedEventStore } from './open-event-store.js';

/**
 * The schema of each earlier release, with what a running installation has in it, brought up to date: nothing is lost,
 * nothing is shown to somebody else, and work goes on where it was.
 */

const TENANTS = ['tenant-a', 'tenant-b'] as const;
const QUEUE = 'things';
const CONSUMER = 'reader';
const names = EVENT_STORE_MIGRATIONS.map((Migration) => new Migration().name);
/** Each but the last: where an upgrade may begin. */
const earlier = names.slice(0, -1).map((name, index) => [name, index + 1] as const);

const streamOf = (tenantId: string): StreamRef => ({ tenantId, streamId: 'deployment-same' });
const documentsOf = (tenantId: string) => [
  { collection: 'deployment', id: 'same', body: { status: 'executing', of: tenantId } },
  { collection: 'run', id: 'same', body: { state: 'executing', of: tenantId } },
];

let database: TestDatabase;
let opened: { close(): Promise<unknown> }[];

beforeEach(async () => {
  opened = [];
  database = await createTestDatabase();
});
afterEach(async () => {
  for (const { close } of opened.reverse()) await close();
  await database.drop();
});

async function open(url: string): Promise<OpenedEventStore> {
  const store = await openEventStore({ url });
  opened.push({ close: () => store.close() });
  return store;
}

function servicesUrl(): string {
  const url = new URL(database.url);
  [url.username, url.password] = ['caisson_app', 'app'];
  return url.href;
}

/** A connection as processes had it before they had to say that they work for all tenants. */
async function oldConnection(): Promise<InstanceType<typeof pg.Client>> {
  const client = new pg.Client({ connectionString: servicesUrl() });
  await client.connect();
  opened.push({ close: () => client.end() });
  return client;
}

/** An installation in the middle of its work: two tenants, facts that nobody was sent, a job in hand, a position. */
async function populate(store: OpenedEventStore): Promise<void> {
  for (const tenantId of TENANTS) {
    const stream = streamOf(tenantId);
    const jobs = ['held', 'open'].map((key) => ({ queue: QUEUE, key, payload: { of: tenantId } }));
    const request = { stream, events: [newEvent(1), newEvent(2)], documents: documentsOf(tenantId), jobs };
    expect(await store.events.append(newAppend(request))).toMatchObject({ outcome: 'appended' });
    await store.consumers.transact(CONSUMER, [stream], async (work) => {
      work.advance(stream, 1);
    });
  }
  await store.pool.query('select sequence_events(3)'); // The last has no number yet.
  await store.jobs.claim({ queue: QUEUE, worker: 'old', limit: 1, leaseMs: 600_000 });
}

/** As populated, and brought up to date. */
async function upgrade(from: number): Promise<OpenedEventStore> {
  await migrateWith(EVENT_STORE_MIGRATIONS.slice(0, from), { ownerUrl: database.url });
  const old = await openEventStore({ url: database.url });
  await populate(old);
  await old.close();
  const ran = await migrate({ ownerUrl: database.url, appRole: { password: 'app' } });
  expect(ran).toEqual(names.slice(from));
  return open(servicesUrl());
}

describe.each(earlier)('an installation as of %s', (_name, from) => {
  it('keeps its facts and documents, each for its tenant', async () => {
    const store = await upgrade(from);
    for (const tenantId of TENANTS) {
      const stream = streamOf(tenantId);
      const { events, head } = await store.events.load({ stream });
      expect(events.map(({ data }) => data)).toEqual([{ label: 1 }, { label: 2 }]);
      expect(await store.verifyChain(stream)).toMatchObject({ outcome: 'intact' });
      expect(await store.documents.get(tenantId, 'deployment', 'same')).toMatchObject({ body: { of: tenantId } });
      expect(await store.documents.find({ tenantId, collection: 'run', limit: 9 })).toMatchObject([
        { body: { of: tenantId } },
      ]);
      const next = { ...newAppend({ stream, expected: head }), claims: ['deployments'] };
      expect(await store.events.append(next)).toMatchObject({ outcome: 'appended', head: { version: 3 } });
    }
  });

  it('counts what was there, and goes on with the work', async () => {
    const store = await upgrade(from);
    for (const tenantId of TENANTS) {
      expect(await store.quotas.read(tenantId)).toEqual([
        { name: 'active-runs', used: 1 },
        { name: 'deployments', used: 1 },
      ]);
      const position = await store.consumers.transact(CONSUMER, [streamOf(tenantId)], async (work) =>
        work.position(streamOf(tenantId)),
      );
      expect(position).toEqual({ lastVersion: 1 });
    }
    await store.outbox.tryLead(() => undefined);
    expect(await store.outbox.next(100)).toHaveLength(4);
    const { events } = await store.consumers.readSince({
      ...{ topics: ['caisson.deployment.events.v1'], afterGlobalSeq: 0, minAgeMs: 0, limit: 100 },
    });
    expect(events.map(({ tenantId }) => tenantId).sort()).toEqual(TENANTS.flatMap((tenant) => [tenant, tenant]));
    const claimed = await store.jobs.claim({ queue: QUEUE, worker: 'new', limit: 9, leaseMs: 1_000 });
    expect(claimed).toHaveLength(3); // The fourth is in the hand of the old worker.
    expect(await store.jobs.releaseWorker('old')).toBe(1);
  });

  it('is not harmed by a process of before: it reads nothing, and writes on only where it was', async () => {
    const store = await upgrade(from);
    const client = await oldConnection();
    for (const table of ['event', 'stream', 'document', 'job', 'lease', 'consumer_position', 'quota']) {
      expect([table, (await client.query(`select from ${table}`)).rowCount]).toEqual([table, 0]);
    }
    const stream = streamOf(TENANTS[0]);
    const blind = { ...newAppend({ stream }), context: newContext() }; // It takes the stream for a new one.
    expect(await store.events.append(blind)).toEqual({ outcome: 'conflict', version: 2 });
    expect((await store.events.load({ stream })).events).toHaveLength(2);
  });
});

it('an old process goes on reading by the statement that it has prepared, while the schema grows', async () => {
  const from = names.findIndex((name) => name?.startsWith('TraceEvents'));
  await migrateWith(EVENT_STORE_MIGRATIONS.slice(0, from), { ownerUrl: database.url });
  const store = await open(database.url);
  const stream = streamOf(TENANTS[0]);
  await store.events.append(newAppend({ stream, events: [newEvent(1), newEvent(2)] }));
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  opened.push({ close: () => client.end() });
  const values = [stream.tenantId, stream.streamId, null, null, null];
  const load = { name: 'load', text: 'select * from load_stream($1, $2, $3, $4, $5)', values };
  const before = await client.query(load);
  expect(before.rows).toHaveLength(3); // The head first.
  await migrate({ ownerUrl: database.url });
  expect((await client.query(load)).rows).toEqual(before.rows);
});
