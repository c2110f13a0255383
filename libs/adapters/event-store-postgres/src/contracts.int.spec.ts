import {
  createTestDatabase,
  describeConsumerStoreContract,
  describeEventStoreContract,
  describeJobQueueContract,
  describeLockManagerContract,
  describeOutboxContract,
} from '@caisson/testing';
import { migrate } from './migrate.js';
import { openEventStore } from './open-event-store.js';

// Services connect as the application's role; so do the contracts.
const PASSWORD = 'secret "of" the \'role\'';

async function openTwice() {
  const database = await createTestDatabase();
  await migrate({ ownerUrl: database.url, appRole: { password: PASSWORD } });
  const asApp = new URL(database.url);
  asApp.username = 'caisson_app';
  asApp.password = encodeURIComponent(PASSWORD);
  const [store, other] = await Promise.all([openEventStore({ url: asApp.href }), openEventStore({ url: asApp.href })]);
  return {
    store,
    other,
    close: async () => {
      await Promise.all([store.close(), other.close()]);
      await database.drop();
    },
  };
}

describeEventStoreContract('Postgres', async () => {
  const { store, other, close } = await openTwice();
  return { events: store.events, documents: store.documents, otherEvents: other.events, close };
});

describeJobQueueContract('Postgres', async () => {
  const { store, other, close } = await openTwice();
  return { events: store.events, jobs: store.jobs, otherJobs: other.jobs, close };
});

describeLockManagerContract('Postgres', async () => {
  const { store, other, close } = await openTwice();
  const expire = async (tenantId: string, resource: string): Promise<void> => {
    const text = 'update lease set expires_at = clock_timestamp() where tenant_id = $1 and resource = $2';
    await store.pool.query(text, [tenantId, resource]);
  };
  return { locks: store.locks, otherLocks: other.locks, events: store.events, expire, close };
});

describeOutboxContract('Postgres', async () => {
  const { store, other, close } = await openTwice();
  const killLeader = async (): Promise<void> => {
    const text = `select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and granted
      and database = (select oid from pg_database where datname = current_database())`;
    await store.pool.query(text);
  };
  return { events: store.events, outbox: store.outbox, otherOutbox: other.outbox, killLeader, close };
});

describeConsumerStoreContract('Postgres', async () => {
  const { store, other, close } = await openTwice();
  const { events, outbox, jobs, consumers } = store;
  return { events, outbox, jobs, consumers, otherConsumers: other.consumers, close };
});
