import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runAdmin } from '@caisson/admin';
import { topicOf } from '@caisson/contracts';
import { Relay } from '@caisson/event-sourcing';
import { migrate, openEventStore, type OpenedEventStore } from '@caisson/event-store-postgres';
import { startKafka, type LocalKafka } from '@caisson/local';
import { KafkaEventPublisher } from '@caisson/messaging-kafka';
import { createTestDatabase, eventually, newAppend, newEvent, newStream, systemClock } from '@caisson/testing';
import kafkajs from 'kafkajs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { KeptLog } from './kept-log.js';

const TOPIC = topicOf('deployment');
const STREAMS = 20;
const PER_STREAM = 5;

/** A message as it is on the broker, bytes as text. */
interface Kept {
  readonly partition: number;
  readonly key: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly value: string;
}

let database: Awaited<ReturnType<typeof createTestDatabase>>;
let store: OpenedEventStore;
let directory: string;
let kafka: LocalKafka;
let client: kafkajs.Kafka;
let relay: Relay;
let publisher: KafkaEventPublisher;

beforeAll(async () => {
  database = await createTestDatabase();
  await migrate({ ownerUrl: database.url });
  store = await openEventStore({ url: database.url });
  directory = await mkdtemp(join(tmpdir(), 'caisson-kafka-'));
  kafka = await startKafka({ directory });
  client = new kafkajs.Kafka({ brokers: [...kafka.brokers], logLevel: kafkajs.logLevel.NOTHING });
  publisher = new KafkaEventPublisher({ brokers: kafka.brokers, log: new KeptLog() });
  const { outbox, wakeups } = store;
  relay = new Relay({ outbox, wakeups, clock: systemClock, publisher });
  relay.start();
});

afterAll(async () => {
  await relay.stop();
  await publisher.close();
  await kafka.stop('SIGKILL');
  await store.close();
  await database.drop();
  await rm(directory, { recursive: true, force: true });
});

it('a topic that was lost is filled again: same bytes, same ids, same order', async () => {
  const facts = Array.from({ length: PER_STREAM }, (_, index) => newEvent(`größer ${index}`));
  const appends = Array.from({ length: STREAMS }, () => newAppend({ stream: newStream(), events: facts }));
  await Promise.all(appends.map((append) => store.events.append(append)));
  const before = await messages(STREAMS * PER_STREAM);

  await deleteTopic();
  const said = await republish('1');
  expect(said).toContain(`${STREAMS * PER_STREAM} events of ${TOPIC}`);
  const after = await messages(STREAMS * PER_STREAM);
  expect(after).toEqual(before);

  // From a place in the middle on: the last ten come once more, behind what is there.
  const head = await store.feed.head();
  const { entries } = await store.feed.readAfter({ afterGlobalSeq: 0, limit: head });
  await republish(String(entries.at(-10)?.globalSeq));
  const more = await messages(STREAMS * PER_STREAM + 10);
  const repeated = entries.slice(-10).map(({ envelope }) => envelope.id);
  const ids = more.map(({ headers }) => headers['ce_id'] ?? '');
  expect(repeated.every((id) => ids.filter((other) => other === id).length === 2)).toBe(true);

  const { events } = await store.events.load({ stream: { tenantId: 'operators', streamId: `recovery-${TOPIC}` } });
  expect(events.map(({ type, context }) => [type, context.actor])).toEqual(
    ['Ordered', 'Queued', 'Ordered', 'Queued'].map((what) => [`TopicRepublish${what}`, 'operator:mia']),
  );
});

async function republish(from: string): Promise<string> {
  const lines: string[] = [];
  const say = (line: string): number => lines.push(line);
  const code = await runAdmin(
    ['events', 'republish', '--topic', TOPIC, '--from', from, '--by', 'mia', '--because', 'the topic was deleted'],
    {
      environment: { CAISSON_DATABASE_URL: database.url, CAISSON_DATABASE_OWNER_URL: database.url },
      print: say,
      complain: say,
    },
  );
  expect([code, lines.length]).toEqual([0, 1]);
  return lines.join();
}

async function deleteTopic(): Promise<void> {
  const admin = client.admin();
  await admin.connect();
  await admin.deleteTopics({ topics: [TOPIC] });
  await eventually('the topic to be gone', async () => !(await admin.listTopics()).includes(TOPIC));
  await admin.disconnect();
}

/** All messages of the topic, partition by partition in their order, once there are so many. */
async function messages(count: number): Promise<readonly Kept[]> {
  const admin = client.admin();
  await admin.connect();
  await eventually(
    `${count} messages`,
    async () => {
      const offsets = await admin.fetchTopicOffsets(TOPIC);
      return offsets.reduce((sum, { high }) => sum + Number(high), 0) >= count;
    },
    30_000,
  );
  await admin.disconnect();
  const kept: Kept[] = [];
  const consumer = client.consumer({ groupId: randomUUID() });
  await consumer.connect();
  await consumer.subscribe({ topic: TOPIC, fromBeginning: true });
  await consumer.run({
    eachMessage: ({ message: { headers = {}, key, value }, partition }) => {
      const texts = Object.entries(headers).map(([name, text]) => [name, String(text)] as const);
      kept.push({ partition, key: String(key), headers: Object.fromEntries(texts), value: String(value) });
      return Promise.resolve();
    },
  });
  await eventually(`${count} messages read`, () => kept.length >= count, 30_000);
  await consumer.disconnect();
  return kept.toSorted((left, right) => left.partition - right.partition);
}
