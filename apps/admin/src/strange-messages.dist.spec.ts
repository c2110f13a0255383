import { decodeEvent, encodeHeaders, topicOf, type PublicEvent } from '@caisson/contracts';
import { migrate } from '@caisson/event-store-postgres';
import { NO_STREAM, type Delivery, type NewEvent, type StreamHead, type StreamRef } from '@caisson/event-sourcing';
import { messageOf } from '@caisson/kernel';
import { EventsOf, messageKey } from '@caisson/messaging-kafka';
import { createLogger, Metrics } from '@caisson/observability';
import { CommonSettings, Health, openFoundation, Shutdown, startService, type Foundation } from '@caisson/service';
import {
  createTestDatabase,
  eventually,
  newContext,
  newStream,
  testKafkaBrokers,
  testRedisUrl,
  type TestDatabase,
} from '@caisson/testing';
import { Controller, Logger, Module } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import kafkajs from 'kafkajs';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runAdmin } from './program.js';

// A real service over Kafka, with its relay, sweep and metrics; only what it does with an event is the test's.

const SERVICE = `strange-${randomUUID().slice(0, 8)}`;
const TOPIC = topicOf('deployment');
const TENANT = randomUUID();

/** Until it is mended, the release of the service that runs cannot handle runs that were retried. */
let mended = false;

@Controller()
class EffectsConsumer {
  @EventsOf('deployment')
  onFact(@Payload() event: PublicEvent, @Ctx() delivery: Delivery): void {
    if (event.tenantId !== TENANT) return; // Other tests use the same broker.
    const fact = decodeEvent('deployment', event);
    if (fact?.fact === 'run-retried' && !mended) throw new TypeError('this release cannot handle a retried run');
    if (fact !== undefined)
      delivery.enqueue({ queue: SERVICE, key: `${event.subject}@${event.sequence}`, payload: null });
  }
}

@Module({ controllers: [EffectsConsumer] })
class TestModule {}

let database: TestDatabase;
let foundation: Foundation;
let producer: kafkajs.Producer;
const metrics = new Metrics(false);
const log = createLogger({ service: SERVICE, level: 'silent' });
const shutdown = new Shutdown(log);
const heads = new Map<string, StreamHead>();

beforeAll(async () => {
  Logger.overrideLogger(false);
  database = await createTestDatabase();
  const settings = CommonSettings.parse({
    ...{ profile: 'distributed', databaseUrl: database.url, redisUrl: testRedisUrl() },
    kafkaBrokers: testKafkaBrokers().join(),
  });
  await migrate({ ownerUrl: database.url });
  const health = new Health();
  foundation = await openFoundation({ settings, log, metrics, health, shutdown, migrations: [] });
  const definition = {
    ...{ name: SERVICE, settings: CommonSettings, migrations: [], routes: [], consumesEvents: true },
    module: () => ({ module: TestModule }),
  };
  const onFatal = (reason: string): never => {
    throw new Error(reason);
  };
  await startService(definition, { settings, foundation, log, metrics, health, shutdown, onFatal });
  producer = new kafkajs.Kafka({ brokers: [...testKafkaBrokers()], logLevel: kafkajs.logLevel.NOTHING }).producer();
  await producer.connect();
  await eventually('readiness', async () => (await health.status()).ready, 30_000);
});

afterAll(async () => {
  await producer.disconnect();
  await shutdown.run();
  await database.drop();
});

