import { migrationStatus } from '@caisson/event-store-postgres';
import { Fault } from '@caisson/kernel';
import { KNOWN_MIGRATIONS } from './known-migrations.js';
import { printList } from './print-list.js';
import { withStore, type Terminal } from './surroundings.js';

/**
 * Prints what was run on the database, what is missing, and what a newer release has run.
 *
 * @throws Fault `schema-behind` when something is missing: services of this release would not start without it.
 */
export async function migrationsStatus(terminal: Terminal, { json }: { readonly json?: boolean }): Promise<void> {
  const all = await withStore(terminal, ({ pool }) => migrationStatus(pool, KNOWN_MIGRATIONS));
  await printList(terminal, {
    first: (limit) => Promise.resolve(all.slice(0, limit)),
    head: ['MIGRATION', 'STANDING'],
    cellsOf: ({ name, standing }) => [name, standing],
    none: 'No migration is known.',
    narrowedBy: '--json',
    json,
  });
  const missing = all.filter(({ standing }) => standing === 'missing').length;
  if (missing === 0) return;
  const text =
    `${missing} of ${all.length} migrations are missing. ` +
    'A service of this release that has CAISSON_DATABASE_OWNER_URL runs them when it starts.';
  throw new Fault('schema-behind', text, { retryable: false });
}
