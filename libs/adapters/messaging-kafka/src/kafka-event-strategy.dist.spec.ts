import { randomUUID } from 'node:crypto';
import {
  describeEventStrategyContract,
  eventually,
  newAppend,
  newEvent,
  systemClock,
  testKafkaBrokers,
} from '@caisson/testing';
import { encodeHeaders, topicOf } from '@caisson/contracts';
import { Fault } from '@caisson/kernel';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectKafka } from './kafka-client.js';
import { KafkaEventPublisher } from './kafka-event-publisher.js';
import { KafkaEventStrategy, type KafkaEventStrategyOptions } from './kafka-event-strategy.js';
import { KeptLog, openTestStore, startBehindNest, type TestStore } from './strategy.harness.js';

const QUICK = {
  timing: { sessionTimeoutMs: 3000, heartbeatIntervalMs: 250, fetchWaitMs: 100 },
  sweep: { everyMs: 1000, minAgeMs: 500 },
};

type Given = Pick<KafkaEventStrategyOptions, 'service'> & Partial<KafkaEventStrategyOptions>;

function strategyOver({ store }: TestStore, given: Given): KafkaEventStrategy {
  return new KafkaEventStrategy({
    ...QUICK,
    brokers: testKafkaBrokers(),
    consumerStore: store.consumers,
    wakeups: store.wakeups,
    clock: systemClock,
    log: new KeptLog(),
    onFatal: (reason) => {
      throw new Error(reason);
    },
    ...given,
  });
}

describeEventStrategyContract('Kafka', async () => {
  const opened = await openTestStore();
  const { store, relay, close } = opened;
  const publisher = new KafkaEventPublisher({ brokers: testKafkaBrokers(), log: new KeptLog() });
  return {
    events: store.events,
    consumers: store.consumers,
    jobs: store.jobs,
    carry: (times = 1) =>
      relay(async (entries) => {
        for (let time = 0; time < times; time += 1) await publisher.publish(entries);
      }),
    lose: () => relay(() => Promise.resolve()),
    start: (consumer, handler) => startBehindNest(strategyOver(opened, { service: consumer }), handler),
    close: async () => {
      await publisher.close();
      await close();
    },
  };
});

