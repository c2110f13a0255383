import { randomUUID } from 'node:crypto';
import { testKafkaBrokers } from '@caisson/testing';
import { describe, expect, it } from 'vitest';
import { connectKafka, kafkajs } from './kafka-client.js';
import { KeptLog } from './strategy.harness.js';
import { EVENT_BYTES_MAX } from './partition-batches.js';
import { createTopics } from './topic-bootstrap.js';

const connection = { brokers: testKafkaBrokers(), clientId: 'test', log: new KeptLog() };

describe('the topics', () => {
  it('are created as they should be, by many at once', async () => {
    const topics = ['a', 'b'].map((name) => ({
      name: `${randomUUID()}.${name}`,
      partitions: 3,
      retentionMs: 123_456_789,
    }));
    await Promise.all([1, 2, 3].map(() => createTopics({ ...connection, topics })));
    await createTopics({ ...connection, topics });
    const admin = connectKafka(connection).admin();
    await admin.connect();
    const name = topics[0]?.name ?? '';
    const metadata = await admin.fetchTopicMetadata({ topics: [name] });
    const described = await admin.describeConfigs({
      includeSynonyms: false,
      resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name }],
    });
    await admin.disconnect();
    expect(metadata.topics[0]?.partitions).toHaveLength(3);
    const configs = described.resources[0]?.configEntries.map((entry) => [entry.configName, entry.configValue]);
    expect(configs).toEqual(
      expect.arrayContaining([
        ['retention.ms', '123456789'],
        ['cleanup.policy', 'delete'],
        ['max.message.bytes', String(EVENT_BYTES_MAX)],
      ]),
    );
  });

  it('with another number of partitions are refused loudly', async () => {
    const topic = { name: randomUUID(), partitions: 2, retentionMs: 60_000 };
    await createTopics({ ...connection, topics: [topic] });
    await expect(createTopics({ ...connection, topics: [{ ...topic, partitions: 3 }] })).rejects.toMatchObject({
      code: 'topic-mismatch',
      retryable: false,
      message: expect.stringContaining('has 2 partitions, not 3') as string,
    });
  });

  it('cannot be created while Kafka is away, which may pass', async () => {
    await expect(createTopics({ ...connection, brokers: ['127.0.0.1:1'] })).rejects.toMatchObject({
      code: 'kafka-unavailable',
      retryable: true,
    });
  });
});
