import { DataSource } from 'typeorm';
import { grantAppRole, type AppRole } from './app-role.js';
import { connectionSettings, pg, TIMEOUTS_MS } from './connection.js';
import { EVENT_STORE_MIGRATIONS } from './migrations/event-store-migrations.js';
import type { MigrationClass } from './migrations/sql-migration.js';
import { orFault } from './postgres-faults.js';
import { SILENT_LOGGER } from './silent-logger.js';

/** The advisory lock of whoever migrates this database. Any number that nobody else uses. */
const MIGRATION_LOCK = 4_716_502_382;

/** A change of the schema may take long, and so may waiting for another process that makes it. */
const MIGRATION_MS_MAX = 10 * 60_000;

/** How to bring the schema up to date. */
export interface MigrateOptions {
  /** URL of the database as the role that owns its schema. */
  readonly ownerUrl: string;
  /** Makes the services' role and gives it its rights; absent: rights are left alone. */
  readonly appRole?: AppRole;
  /** Other packages' migrations, run with the store's own in the order of the time in their names. */
  readonly migrations?: readonly MigrationClass[];
}

/**
 * Brings the schema up to date. Forward only; idempotent; safe to call from many processes at once: one works, the
 * others wait for it.
 *
 * @returns the names of the migrations that this call ran.
 * @throws Fault `store-unavailable` (retryable) while the database is away, `store-refused` when a statement failed;
 *   each migration is one transaction.
 */
export async function migrate(options: MigrateOptions): Promise<readonly string[]> {
  return migrateWith([...EVENT_STORE_MIGRATIONS, ...(options.migrations ?? [])], options);
}

/** The same with these migrations only: the schema of an earlier release, for tests of upgrades from it. */
export async function migrateWith(
  migrations: readonly MigrationClass[],
  options: Omit<MigrateOptions, 'migrations'>,
): Promise<readonly string[]> {
  const limits = {
    statement_timeout: MIGRATION_MS_MAX,
    lock_timeout: MIGRATION_MS_MAX,
    query_timeout: MIGRATION_MS_MAX,
  };
  const settings = { ...connectionSettings(options.ownerUrl, 'caisson migrations'), ...limits };
  const guard = new pg.Client(settings);
  guard.on('error', () => undefined); // The statement in hand fails with the same error.
  return orFault('migrate', async () => {
    await guard.connect();
    try {
      await guard.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]); // Ends with the connection.
      const ran = await runMigrations(migrations, options.ownerUrl, settings);
      if (options.appRole !== undefined) await grantAppRole(guard, options.appRole);
      return ran;
    } finally {
      await guard.end().catch(() => undefined);
    }
  });
}

async function runMigrations(
  migrations: readonly MigrationClass[],
  url: string,
  settings: object,
): Promise<readonly string[]> {
  const dataSource = new DataSource({
    type: 'postgres',
    driver: pg,
    url,
    poolSize: 1,
    connectTimeoutMS: TIMEOUTS_MS.connect,
    extra: settings,
    migrations: [...migrations],
    migrationsTableName: 'migration',
    migrationsTransactionMode: 'each',
    synchronize: false,
    installExtensions: false,
    logger: SILENT_LOGGER,
    poolErrorHandler: () => undefined, // The statement in hand fails with the same error.
  });
  await dataSource.initialize();
  try {
    const ran = await dataSource.runMigrations();
    return ran.map((migration) => migration.name);
  } finally {
    await dataSource.destroy();
  }
}
