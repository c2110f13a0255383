import { newAppend, newContext, newEvent, createTestDatabase, type TestDatabase } from '@caisson/testing';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { migrate } from './migrate.js';
import { openEventStore, type OpenedEventStore } from './open-event-store.js';
import type { StoreTracing } from './store-tracing.js';

const trace = (digit: string): string => `00-${digit.repeat(32)}-${'b'.repeat(16)}-01`;

let database: TestDatabase;
let store: OpenedEventStore;
let current: string | undefined;
let followed: string[];

const tracing: StoreTracing = {
  append: (_streamId, work) => work(current),
  follow: (traceparent) => void followed.push(traceparent),
};

beforeAll(async () => {
  database = await createTestDatabase();
  await migrate({ ownerUrl: database.url });
  store = await openEventStore({ url: database.url, tracing });
});
beforeEach(() => {
  current = undefined;
  followed = [];
});
afterAll(async () => {
  await store.close();
  await database.drop();
});

it('keeps with each event where it was recorded, outside of the chain of hashes', async () => {
  current = trace('a');
  const request = newAppend();
  const first = await store.events.append(request);
  current = undefined;
  if (first.outcome !== 'appended') throw new Error(first.outcome);
  await store.events.append({ ...request, expected: first.head, context: newContext(), events: [newEvent('two')] });
  const { events } = await store.events.load({ stream: request.stream });
  expect(events.map(({ traceparent }) => traceparent)).toEqual([trace('a'), undefined]);
  const published = await store.consumers.readStream(request.stream, 0);
  expect(published.map(({ traceparent }) => traceparent)).toEqual([trace('a'), undefined]);
  expect(await store.verifyChain(request.stream)).toMatchObject({ outcome: 'intact' });
});

it('tells of the trace that a command goes on with, and of none to those who only read', async () => {
  current = trace('c');
  const request = newAppend();
  await store.events.append(request);
  await store.events.load({ stream: request.stream });
  expect(followed).toEqual([]);
  await store.events.load({ stream: request.stream, commandId: 'next' });
  expect(followed).toEqual([trace('c')]);
});
