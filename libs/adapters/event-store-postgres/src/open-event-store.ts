import type pgModule from 'pg';
import { DataSource } from 'typeorm';
import {
  LeaseManager,
  OUTBOX_CHANNEL,
  type ConsumerStore,
  type DocumentStore,
  type EventFeed,
  type EventStore,
  type JobQueue,
  type LockManager,
  type Outbox,
  type Quotas,
  type Recovery,
  type StreamRef,
  type Wakeups,
} from '@caisson/event-sourcing';
import type { Instant } from '@caisson/kernel';
import { systemClock, systemRandom } from '@caisson/system';
import { AppendBatcher } from './append-batcher.js';
import { appendSettings, connectionSettings, pg, TIMEOUTS_MS } from './connection.js';
import { DOCUMENT_ENTITY } from './document.entity.js';
import { postgresBacklog, type BacklogReader } from './postgres-backlog.js';
import { PostgresConsumerStore } from './postgres-consumer-store.js';
import { PostgresDocumentStore } from './postgres-document-store.js';
import { PostgresEventFeed } from './postgres-event-feed.js';
import { PostgresEventStore } from './postgres-event-store.js';
import { orFault } from './postgres-faults.js';
import { PostgresJobQueue } from './postgres-job-queue.js';
import { PostgresLeaseTable } from './postgres-lease-table.js';
import { PostgresOutbox } from './postgres-outbox.js';
import { PostgresQuotas } from './postgres-quotas.js';
import { PostgresRecovery } from './postgres-recovery.js';
import { PostgresWakeups } from './postgres-wakeups.js';
import { processIdentity } from './process-identity.js';
import { QueueAlarm } from './queue-alarm.js';
import { SILENT_LOGGER } from './silent-logger.js';
import { UNTRACED, type StoreTracing } from './store-tracing.js';
import { verifyChain, verifyChains, type ChainVerdict, type CheckedStream } from './verify-chain.js';

const POOL_MAX_DEFAULT = 10;

/** Consumers may have as many transactions open as half of the pool, and at least so many. */
const TRANSACTIONS_MIN = 4;

/** An append waits no longer for a stream that somebody locks: a whole group waits with it. */
const APPEND_LOCK_MS_MAX = 1_000;

/** How to open the store. */
export interface EventStoreOptions {
  /** URL of the database, as the application's role. Its schema is in place (`migrate`). */
  readonly url: string;
  /**
   * Connections for reading, jobs and leases; default 10. Appends, wake-ups and the relay have one more each, consumers
   * up to half as many while they work.
   */
  readonly poolMax?: number;
  /** Shown in `pg_stat_activity`; default `caisson`. */
  readonly applicationName?: string;
  /** Default: nothing is traced. */
  readonly tracing?: StoreTracing;
}

/** All that Postgres does for a process. */
export interface OpenedEventStore {
  readonly events: EventStore;
  readonly documents: DocumentStore;
  readonly jobs: JobQueue;
  readonly locks: LockManager;
  readonly wakeups: Wakeups;
  readonly outbox: Outbox;
  readonly consumers: ConsumerStore;
  /** All public events in their global order. */
  readonly feed: EventFeed;
  /** What waits for a person. */
  readonly recovery: Recovery;
  /** What tenants use up. */
  readonly quotas: Quotas;
  /** What waits in the database. */
  readonly backlog: BacklogReader;
  /** For other adapters' own tables. */
  readonly pool: pgModule.Pool;
  /** Who this process is, for claims of jobs and leases. */
  readonly identity: string;
  /** Checks a stream against its hashes. */
  verifyChain(stream: StreamRef): Promise<ChainVerdict>;
  /** The time by the database's clock. @throws Fault (retryable) when it does not answer. */
  now(): Promise<Instant>;
  /** Checks every stream, of one tenant or of all. */
  verifyChains(of: { readonly tenantId?: string | undefined }): AsyncIterable<CheckedStream>;
  /** Answers within the connection's limits, or fails with a retryable fault: for readiness. */
  ping(): Promise<void>;
  /** Ends every connection. Stop the loops that use them first. */
  close(): Promise<void>;
}

