import { createTestDatabase, newAppend, newPrivateEvent, newEvent, type TestDatabase } from '@caisson/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { migrate } from './migrate.js';
import { openEventStore, type OpenedEventStore } from './open-event-store.js';

let database: TestDatabase;
let store: OpenedEventStore;

beforeAll(async () => {
  database = await createTestDatabase();
  await migrate({ ownerUrl: database.url });
  store = await openEventStore({ url: database.url });
});
afterAll(async () => {
  await store.close();
  await database.drop();
});

it('tells what waits: jobs by queue and state, events on their way out, streams that are set aside', async () => {
  expect(await store.backlog()).toEqual({ queues: [], unnumbered: 0, unsent: 0, oldestSeconds: 0, parked: [] });
  const job = (key: string, delayMs = 0) => ({ queue: 'planning', key, payload: {}, delayMs });
  const request = newAppend({
    events: [newEvent(), newPrivateEvent()],
    jobs: [job('a'), job('b'), job('timer', 60_000)],
  });
  await store.events.append(request);
  await store.jobs.claim({ queue: 'planning', worker: 'w', limit: 1, leaseMs: 60_000 });
  const { stream } = request;
  await store.consumers.transact('planner', [stream], (transaction) => {
    transaction.park(stream, 1, 'it does not fit');
    return Promise.resolve();
  });
  await store.pool.query(`insert into checkpoint (consumer, global_seq) values ('planner', 0), ('api', 0)`);
  const backlog = await store.backlog();
  expect(backlog).toMatchObject({
    unnumbered: 2,
    unsent: 0,
    queues: [{ queue: 'planning', due: 1, held: 1, later: 1 }],
  });
  expect(backlog.parked).toEqual(
    expect.arrayContaining([
      { consumer: 'planner', streams: 1 },
      { consumer: 'api', streams: 0 },
    ]),
  );
  expect(backlog.queues[0]?.oldestDueSeconds).toBeGreaterThan(0);
  expect(backlog.oldestSeconds).toBeGreaterThan(0);
  await store.outbox.tryLead(() => undefined);
  const entries = await store.outbox.next(10);
  expect(await store.backlog()).toMatchObject({ unnumbered: 0, unsent: 1 });
  await store.outbox.remove(entries);
  expect(await store.backlog()).toMatchObject({ unsent: 0, oldestSeconds: 0 });
});
