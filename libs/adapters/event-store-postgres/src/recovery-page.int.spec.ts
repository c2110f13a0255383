import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createTestDatabase, type TestDatabase } from '@caisson/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { migrate } from './migrate.js';
import { openEventStore, type OpenedEventStore } from './open-event-store.js';

// The statements of the how-to pages, as they stand there, on a real store.

const HOW_TO = join(import.meta.dirname, '../../../../docs/how-to');
const CONSUMER = 'planner';
const STREAM = { tenantId: 'tenant-a', streamId: 'deployment-1' };

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

const [findParked = '', release = '', findFailed = '', reopen = ''] = statementsOf('recover-from-unknown.md');

it('find a parked stream with its reason, and let it go on', async () => {
  await store.consumers.transact(CONSUMER, [STREAM], (transaction) => {
    transaction.park(STREAM, 4, 'ZodError: no such member');
    return Promise.resolve();
  });
  const parked = await store.pool.query(findParked);
  expect(parked.rows).toEqual([
    {
      consumer: CONSUMER,
      tenant_id: STREAM.tenantId,
      stream_id: STREAM.streamId,
      parked_from: '4',
      parked_reason: 'ZodError: no such member',
    },
  ]);
  const names = { CONSUMER, TENANT: STREAM.tenantId, STREAM: STREAM.streamId };
  await store.pool.query(filledIn(release, names));
  expect(await store.consumers.parked(CONSUMER)).toEqual([]);
});

it('find a job that was given up with its reason, and open it again', async () => {
  await store.consumers.transact(CONSUMER, [STREAM], (transaction) => {
    transaction.enqueue(STREAM, { queue: 'drift', key: 'scan-1', payload: {} });
    return Promise.resolve();
  });
  const claim = () => store.jobs.claim({ queue: 'drift', worker: 'w', limit: 1, leaseMs: 10_000 });
  const [job] = await claim();
  await store.jobs.fail(job!, 'a defect');
  const failed = await store.pool.query<{ job_id: string; key: string; reason: string }>(findFailed);
  expect(failed.rows).toMatchObject([{ key: 'scan-1', queue: 'drift', attempt: 1, reason: 'a defect' }]);
  await store.pool.query(filledIn(reopen, { JOB: failed.rows[0]!.job_id }));
  expect(await claim()).toMatchObject([{ key: 'scan-1', attempt: 1 }]);
});

it('read a story with its private facts', async () => {
  const [read = ''] = statementsOf('read-a-history.md');
  expect((await store.pool.query(filledIn(read, { TENANT: 'tenant-a', STORY: 's' }))).rows).toEqual([]);
});

function statementsOf(page: string): readonly string[] {
  const text = readFileSync(join(HOW_TO, page), 'utf8');
  return [...text.matchAll(/^```sql\n([\s\S]*?)^```$/gm)].map((match) => match[1] ?? '');
}

/** What a reader puts in for the words in capitals. */
function filledIn(statement: string, values: Readonly<Record<string, string>>): string {
  return Object.entries(values).reduce((text, [name, value]) => text.replaceAll(name, value), statement);
}
