import { CONTEXTS, encodeHeaders, parseEventType, TOPICS, topicOf, type TopicSettings } from '@caisson/contracts';
import type { OutboxEntry } from '@caisson/event-sourcing';
import { murmur2 } from './murmur2.js';

/** Bytes of a request to one partition; Kafka refuses more than 1 MiB of messages in one batch by default. */
export const SEND_BYTES_MAX = 900_000;

/** Largest event that a topic takes; Kafka's own default of 1 MB is less than a large plan. Larger ones stay. */
export const EVENT_BYTES_MAX = 8 * 1024 * 1024;

/** What a message weighs besides its parts: offsets, lengths, timestamps. */
const MESSAGE_OVERHEAD_BYTES = 100;

/** A message as the client library takes it. */
export interface PartitionMessage {
  readonly key: string;
  readonly value: Buffer;
  readonly headers: Record<string, string>;
  readonly partition: number;
}

/** What goes to one partition, in order, cut into requests. */
export interface PartitionBatch {
  readonly topic: string;
  readonly partition: number;
  readonly requests: readonly (readonly PartitionMessage[])[];
}

/** Entries by partition, and those that no topic takes: their type names none, or they are too large. */
export interface Routed {
  readonly batches: readonly PartitionBatch[];
  readonly unroutable: readonly OutboxEntry[];
}

/** The key of a stream's messages: all its events go to one partition. */
export function messageKey(tenantId: string, streamId: string): string {
  return `${tenantId}|${streamId}`;
}

/** The topic that an event type is published on; undefined for a type of no context. */
export function topicOfType(type: string): string | undefined {
  const context = CONTEXTS.find((name) => name === parseEventType(type)?.context);
  return context === undefined ? undefined : topicOf(context);
}

/** The partition of a key: as every Kafka client computes it, so others find the same. */
export function partitionOf(key: string, partitions: number): number {
  return (murmur2(Buffer.from(key)) & 0x7fffffff) % partitions;
}

/** Sorts entries into partitions, keeps the order within each, and cuts what is too much for one request. */
export function routeEntries(entries: readonly OutboxEntry[], topics: readonly TopicSettings[] = TOPICS): Routed {
  const partitionsOf = new Map(topics.map((topic) => [topic.name, topic.partitions]));
  const unroutable: OutboxEntry[] = [];
  const byPartition = new Map<string, { topic: string; messages: PartitionMessage[] }>();
  for (const entry of entries) {
    const topic = topicOfType(entry.envelope.type);
    const partitions = topic === undefined ? undefined : partitionsOf.get(topic);
    if (topic === undefined || partitions === undefined) {
      unroutable.push(entry);
      continue;
    }
    const message = toMessage(entry, partitions);
    if (weightOf(message) > EVENT_BYTES_MAX) {
      unroutable.push(entry);
      continue;
    }
    const place = `${topic}/${message.partition}`;
    const batch = byPartition.get(place) ?? { topic, messages: [] };
    batch.messages.push(message);
    byPartition.set(place, batch);
  }
  const batches = [...byPartition.values()].map(({ topic, messages }) => ({
    topic,
    partition: messages[0]?.partition ?? 0,
    requests: cut(messages),
  }));
  return { batches, unroutable };
}

function toMessage(entry: OutboxEntry, partitions: number): PartitionMessage {
  const key = messageKey(entry.envelope.tenantId, entry.envelope.subject);
  return {
    key,
    value: Buffer.from(entry.dataJson),
    headers: encodeHeaders(entry.envelope),
    partition: partitionOf(key, partitions),
  };
}

function cut(messages: readonly PartitionMessage[]): readonly (readonly PartitionMessage[])[] {
  const requests: PartitionMessage[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const message of messages) {
    const weight = weightOf(message);
    if (bytes + weight > SEND_BYTES_MAX) {
      requests.push([]);
      bytes = 0;
    }
    requests.at(-1)?.push(message);
    bytes += weight;
  }
  return requests;
}

/** An upper bound that costs nothing to compute: three bytes a character is the most that UTF-8 takes. */
function weightOf(message: PartitionMessage): number {
  let characters = message.key.length;
  for (const name in message.headers) characters += name.length + (message.headers[name]?.length ?? 0);
  return MESSAGE_OVERHEAD_BYTES + message.value.length + 3 * characters;
}
