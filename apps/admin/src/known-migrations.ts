import { CreateAttemptLog } from '@caisson/attempt-log-postgres';
import { ENGINE_MIGRATIONS } from '@caisson/engines';
import type { MigrationClass } from '@caisson/event-store-postgres';
import { CreateIdempotentAnswer } from '@caisson/idempotency-postgres';
import { CreateInstalledEngine } from '@caisson/installed-engines-postgres';
import { CreateDriftSchedule } from '@caisson/schedules-postgres';

/** What the services of this release have besides the store's own; a test of `standalone` compares. */
export const KNOWN_MIGRATIONS: readonly MigrationClass[] = [
  ...ENGINE_MIGRATIONS,
  CreateAttemptLog,
  CreateIdempotentAnswer,
  CreateInstalledEngine,
  CreateDriftSchedule,
];
