import { createTestDatabase, type TestDatabase } from '@caisson/testing';
import { afterAll, beforeAll } from 'vitest';
import { migrate } from './migrate.js';
import { openEventStore, type OpenedEventStore } from './open-event-store.js';

/** What the tests of a file share. */
export interface TestStore {
  readonly database: TestDatabase;
  readonly store: OpenedEventStore;
}

/** A store on a migrated database of its own, for the tests of this file or `describe`; both are gone after them. */
export function useEventStore(): TestStore {
  const opened: { -readonly [Part in keyof TestStore]?: TestStore[Part] } = {};
  beforeAll(async () => {
    opened.database = await createTestDatabase();
    await migrate({ ownerUrl: opened.database.url });
    opened.store = await openEventStore({ url: opened.database.url });
  });
  afterAll(async () => {
    await opened.store?.close();
    await opened.database?.drop();
  });
  return opened as TestStore;
}
