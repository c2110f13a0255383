import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describeEvents, TOPICS } from '@caisson/contracts';
import { kafkaHome, startKafka, type LocalKafka } from '@caisson/local';
import { KafkaEventPublisher, messageKey, topicOfType } from '@caisson/messaging-kafka';
import { DocumentedMessages, eventually, lacks } from '@caisson/testing';
import { CloudEvent, Kafka as CloudEventsKafka, type KafkaMessage } from 'cloudevents';
import kafkajs from 'kafkajs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { everyEvent } from './every-event.js';
import { pythonWith } from './python-with.js';

// Every type of event, published by the real publisher to a Kafka of its own, is read by programs that are not ours.

const run = promisify(execFile);
const OUTPUT_BYTES_MAX = 64 * 1024 * 1024;
const PYTHON = join(import.meta.dirname, '../python');
const DOCUMENT = join(import.meta.dirname, '../../../docs/reference/asyncapi.json');
const EVENTS = everyEvent(describeEvents(), 3);
const documented = new DocumentedMessages(describeEvents());

/** A message as a stranger understood it. */
interface Read {
  readonly topic: string;
  readonly key: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly data: unknown;
}

let directory: string;
let kafka: LocalKafka;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'caisson-strangers-'));
  kafka = await startKafka({ directory });
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const publisher = new KafkaEventPublisher({ brokers: kafka.brokers, log });
  await publisher.publish(EVENTS);
  await publisher.close();
});

afterAll(async () => {
  await kafka.stop('SIGKILL');
  await rm(directory, { recursive: true, force: true });
});

it('the events are of every type, some of each', () => {
  const types = new Set(EVENTS.map(({ envelope }) => envelope.type));
  expect([...types].sort()).toEqual(Object.keys(describeEvents().components.messages).sort());
});

it('Kafka’s own console consumer reads all of them, in order per stream', async () => {
  const separator = ' ~ ';
  const properties = {
    'print.headers': true,
    'print.key': true,
    'key.separator': '\t',
    'headers.separator': separator,
  };
  const { stdout } = await run(
    'java',
    [
      ...['-cp', `${kafkaHome().libs}/*`, 'org.apache.kafka.tools.consumer.ConsoleConsumer'],
      ...['--bootstrap-server', kafka.brokers.join(), '--include', 'caisson\\..*', '--from-beginning'],
      ...['--max-messages', String(EVENTS.length), '--timeout-ms', '30000'],
      ...Object.entries(properties).flatMap(([name, value]) => ['--formatter-property', `${name}=${value}`]),
    ],
    { maxBuffer: OUTPUT_BYTES_MAX },
  );
  const lines = stdout.split('\n').filter((line) => line.includes('ce_id'));
  expectAll(
    lines.map((line) => {
      const [headers = '', key = '', value = ''] = line.split('\t');
      const texts = Object.fromEntries(headers.split(separator).map((text) => splitOnce(text)));
      return {
        topic: topicOfType(texts['ce_type'] ?? '') ?? '',
        key,
        headers: texts,
        data: JSON.parse(value) as unknown,
      };
    }),
  );
});

describe.skipIf(lacks('python'))('A Python client', () => {
  it('reads all of them, and finds them as the AsyncAPI document says', async () => {
    const args = [join(PYTHON, 'read_events.py'), kafka.brokers.join(), DOCUMENT, ...TOPICS.map(({ name }) => name)];
    const { stdout } = await run(await pythonWith(join(PYTHON, 'requirements.txt')), args, {
      maxBuffer: OUTPUT_BYTES_MAX,
    });
    const read = stdout
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Read & { readonly problems: readonly string[] });
    expect(read.filter(({ problems }) => problems.length > 0)).toEqual([]);
    expectAll(read);
  }, 180_000);
});

it('the official SDK of CloudEvents understands all of them', async () => {
  const messages = await readAll();
  expectAll(
    messages.map(({ data, headers, key, topic }) => {
      const message: KafkaMessage<string> = { headers, key, value: data, body: data };
      const event = CloudEventsKafka.toEvent(message);
      if (!(event instanceof CloudEvent)) throw new Error(`${headers['ce_id'] ?? ''} is not one CloudEvent`);
      expect(event.validate()).toBe(true);
      const { data: body, partitionkey, ...attributes } = event.toJSON();
      expect(partitionkey).toBe(key);
      const texts = Object.entries(attributes).map(([name, value]) => [headerOf(name), String(value)]);
      const understood: unknown = typeof body === 'string' ? JSON.parse(body) : body;
      return { topic, key, headers: Object.fromEntries(texts) as Record<string, string>, data: understood };
    }),
  );
});

/** Everything that was published was read, as it was published, as documented, each id once, in order per stream. */
function expectAll(read: readonly Read[]): void {
  const ids = read.map(({ headers }) => headers['ce_id']);
  expect(new Set(ids).size).toBe(read.length);
  const byId = new Map(read.map((message) => [message.headers['ce_id'], message]));
  for (const { dataJson, envelope } of EVENTS) {
    const message = byId.get(envelope.id);
    expect(message?.data, envelope.type).toEqual(JSON.parse(dataJson));
    expect(message).toMatchObject({
      topic: topicOfType(envelope.type),
      key: messageKey(envelope.tenantId, envelope.subject),
      headers: { ce_type: envelope.type, ce_tenantid: envelope.tenantId, ce_actor: envelope.actor },
    });
  }
  expect(read).toHaveLength(EVENTS.length);
  const deviations = read.map(({ data, ...rest }) => documented.deviationOf({ ...rest, value: JSON.stringify(data) }));
  expect(deviations.filter((deviation) => deviation !== undefined)).toEqual([]);
  const last = new Map<string, number>();
  for (const { headers, key, topic } of read) {
    const sequence = Number(headers['ce_sequence']);
    expect(sequence, `${topic} ${key}`).toBeGreaterThan(last.get(`${topic} ${key}`) ?? 0);
    last.set(`${topic} ${key}`, sequence);
  }
}

function splitOnce(text: string): readonly [string, string] {
  const colon = text.indexOf(':');
  return [text.slice(0, colon), text.slice(colon + 1)];
}

function headerOf(attribute: string): string {
  return attribute === 'datacontenttype' ? 'content-type' : `ce_${attribute}`;
}

async function readAll(): Promise<readonly (Omit<Read, 'data'> & { readonly data: string })[]> {
  const client = new kafkajs.Kafka({ brokers: [...kafka.brokers], logLevel: kafkajs.logLevel.NOTHING });
  const consumer = client.consumer({ groupId: randomUUID() });
  const read: (Omit<Read, 'data'> & { readonly data: string })[] = [];
  await consumer.connect();
  await consumer.subscribe({ topics: TOPICS.map(({ name }) => name), fromBeginning: true });
  await consumer.run({
    eachMessage: ({ message: { headers = {}, key, value }, topic }) => {
      const texts = Object.entries(headers).map(([name, text]) => [name, String(text)] as const);
      read.push({ topic, key: String(key), headers: Object.fromEntries(texts), data: String(value) });
      return Promise.resolve();
    },
  });
  await eventually('all events', () => read.length >= EVENTS.length, 30_000);
  await consumer.disconnect();
  return read;
}
