import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { topicOf, type PublicEvent } from '@caisson/contracts';
import { NO_STREAM, Relay, type Delivery, type StreamHead, type StreamRef } from '@caisson/event-sourcing';
import { migrate, openEventStore, type OpenedEventStore } from '@caisson/event-store-postgres';
import { startKafka, type LocalKafka } from '@caisson/local';
import { KafkaEventPublisher, KafkaEventStrategy } from '@caisson/messaging-kafka';
import {
  createTestDatabase,
  eventually,
  newContext,
  newEvent,
  newStream,
  systemClock,
  type TestDatabase,
} from '@caisson/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KeptLog } from './kept-log.js';

const SWEEP = { everyMs: 500, minAgeMs: 1000 };
const PAUSE_MS = 20;

/** One service with a real relay, publisher and consumer, over a broker of its own. */
describe('Consuming while the broker fails', () => {
  let database: TestDatabase;
  let store: OpenedEventStore;
  let directory: string;
  let kafka: LocalKafka;
  let relay: Relay;
  let publisher: KafkaEventPublisher;
  let strategy: KafkaEventStrategy;
  const log = new KeptLog();
  const fatal: string[] = [];
  const calls = new Map<string, number[]>();
  const heads = new Map<string, StreamHead>();
  const streams = Array.from({ length: 10 }, () => newStream());
  let swept = 0;
  let byKafka = 0;
  let longestGapMs = 0;
  let lastMs = performance.now();

  beforeAll(async () => {
    database = await createTestDatabase();
    await migrate({ ownerUrl: database.url });
    store = await openEventStore({ url: database.url });
    directory = await mkdtemp(join(tmpdir(), 'caisson-kafka-'));
    kafka = await startKafka({ directory });
    publisher = new KafkaEventPublisher({ brokers: kafka.brokers, log });
    const { outbox, wakeups } = store;
    relay = new Relay({ outbox, wakeups, clock: systemClock, publisher });
    relay.start();
    strategy = new KafkaEventStrategy({
      service: `test-${randomUUID()}`,
      brokers: kafka.brokers,
      consumerStore: store.consumers,
      wakeups: store.wakeups,
      clock: systemClock,
      log,
      onFatal: (reason) => fatal.push(reason),
      sweep: SWEEP,
      observer: {
        pageApplied: (_consumer, { applied }) => {
          byKafka += applied;
        },
        sweepApplied: (_consumer, count) => {
          swept += count;
          byKafka -= count;
        },
      },
    });
    const handle = (event: PublicEvent, delivery: Delivery): Promise<void> => {
      const nowMs = performance.now();
      longestGapMs = Math.max(longestGapMs, nowMs - lastMs);
      lastMs = nowMs;
      calls.set(event.subject, [...(calls.get(event.subject) ?? []), event.sequence]);
      delivery.enqueue({ queue: 'effects', key: event.id, payload: null });
      return Promise.resolve();
    };
    strategy.addHandler(topicOf('deployment'), handle as never, true);
    await new Promise((resolve) => strategy.listen(resolve));
    await eventually('readiness', () => strategy.health().ready);
  });
  afterAll(async () => {
    await relay.stop();
    await strategy.close();
    await publisher.close();
    await store.close();
    await database.drop();
    await kafka.stop('SIGKILL');
    await rm(directory, { recursive: true, force: true });
  });

  async function append(stream: StreamRef): Promise<void> {
    const expected = heads.get(stream.streamId) ?? NO_STREAM;
    const request = { stream, expected, context: newContext(), events: [newEvent()] };
    const result = await store.events.append(request);
    if (result.outcome !== 'appended') throw new Error(result.outcome);
    heads.set(stream.streamId, result.head);
  }

  const isAllApplied = (): boolean =>
    streams.every(({ streamId }) => calls.get(streamId)?.at(-1) === (heads.get(streamId)?.version ?? 0));

  async function appendDuring(fault: () => Promise<void>): Promise<void> {
    const stop = new AbortController();
    longestGapMs = 0;
    lastMs = performance.now();
    const appending = (async () => {
      while (!stop.signal.aborted) {
        await Promise.all(streams.map(append));
        await systemClock.sleep(PAUSE_MS);
      }
    })();
    await systemClock.sleep(500);
    await fault();
    stop.abort();
    await appending;
    await eventually('everything applied', isAllApplied, 30_000);
    for (const { streamId } of streams) {
      const versions = Array.from({ length: heads.get(streamId)?.version ?? 0 }, (_, index) => index + 1);
      expect(calls.get(streamId)).toEqual(versions);
    }
    expect(fatal).toEqual([]);
    expect(strategy.health().alive).toBe(true);
  }

  const isByKafkaAgain = async (): Promise<void> => {
    await eventually('readiness', () => strategy.health().ready, 30_000);
    const before = byKafka;
    await eventually('events by Kafka', () => byKafka > before + 50, 30_000);
  };

  it('applies everything once and in order when it is away for 20 s, by the sweep meanwhile', async ({ annotate }) => {
    let sweptWhileAway = 0;
    let backMs = 0;
    await appendDuring(async () => {
      await kafka.stop();
      const sweptBefore = swept;
      await systemClock.sleep(20_000);
      sweptWhileAway = swept - sweptBefore;
      expect(strategy.health()).toMatchObject({ ready: false, alive: true });
      kafka = await startKafka({ directory });
      const startedMs = performance.now();
      await isByKafkaAgain();
      backMs = performance.now() - startedMs;
    });
    expect(sweptWhileAway).toBeGreaterThan(1000);
    await annotate(
      `away for 20 s: ${sweptWhileAway} by the sweep meanwhile, longest gap ${Math.round(longestGapMs)} ms, ` +
        `by Kafka again ${Math.round(backMs)} ms after its start`,
    );
  });

  it('applies everything once and in order when it is killed and started again', async ({ annotate }) => {
    await appendDuring(async () => {
      await kafka.stop('SIGKILL');
      kafka = await startKafka({ directory });
      await isByKafkaAgain();
    });
    await annotate(`killed: longest gap ${Math.round(longestGapMs)} ms`);
  });

  it('applies everything once and in order when it comes back with nothing', async ({ annotate }) => {
    await appendDuring(async () => {
      await kafka.stop('SIGKILL');
      await rm(join(directory, 'data'), { recursive: true });
      kafka = await startKafka({ directory });
      await isByKafkaAgain();
    });
    await annotate(`wiped: longest gap ${Math.round(longestGapMs)} ms`);
  });
});