it('strange messages have one effect, and hold up nobody but the stream of the one that is poison', async () => {
  const [poisoned, other, disturbed] = [newStream(TENANT), newStream(TENANT), newStream(TENANT)];

  // Duplicate and reordered, as Kafka may bring them.
  const facts = [await append(disturbed, verifying()), await append(disturbed, verifying())];
  await send([...facts.reverse(), ...facts, ...facts]);
  await appliedUpTo(disturbed, 2);

  // Poison, with more behind it, and a fact of a newer release.
  await append(poisoned, verifying());
  await append(poisoned, fact('run-retried', { deploymentId: 'd', runId: 'r' }));
  await append(poisoned, verifying());
  await append(other, fact('run-teleported', { somewhere: 'else' }));
  await append(other, verifying());
  const newer = await append(other, verifying());
  await send([{ ...newer, headers: { ...newer.headers, ce_newer: 'yes' } }]);
  await send([{ ...newer, headers: { ...newer.headers, ce_specversion: '2.0' } }]);
  await appliedUpTo(other, 3);

  // Visible: the metric and the list.
  const parked = await eventually('the parked stream', async () => (await listed())[0], 20_000);
  expect(parked).toMatchObject({ consumer: SERVICE, streamId: poisoned.streamId, fromVersion: 2 });
  expect(parked.reason).toContain('cannot handle a retried run');
  expect(await metrics.text()).toContain(`caisson_consumer_parked_streams_total{consumer="${SERVICE}"} 1`);
  expect(await metrics.text()).toMatch(/^caisson_consumer_malformed_messages_total\{consumer="strange-\w+"\} [1-9]/m);
  await append(other, verifying()); // Nothing else waits.
  await appliedUpTo(other, 4);
  expect(await positionOf(poisoned)).toBe(1);

  // Released while the cause is still there, it is parked again; mended, it goes on with all that waited, in order.
  await release(poisoned);
  await eventually('parked again', async () => (await listed()).length === 1, 30_000);
  mended = true;
  await release(poisoned);
  await appliedUpTo(poisoned, 3);
  expect(await listed()).toEqual([]);

  const claim = { queue: SERVICE, worker: 'test', limit: 100, leaseMs: 60_000 };
  const effects = (await foundation.stores.jobs.claim(claim)).map(({ key }) => key).sort();
  const expected = [
    ...[1, 2].map((version) => `${disturbed.streamId}@${version}`),
    ...[1, 2, 3].map((version) => `${poisoned.streamId}@${version}`),
    ...[2, 3, 4].map((version) => `${other.streamId}@${version}`),
  ];
  expect(effects).toEqual(expected.sort());
}, 120_000);

type Message = Pick<kafkajs.Message, 'key' | 'value'> & { readonly headers: Record<string, string> };

function fact(name: string, data: object): NewEvent {
  return { type: name, schemaVersion: 1, data, publicForm: { type: `caisson.deployment.${name}.v1` } };
}

function verifying(): NewEvent {
  return fact('run-verifying', { deploymentId: 'd', runId: 'r' });
}

/** Appends a fact; answers it as a message, as it was or will be published. */
async function append(stream: StreamRef, event: NewEvent): Promise<Message> {
  const context = newContext();
  const expected = heads.get(stream.streamId) ?? NO_STREAM;
  const result = await foundation.stores.events.append({ stream, expected, context, events: [event] });
  if (result.outcome !== 'appended') throw new Error(`append was answered with ${result.outcome}`);
  heads.set(stream.streamId, result.head);
  const read = await foundation.stores.consumers.readStream(stream, expected.version);
  const published = read[0]!;
  return {
    key: messageKey(stream.tenantId, stream.streamId),
    value: JSON.stringify(published.data),
    headers: encodeHeaders(published),
  };
}

async function send(messages: readonly Message[]): Promise<void> {
  await producer.send({ topic: TOPIC, messages: [...messages] });
}

function positionOf(stream: StreamRef): Promise<number> {
  return foundation.stores.consumers.transact(SERVICE, [stream], (transaction) =>
    Promise.resolve(transaction.position(stream).lastVersion),
  );
}

async function appliedUpTo(stream: StreamRef, version: number): Promise<void> {
  await eventually(`${stream.streamId} at ${version}`, async () => (await positionOf(stream)) >= version, 30_000);
}

async function admin(...args: readonly string[]): Promise<string> {
  const lines: string[] = [];
  const code = await runAdmin(args, {
    environment: { CAISSON_DATABASE_URL: database.url },
    print: (line) => lines.push(line),
    complain: (line) => lines.push(line),
  });
  if (code !== 0) throw new Error(messageOf(lines.join('\n')));
  return lines.join('\n');
}

async function listed(): Promise<readonly { readonly reason: string }[]> {
  return JSON.parse(await admin('parked', 'list', '--json')) as readonly { readonly reason: string }[];
}

async function release({ streamId, tenantId }: StreamRef): Promise<void> {
  await admin('parked', 'release', SERVICE, tenantId, streamId, '--by', 'mia', '--because', 'a test');
}
