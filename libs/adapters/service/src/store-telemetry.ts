import type { EventStore, LockManager } from '@caisson/event-sourcing';
import type { BacklogReader, OpenedEventStore } from '@caisson/event-store-postgres';
import type { Metrics } from '@caisson/observability';

const MS_PER_S = 1000;

/** How long a look at the backlog is good for, however often somebody scrapes. */
const BACKLOG_MS = 5_000;

/** The same store, which tells how long it takes. */
export function timedEventStore(store: EventStore, metrics: Metrics): EventStore {
  const durations = metrics.duration('caisson_store_operation_duration_seconds', 'Time of the event store to answer.', [
    'operation',
    'outcome',
  ]);
  const timed = async <Answer>(
    operation: string,
    work: Promise<Answer>,
    outcomeOf: (answer: Answer) => string,
  ): Promise<Answer> => {
    const startedMs = performance.now();
    let outcome = 'failed';
    try {
      const answer = await work;
      outcome = outcomeOf(answer);
      return answer;
    } finally {
      durations.observe({ operation, outcome }, (performance.now() - startedMs) / MS_PER_S);
    }
  };
  return {
    load: (request) => timed('load', store.load(request), () => 'loaded'),
    append: (request) => timed('append', store.append(request), ({ outcome }) => outcome),
    saveSnapshot: (stream, snapshot) => store.saveSnapshot(stream, snapshot),
    versions: (streams) => store.versions(streams),
    readAll: (after, limit) => store.readAll(after, limit),
  };
}

/** The same locks, which tell how long one waits for them. */
export function timedLocks(locks: LockManager, metrics: Metrics): LockManager {
  const waits = metrics.duration('caisson_lock_wait_seconds', 'Time until a lock was had, or was given up.', [
    'resource',
    'outcome',
  ]);
  const takeovers = metrics.counter(
    'caisson_lock_takeovers_total',
    'Leases that were had although their last holder did not let go: it died, or was too slow.',
    ['resource'],
  );
  return {
    withLock: async (request, work) => {
      const startedMs = performance.now();
      const resource = request.resource.split(':')[0] ?? ''; // The kind: ids would make endless series.
      let waiting = true;
      const had = (outcome: string): void => {
        if (waiting) waits.observe({ resource, outcome }, (performance.now() - startedMs) / MS_PER_S);
        waiting = false;
      };
      try {
        return await locks.withLock(request, (lock) => {
          had('acquired');
          if (lock.tookOver === true) takeovers.inc({ resource });
          return work(lock);
        });
      } finally {
        had('unavailable');
      }
    },
  };
}

/** Tells at each scrape how the connections to Postgres are used. */
export function watchPool(metrics: Metrics, pool: OpenedEventStore['pool'], poolMax: number): void {
  const connections = metrics.gauge('caisson_database_connections', 'Connections of the pool by what they do.', [
    'state',
  ]);
  const waiting = metrics.gauge('caisson_database_waiting_requests', 'Requests that wait for a connection.');
  const most = metrics.gauge('caisson_database_connections_max', 'Connections that the pool may have.');
  most.set(poolMax);
  metrics.beforeScrape(() => {
    connections.set({ state: 'idle' }, pool.idleCount);
    connections.set({ state: 'busy' }, pool.totalCount - pool.idleCount);
    waiting.set(pool.waitingCount);
  });
}

/**
 * Tells at each scrape what waits in the database. It is the same for every process, so only the one that leads the
 * relay tells it: a sum over all processes is right.
 */
export function watchBacklog(metrics: Metrics, read: BacklogReader, isLeading: () => boolean): void {
  const jobs = metrics.gauge('caisson_queue_jobs', 'Open jobs: due, held by a worker, or for later.', [
    'queue',
    'state',
  ]);
  const oldest = metrics.gauge('caisson_queue_oldest_due_seconds', 'For how long the oldest due job waits.', ['queue']);
  const outbox = metrics.gauge('caisson_outbox_events', 'Events on their way out: not numbered yet, or not sent.', [
    'state',
  ]);
  const age = metrics.gauge('caisson_outbox_oldest_seconds', 'Age of the oldest event on its way out; 0 for none.');
  const parked = metrics.gauge('caisson_consumer_parked_streams', 'Streams that are set aside.', ['consumer']);
  const all = [jobs, oldest, outbox, parked];
  let lookedAtMs = -Infinity;
  metrics.beforeScrape(async () => {
    if (!isLeading()) {
      for (const gauge of all) gauge.reset();
      age.set(0);
      lookedAtMs = -Infinity;
      return;
    }
    if (performance.now() - lookedAtMs < BACKLOG_MS) return;
    lookedAtMs = performance.now();
    const backlog = await read();
    for (const gauge of all) gauge.reset(); // Of queues that are empty now nothing is read.
    for (const { due, held, later, oldestDueSeconds, queue } of backlog.queues) {
      jobs.set({ queue, state: 'due' }, due);
      jobs.set({ queue, state: 'held' }, held);
      jobs.set({ queue, state: 'later' }, later);
      oldest.set({ queue }, oldestDueSeconds);
    }
    outbox.set({ state: 'unnumbered' }, backlog.unnumbered);
    outbox.set({ state: 'unsent' }, backlog.unsent);
    age.set(backlog.oldestSeconds);
    for (const { consumer, streams } of backlog.parked) parked.set({ consumer }, streams);
  });
}
