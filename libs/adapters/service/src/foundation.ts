import { Fault, messageOf, type Clock } from '@caisson/kernel';
import { Relay, type LockManager } from '@caisson/event-sourcing';
import { migrate, openEventStore, type MigrationClass, type OpenedEventStore } from '@caisson/event-store-postgres';
import { InProcessRateLimiter, type RateLimiter } from '@caisson/http';
import { RedisLockManager, type RedisLockObserver } from '@caisson/lock-redis';
import { KafkaEventPublisher } from '@caisson/messaging-kafka';
import { storeTracing, type Logger, type Metrics } from '@caisson/observability';
import { RedisRateLimiter } from '@caisson/rate-limit-redis';
import { systemClock } from '@caisson/system';
import type { Health, PartStatus, StatusProbe } from './health.js';
import { openSharedClock } from './open-shared-clock.js';
import { relayTelemetry } from './relay-telemetry.js';
import type { CommonSettings } from './settings.js';
import type { Shutdown } from './shutdown.js';
import { timedLocks, watchBacklog, watchPool } from './store-telemetry.js';

const PROBE_MS = 1_000;

/** The connections that all services of one process share. */
export interface Foundation {
  readonly stores: OpenedEventStore;
  readonly locks: LockManager;
  /** One for all processes: Postgres' own. */
  readonly clock: Clock;
  /** Counts requests over all replicas. */
  readonly rates: RateLimiter;
  /** Kafka's addresses; absent in the embedded profile. */
  readonly kafkaBrokers?: readonly string[];
}

type FoundationOfProfile = Omit<Foundation, 'stores' | 'clock'>;

/** What the foundation stands on. */
export interface FoundationParts {
  readonly settings: CommonSettings;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly health: Health;
  readonly shutdown: Shutdown;
  readonly migrations: readonly MigrationClass[];
}

/** Brings the tables up to date as their owner; answers what was done, by name. Of several at once, one does it. */
export function migrateDatabase(
  settings: { readonly databaseOwnerUrl: string; readonly databaseUrl: string },
  migrations: readonly MigrationClass[],
): Promise<readonly string[]> {
  return migrate({ ownerUrl: settings.databaseOwnerUrl, appRole: appRoleOf(settings.databaseUrl), migrations });
}

/**
 * Connects a process to Postgres and, in the distributed profile, to Kafka and Redis; migrates when it may; starts the
 * relay, of which one leads over all processes.
 *
 * @throws Fault when Postgres cannot be reached or a setting that the profile needs is missing.
 */
export async function openFoundation(parts: FoundationParts): Promise<Foundation> {
  const { settings, shutdown } = parts;
  const { databaseOwnerUrl: ownerUrl } = settings;
  if (ownerUrl !== undefined) await migrateDatabase({ ...settings, databaseOwnerUrl: ownerUrl }, parts.migrations);
  const stores = await openEventStore({
    url: settings.databaseUrl,
    poolMax: settings.databasePoolMax,
    tracing: storeTracing,
  });
  shutdown.add('connections', 'postgres', () => stores.close());
  watchPool(parts.metrics, stores.pool, settings.databasePoolMax);
  parts.health.watch('postgres', databaseProbe(stores));
  const clock = await openSharedClock(stores, shutdown);
  const rest =
    settings.profile === 'embedded'
      ? embedded(parts, stores)
      : await distributed(parts, stores, { brokers: brokersOf(settings), redisUrl: redisOf(settings) });
  return { stores, clock, ...rest };
}

function embedded(parts: FoundationParts, stores: OpenedEventStore): FoundationOfProfile {
  startRelay(parts, stores, undefined);
  return { locks: timedLocks(stores.locks, parts.metrics), rates: new InProcessRateLimiter(systemClock) };
}

