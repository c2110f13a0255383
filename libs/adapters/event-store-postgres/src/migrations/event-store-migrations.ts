import { appendFunction } from './append-function.js';
import { DOCUMENT_ISOLATION } from './document-isolation.js';
import { EVENT_ISOLATION, WORK_ISOLATION } from './event-isolation.js';
import { CONSUMER_TABLES, EVENT_TABLES, OUTBOX_TABLES, WORK_TABLES } from './event-store-tables.js';
import { CONSUMER_FUNCTIONS, LEASE_FUNCTIONS, LEASE_TAKEOVERS } from './lease-functions.js';
import { OUTBOX_FUNCTIONS, SENDING_BY_NUMBER } from './outbox-functions.js';
import { EVENT_TRACING } from './event-tracing.js';
import { HOLDING_TABLE, QUOTA_FUNCTIONS, QUOTA_TABLES, SETTLED_HOLDINGS } from './quota-functions.js';
import { sqlMigration, type MigrationClass } from './sql-migration.js';

/** The schema of the event store, oldest first. Released migrations never change; new ones are added at the end. */
export const EVENT_STORE_MIGRATIONS: readonly MigrationClass[] = [
  sqlMigration('CreateEventStore1764000000000', [
    ...EVENT_TABLES,
    ...OUTBOX_TABLES,
    ...WORK_TABLES,
    ...CONSUMER_TABLES,
    appendFunction('plain'),
    ...OUTBOX_FUNCTIONS,
    ...LEASE_FUNCTIONS,
    ...CONSUMER_FUNCTIONS,
  ]),
  sqlMigration('IndexFailedJobs1764045800000', [
    `create index job_failed on job (queue, ended_at) where state = 'failed'`,
  ]),
  sqlMigration('IndexReleasedStreams1764050000000', [
    `create index consumer_released on consumer_position (consumer)
      where parked_from is null and parked_reason is not null`,
  ]),
  sqlMigration('CountQuotas1764520000000', [...QUOTA_TABLES, ...QUOTA_FUNCTIONS, appendFunction('claiming')]),
  sqlMigration('IsolateDocuments1764525600000', DOCUMENT_ISOLATION),
  sqlMigration('IsolateEvents1764529200000', EVENT_ISOLATION),
  sqlMigration('IsolateWork1764532800000', WORK_ISOLATION),
  sqlMigration('TraceEvents1764534300000', EVENT_TRACING),
  sqlMigration('HoldQuotas1764536400000', [...HOLDING_TABLE, appendFunction('holding')]),
  sqlMigration('IndexDueJobs1764540000000', [`create index job_due on job (queue, due_at) where state = 'open'`]),
  sqlMigration('ReleaseSettledRuns1764548400000', SETTLED_HOLDINGS),
  sqlMigration('SendByNumber1764549000000', SENDING_BY_NUMBER),
  sqlMigration('SetAppendsByCaller1764549600000', [appendFunction('set-by-caller')]),
  sqlMigration('TellTakeovers1764563400000', LEASE_TAKEOVERS),
  sqlMigration('TellAllUsed1764569000000', [appendFunction('telling-all')]),
];
