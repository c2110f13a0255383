import { createTestDatabase, newAppend, newStream, type TestDatabase } from '@caisson/testing';
import type { AppendRequest, Holding, StreamRef } from '@caisson/event-sourcing';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { migrate } from './migrate.js';
import { openEventStore, type OpenedEventStore } from './open-event-store.js';

const QUOTA = 'tasks-in-flight';

let database: TestDatabase;
let stores: readonly OpenedEventStore[];
let tenantId: string;

beforeAll(async () => {
  database = await createTestDatabase();
  await migrate({ ownerUrl: database.url, appRole: { password: 'app' } });
  const url = new URL(database.url);
  [url.username, url.password] = ['caisson_app', 'app'];
  stores = await Promise.all([1, 2].map(() => openEventStore({ url: url.href })));
});
afterAll(async () => {
  await Promise.all(stores.map((store) => store.close()));
  await database.drop();
});
beforeEach(() => {
  tenantId = randomUUID();
});

const limit = (ceilings: Record<string, number | null>) =>
  append(newAppend({ stream: newStream(tenantId) }), {
    documents: [{ collection: 'quota', id: 'q', body: { ceilings } }],
  });

const append = (request: AppendRequest, more: Partial<AppendRequest>, store = stores[0]!) =>
  store.events.append({ ...request, ...more });

/** A stream says what it holds from now on. */
async function hold(stream: StreamRef, amount: number, { claims = true, store = stores[0]! } = {}) {
  const { head } = await store.events.load({ stream });
  const holds: Holding[] = [{ quota: QUOTA, amount, claims }];
  return append({ ...newAppend({ stream }), expected: head }, { holds }, store);
}

const used = async () => (await stores[0]!.quotas.read(tenantId)).find(({ name }) => name === QUOTA);

describe('what streams hold of a quota', () => {
  it('is added up, and changes with their facts', async () => {
    const [one, other] = [newStream(tenantId), newStream(tenantId)];
    await hold(one, 3);
    await hold(other, 2.25);
    expect(await used()).toEqual({ name: QUOTA, used: 5.25 });
    await hold(one, 0);
    expect(await used()).toEqual({ name: QUOTA, used: 2.25 });
  });

  it('never is more than the limit, when 200 come at once through two processes', async () => {
    await limit({ [QUOTA]: 50 });
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, index) => hold(newStream(tenantId), 1, { store: stores[index % 2]! })),
    );
    expect(answers.filter(({ outcome }) => outcome === 'appended')).toHaveLength(50);
    const refused = answers.filter(({ outcome }) => outcome === 'exhausted');
    expect(refused).toHaveLength(150);
    expect(refused.at(-1)).toEqual({ outcome: 'exhausted', quota: QUOTA, used: 50, limit: 50 });
    expect(await used()).toEqual({ name: QUOTA, used: 50, limit: 50 });
  });

  it('is refused whole when there is room for a part only', async () => {
    await limit({ [QUOTA]: 10 });
    await hold(newStream(tenantId), 7);
    const stream = newStream(tenantId);
    expect(await hold(stream, 4)).toEqual({ outcome: 'exhausted', quota: QUOTA, used: 7, limit: 10 });
    expect((await hold(stream, 3)).outcome).toBe('appended');
  });

  it('may shrink, stay and be recorded above a limit that was lowered', async () => {
    const stream = newStream(tenantId);
    await hold(stream, 9);
    await limit({ [QUOTA]: 4 });
    expect((await hold(stream, 9)).outcome).toBe('appended');
    expect((await hold(stream, 8)).outcome).toBe('appended');
    expect((await hold(stream, 9)).outcome).toBe('exhausted');
    expect((await hold(stream, 9, { claims: false })).outcome).toBe('appended');
  });

  it('is the business of one tenant', async () => {
    await limit({ [QUOTA]: 0 });
    expect((await hold(newStream(randomUUID()), 5)).outcome).toBe('appended');
    expect((await hold(newStream(tenantId), 1)).outcome).toBe('exhausted');
  });

  it('is not changed by an append that came too late, nor twice by a repeated one', async () => {
    await limit({ [QUOTA]: 5 });
    const stream = newStream(tenantId);
    const holds: Holding[] = [{ quota: QUOTA, amount: 5, claims: true }];
    const first = newAppend({ stream });
    expect((await append(first, { holds })).outcome).toBe('appended');
    expect((await append(first, { holds })).outcome).toBe('repeated');
    expect((await append(newAppend({ stream }), { holds: [{ ...holds[0]!, amount: 1 }] })).outcome).toBe('conflict');
    expect(await used()).toMatchObject({ used: 5 });
  });
});