/**
 * Connects and gives all ports.
 *
 * @throws Fault `store-unavailable` (retryable) while the database is away.
 */
export async function openEventStore(options: EventStoreOptions): Promise<OpenedEventStore> {
  const { url, poolMax = POOL_MAX_DEFAULT, applicationName = 'caisson', tracing = UNTRACED } = options;
  const dataSource = toDataSource({ url, poolMax, applicationName });
  await orFault('connect', () => dataSource.initialize());
  // One pool for what TypeORM reads and what is plain SQL.
  const pool = (dataSource.driver as unknown as { readonly master: pgModule.Pool }).master;
  const writer = toPool({
    ...appendSettings(url, `${applicationName} writer`),
    lock_timeout: APPEND_LOCK_MS_MAX,
    max: 1,
  });
  const transactions = toPool({
    ...connectionSettings(url, `${applicationName} consumers`),
    max: Math.max(TRANSACTIONS_MIN, Math.ceil(poolMax / 2)),
    pipeline: true, // Each transaction has two statements that its end and its beginning need not wait for.
  });
  const wakeups = new PostgresWakeups(url, `${applicationName} wakeups`);
  const outbox = new PostgresOutbox(url, `${applicationName} relay`);
  await wakeups.start();
  const queueAlarm = new QueueAlarm(wakeups);
  const batcher = new AppendBatcher(writer, (items) => {
    if (items.length > 0) wakeups.wake(OUTBOX_CHANNEL);
    for (const { queue, delayMs } of items.flatMap((item) => item.wakes)) queueAlarm.set(queue, delayMs);
  });
  const identity = processIdentity();
  return {
    events: new PostgresEventStore(pool, batcher, tracing),
    documents: new PostgresDocumentStore(dataSource, pool),
    jobs: new PostgresJobQueue(pool),
    locks: new LeaseManager({
      leases: new PostgresLeaseTable(pool, identity),
      clock: systemClock,
      random: systemRandom,
    }),
    wakeups,
    outbox,
    consumers: new PostgresConsumerStore({ reading: pool, transactions }),
    feed: new PostgresEventFeed(pool),
    quotas: new PostgresQuotas(pool),
    backlog: postgresBacklog(pool),
    recovery: new PostgresRecovery(pool, wakeups),
    pool,
    identity,
    verifyChain: (stream) => verifyChain(pool, stream),
    now: async () => {
      const asked = 'select (extract(epoch from clock_timestamp()) * 1000)::float8 as ms';
      const { rows } = await orFault('tell the time', () => pool.query<{ readonly ms: number }>(asked));
      return new Date(rows[0]?.ms ?? Number.NaN).toISOString();
    },
    verifyChains: (of) => verifyChains(pool, of),
    ping: async () => {
      await orFault('answer', () => pool.query('select 1'));
    },
    close: async () => {
      queueAlarm.clear();
      await Promise.all([wakeups.close(), outbox.resign(), writer.end(), transactions.end(), dataSource.destroy()]);
    },
  };
}

function toPool(settings: pgModule.PoolConfig): pgModule.Pool {
  const pool = new pg.Pool(settings);
  pool.on('error', () => undefined); // An idle connection that broke is replaced at the next use.
  return pool;
}

function toDataSource(options: Required<Omit<EventStoreOptions, 'tracing'>>): DataSource {
  return new DataSource({
    type: 'postgres',
    driver: pg,
    url: options.url,
    applicationName: options.applicationName,
    poolSize: options.poolMax,
    connectTimeoutMS: TIMEOUTS_MS.connect,
    extra: connectionSettings(options.url, options.applicationName),
    entities: [DOCUMENT_ENTITY],
    synchronize: false,
    installExtensions: false,
    logger: SILENT_LOGGER,
    poolErrorHandler: () => undefined, // An idle connection that broke is replaced at the next use.
  });
}
