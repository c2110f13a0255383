import { setTimeout as sleep } from 'node:timers/promises';
import type { Admin } from 'kafkajs';
import { TOPICS, type TopicSettings } from '@caisson/contracts';
import { Fault } from '@caisson/kernel';
import { connectKafka, type KafkaConnection } from './kafka-client.js';
import { EVENT_BYTES_MAX } from './partition-batches.js';

const REPLICAS_MAX = 3;

/** A new topic is known everywhere within some hundred milliseconds. */
const METADATA_TRIES_MAX = 20;
const METADATA_PAUSE_MS = 100;

/** Which topics, and where. */
export interface TopicBootstrap extends KafkaConnection {
  /** Default: every topic of the product. */
  readonly topics?: readonly TopicSettings[];
}

/**
 * Makes sure that the topics are there as the contracts say. Safe to call from several processes at once; where all
 * exist, no right to create is needed.
 *
 * @throws Fault `topic-mismatch` (final) when a topic has another number of partitions: keys would be elsewhere and the
 *   order per stream lost. `kafka-unavailable` (retryable) while Kafka does not answer.
 */
export async function createTopics(bootstrap: TopicBootstrap): Promise<void> {
  const { topics = TOPICS } = bootstrap;
  const admin = connectKafka(bootstrap).admin();
  try {
    await admin.connect();
    const existing = new Set(await admin.listTopics());
    const missing = topics.filter((topic) => !existing.has(topic.name));
    if (missing.length > 0) await create(admin, missing);
    await check(admin, topics);
  } catch (error) {
    if (error instanceof Fault) throw error;
    throw new Fault('kafka-unavailable', `Kafka at ${bootstrap.brokers.join(',')} did not answer about topics.`, {
      retryable: true,
      cause: error,
    });
  } finally {
    await admin.disconnect().catch(() => undefined); // What matters was said above.
  }
}

async function create(admin: Admin, missing: readonly TopicSettings[]): Promise<void> {
  const { brokers } = await admin.describeCluster();
  const replicas = Math.min(REPLICAS_MAX, brokers.length);
  await admin.createTopics({
    waitForLeaders: true,
    topics: missing.map((topic) => ({
      topic: topic.name,
      numPartitions: topic.partitions,
      replicationFactor: replicas,
      configEntries: [
        { name: 'cleanup.policy', value: 'delete' },
        { name: 'retention.ms', value: String(topic.retentionMs) },
        { name: 'max.message.bytes', value: String(EVENT_BYTES_MAX) },
        // With three replicas one may be away and what was acknowledged still is on two disks.
        { name: 'min.insync.replicas', value: String(Math.max(1, replicas - 1)) },
      ],
    })),
  });
}

async function check(admin: Admin, topics: readonly TopicSettings[]): Promise<void> {
  const found = await partitionsOf(admin, topics);
  for (const topic of topics) {
    const partitions = found.get(topic.name);
    if (partitions === topic.partitions) continue;
    const text = [
      `Topic ${topic.name} has ${partitions ?? 'no'} partitions, not ${topic.partitions}.`,
      'Delete the topic (its events stay in the store and are not needed from Kafka), then start again.',
    ];
    throw new Fault('topic-mismatch', text.join(' '), { retryable: false });
  }
}

/** A broker may not know yet of a topic that was created, by us or another process, a moment ago. */
async function partitionsOf(admin: Admin, topics: readonly TopicSettings[]): Promise<ReadonlyMap<string, number>> {
  for (let tries = 1; ; tries += 1) {
    try {
      const found = await admin.fetchTopicMetadata({ topics: topics.map((topic) => topic.name) });
      return new Map(found.topics.map((topic) => [topic.name, topic.partitions.length]));
    } catch (error) {
      if (tries === METADATA_TRIES_MAX) throw error;
      await sleep(METADATA_PAUSE_MS);
    }
  }
}
