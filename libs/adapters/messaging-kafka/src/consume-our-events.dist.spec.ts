import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { deadLetterTopicOf, topicOf } from '@caisson/contracts';
import type { OutboxEntry } from '@caisson/event-sourcing';
import { eventually, startSourceProcess, testKafkaBrokers } from '@caisson/testing';
import { afterAll, expect, it } from 'vitest';
import { connectKafka } from './kafka-client.js';
import { KafkaEventPublisher } from './kafka-event-publisher.js';
import { KeptLog } from './strategy.harness.js';

// Runs the code of docs/how-to/consume-our-events.md as it stands there, against a real Kafka.

const PAGE = join(import.meta.dirname, '../../../../docs/how-to/consume-our-events.md');
const code = /^```js\n([\s\S]*?)^```$/m.exec(readFileSync(PAGE, 'utf8'))?.[1] ?? '';
const TENANT = randomUUID();
const brokers = testKafkaBrokers();

process.env['KAFKA_BROKERS'] = brokers.join(',');
const program = startSourceProcess(code, new URL('.', import.meta.url));
const printed: string[] = [];
program.stdout?.on('data', (chunk: Buffer) => printed.push(chunk.toString()));
afterAll(() => program.kill('SIGKILL'));

it('the program of the how-to handles each run once, and sets aside what is no event', async () => {
  const publisher = new KafkaEventPublisher({ brokers, log: new KeptLog() });
  const entries = [1, 2, 3].map(completed);
  await publisher.publish([...entries, ...entries]);
  await publisher.publish([{ ...completed(4), dataJson: '{"runId":"poison"}' }, completed(5)]);
  await publisher.close();

  const lines = (): readonly string[] =>
    printed
      .join('')
      .split('\n')
      .filter((line) => line.includes(TENANT));
  await eventually('the last run', () => lines().some((line) => line.includes('revision 5')), 40_000);
  expect(lines()).toEqual(
    [1, 2, 3, 5].map((revision) => `tenant ${TENANT}: run r-${revision} brought d to revision ${revision}`),
  );
  expect(await countOf(deadLetterTopicOf('billing', topicOf('deployment')))).toBeGreaterThan(0);
});

function completed(revision: number): OutboxEntry {
  const data = { deploymentId: 'd', runId: `r-${revision}`, kind: 'create', revision, applied: [], outputs: {} };
  return {
    outboxId: String(revision),
    globalSeq: revision,
    dataJson: JSON.stringify(data),
    envelope: {
      ...{ id: randomUUID(), type: 'caisson.deployment.run-completed.v1', source: '/caisson/api' },
      ...{ subject: 'deployment-d', time: '2026-03-02T10:15:00.000Z', tenantId: TENANT, correlationId: 'c' },
      ...{ causationId: 'c', actor: 'mia', sequence: revision },
    },
  };
}

async function countOf(topic: string): Promise<number> {
  const admin = connectKafka({ brokers, clientId: 'test', log: new KeptLog() }).admin();
  await admin.connect();
  const offsets = await admin.fetchTopicOffsets(topic);
  await admin.disconnect();
  return offsets.reduce((sum, { high, low }) => sum + Number(high) - Number(low), 0);
}
