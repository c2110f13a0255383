import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { useEventStore } from './event-store.harness.js';

// The statement of docs/how-to/read-a-history.md, as it stands there, on a real store.

const HOW_TO = join(import.meta.dirname, '../../../../docs/how-to');

const opened = useEventStore();

it('read a story with its private facts', async () => {
  const [read = ''] = statementsOf('read-a-history.md');
  expect((await opened.store.pool.query(filledIn(read, { TENANT: 'tenant-a', STORY: 's' }))).rows).toEqual([]);
});

function statementsOf(page: string): readonly string[] {
  const text = readFileSync(join(HOW_TO, page), 'utf8');
  return [...text.matchAll(/^```sql\n([\s\S]*?)^```$/gm)].map((match) => match[1] ?? '');
}

/** What a reader puts in for the words in capitals. */
function filledIn(statement: string, values: Readonly<Record<string, string>>): string {
  return Object.entries(values).reduce((text, [name, value]) => text.replaceAll(name, value), statement);
}