describe('A consumer of Kafka', () => {
  let opened: TestStore;
  let publisher: KafkaEventPublisher;
  beforeAll(async () => {
    opened = await openTestStore();
    publisher = new KafkaEventPublisher({ brokers: testKafkaBrokers(), log: new KeptLog() });
  });
  afterAll(async () => {
    await publisher.close();
    await opened.close();
  });
  const carry = (): Promise<void> => opened.relay((entries) => publisher.publish(entries));

  it('passes over messages that are no events of ours, and says so', async () => {
    const service = `test-${randomUUID()}`;
    const append = newAppend();
    const topic = topicOf('deployment');
    await opened.store.events.append(append);
    await carry();
    const producer = connectKafka({ brokers: testKafkaBrokers(), clientId: 'stranger', log: new KeptLog() }).producer();
    await producer.connect();
    const headers = encodeHeaders({
      ...{ id: 'x', type: 'caisson.deployment.deployment-changed.v1', source: '/elsewhere', subject: 'thing-x' },
      ...{
        time: 'now',
        tenantId: append.stream.tenantId,
        correlationId: 'c',
        causationId: 'c',
        actor: 'a',
        sequence: 1,
      },
    });
    await producer.send({
      topic,
      messages: Array.from({ length: 6 }, (_, partition) => [
        { partition, value: 'not JSON', headers },
        { partition, value: null, headers },
        { partition, value: '{}' },
        { partition, key: null, value: Buffer.from([0xff, 0xfe]), headers: { ce_specversion: Buffer.from([0xff]) } },
      ]).flat(),
    });
    await producer.disconnect();
    let malformed = 0;
    const log = new KeptLog();
    const observer = {
      messageMalformed: (): void => {
        malformed += 1;
      },
    };
    const seen: string[] = [];
    const running = await startBehindNest(strategyOver(opened, { service, log, observer }), (event) => {
      if (event.tenantId === append.stream.tenantId) seen.push(event.subject);
    });
    await eventually('all malformed messages counted', () => malformed >= 24);
    await eventually('the event handled', () => seen.length > 0);
    await opened.store.events.append({ ...append, stream: { ...append.stream, streamId: `thing-${randomUUID()}` } });
    await carry();
    await eventually('the event behind them handled', () => seen.length === 2);
    expect(log.lines.filter((line) => line.message.includes('not an event of Caisson'))).toHaveLength(malformed);
    await running.stop();
  });

  it('keeps its partitions while a handler takes longer than the session, and while it fails', async () => {
    const service = `test-${randomUUID()}`;
    const append = newAppend({ events: [newEvent(1), newEvent(2)] });
    await opened.store.events.append(append);
    const log = new KeptLog();
    let failures = 0;
    let hasSlept = false;
    const seen: number[] = [];
    const running = await startBehindNest(strategyOver(opened, { service, log }), async (event) => {
      if (event.tenantId !== append.stream.tenantId) return;
      if (event.sequence === 1 && !hasSlept) {
        await systemClock.sleep(QUICK.timing.sessionTimeoutMs * 1.5);
        hasSlept = true;
      }
      if (event.sequence === 2 && failures < 8) {
        failures += 1; // Waits of 0.1, 0.2, 0.4 … s: longer than the session in sum.
        throw new Fault('busy', 'later', { retryable: true });
      }
      seen.push(event.sequence);
    });
    await carry();
    await eventually('the second event', () => seen.includes(2), 50_000);
    expect(log.lines.filter((line) => /rejoin|not aware|rebalanc/i.test(line.message))).toEqual([]);
    await running.stop();
  });

  it('ends the process when the group will never let it in', async () => {
    const reasons: string[] = [];
    const strategy = strategyOver(opened, {
      service: `test-${randomUUID()}`,
      timing: { ...QUICK.timing, sessionTimeoutMs: 400, heartbeatIntervalMs: 100 }, // Less than the broker allows.
      onFatal: (reason) => reasons.push(reason),
    });
    const running = await startBehindNest(strategy, () => undefined);
    await eventually('a fatal end', () => reasons.length === 1, 30_000);
    expect(strategy.health()).toMatchObject({ ready: false, alive: false });
    expect(reasons[0]).toMatch(/session timeout/);
    await running.stop();
  });

  it('ends the process when a topic is not as the contracts say', async () => {
    const reasons: string[] = [];
    const strategy = strategyOver(opened, {
      service: `test-${randomUUID()}`,
      topics: [{ name: topicOf('deployment'), partitions: 4, retentionMs: 60_000 }],
      onFatal: (reason) => reasons.push(reason),
    });
    const running = await startBehindNest(strategy, () => undefined);
    await eventually('a fatal end', () => reasons.length === 1);
    expect(reasons[0]).toMatch(/^Topic \S+ has 6 partitions, not 4\. Delete the topic/);
    await running.stop();
  });

  it('starts while Kafka is away, and the sweep applies what there is', async () => {
    const service = `test-${randomUUID()}`;
    const append = newAppend({ events: [newEvent(1), newEvent(2)] });
    const seen: number[] = [];
    let swept = 0;
    const strategy = strategyOver(opened, {
      service,
      brokers: ['127.0.0.1:1'],
      observer: {
        sweepApplied: (_consumer, count) => {
          swept += count;
        },
      },
    });
    const running = await startBehindNest(strategy, (event) => {
      if (event.tenantId === append.stream.tenantId) seen.push(event.sequence);
    });
    await opened.store.events.append(append);
    await opened.relay(() => Promise.resolve());
    await eventually('both events by the sweep', () => seen.length === 2);
    expect(strategy.health()).toMatchObject({ ready: false, alive: true });
    expect(swept).toBeGreaterThanOrEqual(2);
    const began = performance.now();
    await running.stop();
    expect(performance.now() - began).toBeLessThan(11_000);
  });
});
