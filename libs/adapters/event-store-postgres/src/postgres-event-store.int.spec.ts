import { createTestDatabase, describeEventStoreContract } from '@caisson/testing';
import { migrate } from './migrate.js';
import { openEventStore } from './open-event-store.js';

describeEventStoreContract('Postgres', async () => {
  const database = await createTestDatabase();
  await migrate({ ownerUrl: database.url });
  const store = await openEventStore({ url: database.url });
  const other = await openEventStore({ url: database.url });
  return {
    events: store.events,
    documents: store.documents,
    otherEvents: other.events,
    close: async () => {
      await Promise.all([store.close(), other.close()]);
      await database.drop();
    },
  };
});
