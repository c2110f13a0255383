import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createTestDatabase, type TestDatabase } from '@caisson/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { migrate } from './migrate.js';
import { openEventStore, type OpenedEventStore } from './open-event-store.js';

// The statement of docs/how-to/read-a-history.md, as it stands there, on a real store.

const HOW_TO = join(import.meta.dirname, '../../../../docs/how-to');

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