async function distributed(
  parts: FoundationParts,
  stores: OpenedEventStore,
  { brokers, redisUrl }: { readonly brokers: readonly string[]; readonly redisUrl: string },
): Promise<FoundationOfProfile> {
  const { log, metrics } = parts;
  const calls = metrics.counter('caisson_redis_operations_total', 'Calls to Redis by what for and what came of it.', [
    'operation',
    'outcome',
  ]);
  const locks = new RedisLockManager({
    url: redisUrl,
    inner: stores.locks,
    clock: systemClock,
    log,
    observer: {
      ...lockObserver(metrics),
      asked: (operation, outcome) => calls.inc({ operation, outcome }),
    },
  });
  parts.shutdown.add('connections', 'redis', () => locks.close());
  const publisher = new KafkaEventPublisher({ brokers, log });
  parts.shutdown.add('connections', 'kafka producer', () => publisher.close());
  startRelay(parts, stores, publisher);
  const away = metrics.gauge(
    'caisson_rate_limiter_away',
    '1 while Redis is away and each replica counts for itself, else 0.',
  );
  const rates = new RedisRateLimiter({
    url: redisUrl,
    fallback: new InProcessRateLimiter(systemClock),
    clock: systemClock,
    log,
    onAway: (isAway) => away.set(isAway ? 1 : 0),
    onAsked: (outcome) => calls.inc({ operation: 'count', outcome }),
  });
  parts.shutdown.add('connections', 'redis of rates', () => rates.close());
  return { locks: timedLocks(locks, metrics), rates, kafkaBrokers: brokers };
}

/** The role in the services' URL is the one that gets its rights. */
function appRoleOf(databaseUrl: string): { readonly name: string; readonly password: string } {
  const { username, password } = new URL(databaseUrl);
  return { name: decodeURIComponent(username), password: decodeURIComponent(password) };
}

/** Asks at most once a second, however often it is probed, and never longer than a second. */
function databaseProbe(stores: OpenedEventStore): StatusProbe {
  let asked: { readonly atMs: number; readonly answer: Promise<PartStatus> } | undefined;
  return () => {
    if (asked === undefined || performance.now() - asked.atMs > PROBE_MS) {
      asked = { atMs: performance.now(), answer: askDatabase(stores) };
    }
    return asked.answer;
  };
}

async function askDatabase(stores: OpenedEventStore): Promise<PartStatus> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`no answer within ${PROBE_MS} ms`));
    }, PROBE_MS);
  });
  try {
    await Promise.race([stores.ping(), late]);
    return { ready: true, alive: true };
  } catch (error) {
    return { ready: false, alive: true, detail: messageOf(error) };
  } finally {
    clearTimeout(timer);
  }
}

function startRelay(
  parts: FoundationParts,
  stores: OpenedEventStore,
  publisher: KafkaEventPublisher | undefined,
): void {
  const telemetry = relayTelemetry(parts);
  let leading = false;
  watchBacklog(parts.metrics, stores.backlog, () => leading);
  const relay = new Relay({
    outbox: stores.outbox,
    wakeups: stores.wakeups,
    clock: systemClock,
    observer: {
      ...telemetry,
      leads: (isLeading) => {
        leading = isLeading;
        telemetry.leads?.(isLeading);
      },
    },
    ...(publisher === undefined ? {} : { publisher }),
  });
  relay.start();
  parts.shutdown.add('claiming', 'relay', () => relay.stop());
}

function lockObserver(metrics: Metrics): RedisLockObserver {
  const away = metrics.gauge('caisson_lock_redis_away', '1 while Redis does not answer and leases alone lock, else 0.');
  const lost = metrics.counter('caisson_lock_lost_total', 'Redis keys that were lost while their work went on.');
  return {
    away: (isAway) => {
      away.set(isAway ? 1 : 0);
    },
    lost: () => {
      lost.inc();
    },
  };
}

function brokersOf(settings: CommonSettings): readonly string[] {
  return needed(settings.kafkaBrokers, 'CAISSON_KAFKA_BROKERS').split(',');
}

function redisOf(settings: CommonSettings): string {
  return needed(settings.redisUrl, 'CAISSON_REDIS_URL');
}

function needed(value: string | undefined, variable: string): string {
  if (value !== undefined) return value;
  throw new Fault('settings-invalid', `The distributed profile needs ${variable}. Set it and start again.`, {
    retryable: false,
  });
}
