import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Kafka, logLevel } from 'kafkajs';
import { topicOf } from '@caisson/contracts';
import { startKafka, type LocalKafka } from '@caisson/local';
import { decodeMessage } from '@caisson/contracts';
import { KafkaEventPublisher } from '@caisson/messaging-kafka';
import { eventually, systemClock } from '@caisson/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { KeptLog } from './kept-log.js';
import { ArrivedEvents, EventSource } from './published-events.js';

const STREAMS = 40;
const BATCH = 100;
const DATA = JSON.stringify('x'.repeat(500));

describe('Publishing while the broker fails', () => {
  let directory: string;
  let kafka: LocalKafka;
  let publisher: KafkaEventPublisher;
  let source: EventSource;
  let rejections: number;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'caisson-kafka-'));
    kafka = await startKafka({ directory });
    publisher = new KafkaEventPublisher({ brokers: kafka.brokers, log: new KeptLog() });
    source = new EventSource(STREAMS);
    rejections = 0;
  });
  afterEach(async () => {
    await publisher.close();
    await kafka.stop('SIGKILL');
    await rm(directory, { recursive: true, force: true });
  });

  /** As the relay does: the same batch again until it is acknowledged. Until told to stop. */
  async function publishUntil(stop: AbortSignal): Promise<void> {
    while (!stop.aborted) {
      const batch = source.next(BATCH, DATA);
      for (let isSent = false; !isSent;) {
        try {
          await publisher.publish(batch);
          isSent = true;
        } catch (error) {
          expect(error).toMatchObject({ code: 'kafka-publish-failed', retryable: true });
          rejections += 1;
          await systemClock.sleep(100);
        }
      }
      await systemClock.sleep(5);
    }
  }

  async function readTopic(): Promise<ArrivedEvents> {
    const arrived = new ArrivedEvents();
    const client = new Kafka({ clientId: 'reader', brokers: [...kafka.brokers], logLevel: logLevel.NOTHING });
    const consumer = client.consumer({ groupId: randomUUID(), maxWaitTimeInMs: 100 });
    await consumer.connect();
    await consumer.subscribe({ topic: topicOf('deployment'), fromBeginning: true });
    await consumer.run({
      eachMessage: async ({ message }) => {
        const decoded = decodeMessage(message.headers, message.value);
        if (decoded.outcome === 'event') arrived.add(decoded.event.subject, decoded.event.sequence);
      },
    });
    try {
      await eventually('all acknowledged events', () => arrived.hasAll(STREAMS, source.perStream), 30_000);
    } finally {
      await consumer.disconnect();
    }
    return arrived;
  }

  async function publishDuring(fault: () => Promise<void>): Promise<ArrivedEvents> {
    const stop = new AbortController();
    const publishing = publishUntil(stop.signal);
    const progress = (more: number): Promise<unknown> => {
      const from = source.perStream;
      return eventually('progress', () => source.perStream >= from + more, 40_000);
    };
    await progress(20);
    await fault();
    await progress(20);
    stop.abort();
    await publishing;
    return readTopic();
  }

  it('loses nothing when it is killed and started again, twice', async ({ annotate }) => {
    const arrived = await publishDuring(async () => {
      for (let time = 0; time < 2; time += 1) {
        await kafka.stop('SIGKILL');
        kafka = await startKafka({ directory });
        const from = source.perStream;
        await eventually('progress', () => source.perStream > from, 40_000);
      }
    });
    expect(arrived.holes).toEqual([]);
    await annotate(
      `killed twice: ${source.perStream * STREAMS} sent, ${rejections} rejected, ${arrived.repeated} repeated`,
    );
  });

  it('loses nothing when it is silent for longer than a request may take', async ({ annotate }) => {
    const arrived = await publishDuring(async () => {
      process.kill(kafka.pid, 'SIGSTOP');
      await systemClock.sleep(7000);
      process.kill(kafka.pid, 'SIGCONT');
    });
    expect(arrived.holes).toEqual([]);
    await annotate(
      `silent for 7 s: ${source.perStream * STREAMS} sent, ${rejections} rejected, ${arrived.repeated} repeated`,
    );
  });

  it('takes events of several megabytes, and refuses none of what is beside them', async () => {
    const large = source.next(STREAMS, JSON.stringify('x'.repeat(20_000)));
    const [first, ...others] = large;
    const huge = first === undefined ? [] : [{ ...first, dataJson: JSON.stringify(randomUUID().repeat(100_000)) }];
    await publisher.publish([...huge, ...others]);
    expect((await readTopic()).holes).toEqual([]);
  });
});
