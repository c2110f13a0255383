import { randomUUID } from 'node:crypto';
import { decodeMessage, describeEvents, topicOf } from '@caisson/contracts';
import type { OutboxEntry } from '@caisson/event-sourcing';
import { DocumentedMessages, testKafkaBrokers, type GivenMessage } from '@caisson/testing';
import { expect, it } from 'vitest';
import { connectKafka } from './kafka-client.js';
import { KafkaEventPublisher } from './kafka-event-publisher.js';
import { KeptLog } from './strategy.harness.js';

const documented = new DocumentedMessages(describeEvents());

const brokers = testKafkaBrokers();
const TOPIC = topicOf('deployment');

it('a published message is as the AsyncAPI document says, and one that is not is noticed', async () => {
  const entry = entryOf(randomUUID());
  const publisher = new KafkaEventPublisher({ brokers, log: new KeptLog() });
  await publisher.publish([entry]);
  await publisher.close();
  const message = await readMessage(entry.envelope.id);
  expect(message.headers).not.toHaveProperty('traceparent');
  expect(documented.deviationOf(message)).toBeUndefined();
  const { ce_tenantid: _, ...others } = message.headers;
  expect(documented.deviationOf({ ...message, key: '|deployment-d', headers: others })).toContain('ce_tenantid');
  expect(documented.deviationOf({ ...message, key: 'deployment-d' })).toContain('the key is deployment-d');
  expect(documented.deviationOf({ ...message, value: '{"runId":"r"}' })).toContain('deploymentId');
  expect(documented.deviationOf({ ...message, topic: topicOf('drift') })).toContain('has no message');
});

it('a message says in which trace its event was recorded, as documented, and a reader gets it too', async () => {
  const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
  const entry = entryOf(randomUUID());
  const publisher = new KafkaEventPublisher({ brokers, log: new KeptLog() });
  await publisher.publish([{ ...entry, envelope: { ...entry.envelope, traceparent } }]);
  await publisher.close();
  const message = await readMessage(entry.envelope.id);
  expect(message.headers['traceparent']).toBe(traceparent);
  expect(decodeMessage(message.headers, Buffer.from(message.value))).toMatchObject({ event: { traceparent } });
  expect(documented.deviationOf(message)).toBeUndefined();
  const astray = { ...message.headers, traceparent: 'somewhere' };
  expect(documented.deviationOf({ ...message, headers: astray })).toContain('traceparent');
});

function entryOf(id: string): OutboxEntry {
  return {
    outboxId: '1',
    globalSeq: 1,
    dataJson: JSON.stringify({ deploymentId: 'd', runId: 'r' }),
    envelope: {
      ...{ id, type: 'caisson.deployment.run-verifying.v1', source: '/caisson/api', subject: 'deployment-d' },
      ...{ time: '2026-03-02T10:15:00.000Z', tenantId: 't', correlationId: 'c', causationId: 'c', actor: 'mia' },
      sequence: 7,
    },
  };
}

async function readMessage(id: string): Promise<GivenMessage> {
  const kafka = connectKafka({ brokers, clientId: 'stranger', log: new KeptLog() });
  const consumer = kafka.consumer({ groupId: randomUUID() });
  await consumer.connect();
  try {
    await consumer.subscribe({ topic: TOPIC, fromBeginning: true });
    return await new Promise<GivenMessage>((resolve) => {
      void consumer.run({
        eachMessage: ({ message: { headers = {}, key, value } }) => {
          const texts = Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, String(text)]));
          if (texts['ce_id'] === id) resolve({ topic: TOPIC, key: String(key), headers: texts, value: String(value) });
          return Promise.resolve();
        },
      });
    });
  } finally {
    await consumer.disconnect();
  }
}
