import type { Logger } from 'typeorm';

/** What TypeORM would print: nothing. Failures reach the caller as errors, and services have a log of their own. */
export const SILENT_LOGGER: Logger = {
  logQuery: () => undefined,
  logQueryError: () => undefined,
  logQuerySlow: () => undefined,
  logSchemaBuild: () => undefined,
  logMigration: () => undefined,
  log: () => undefined,
};
