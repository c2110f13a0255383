import type pgModule from 'pg';
import { EVENT_STORE_MIGRATIONS } from './migrations/event-store-migrations.js';
import type { MigrationClass } from './migrations/sql-migration.js';
import { orFault } from './postgres-faults.js';

/** Where a migration stands: `missing`, this release has it and the database has not; `newer`, the other way round. */
export interface MigrationStanding {
  readonly name: string;
  readonly standing: 'run' | 'missing' | 'newer';
}

/** Absent: nothing was ever migrated. */
const TABLE = "select to_regclass('migration') is not null as there";

/**
 * Compares what was run on a database with what this release knows, in the order of their times.
 *
 * @param migrations - other packages' migrations, as `migrate` takes them.
 */
export async function migrationStatus(
  pool: pgModule.Pool,
  migrations: readonly MigrationClass[],
): Promise<readonly MigrationStanding[]> {
  const run = await orFault('read which migrations were run', async () => {
    const table = await pool.query<{ there: boolean }>(TABLE);
    if (table.rows[0]?.there !== true) return new Set<string>();
    const answer = await pool.query<{ name: string }>('select name from migration');
    return new Set(answer.rows.map(({ name }) => name));
  });
  const known = new Set([...EVENT_STORE_MIGRATIONS, ...migrations].map((Migration) => new Migration().name ?? ''));
  return [...new Set([...known, ...run])]
    .toSorted((one, other) => timeIn(one) - timeIn(other))
    .map((name) => ({ name, standing: !run.has(name) ? 'missing' : known.has(name) ? 'run' : 'newer' }));
}

function timeIn(name: string): number {
  return Number(name.slice(-13));
}
