/** The contexts that publish events. Each has one topic. */
export const CONTEXTS = ['deployment', 'planning', 'execution', 'drift', 'webhooks', 'tenancy'] as const;

/** A context that publishes: one of `CONTEXTS`. */
export type Context = (typeof CONTEXTS)[number];

/** How a topic is created. Partitions are fixed for ever: a change would move keys and break the order per stream. */
export interface TopicSettings {
  readonly name: string;
  readonly partitions: number;
  readonly retentionMs: number;
}

const PARTITIONS = 6;
const RETENTION_MS = 7 * 24 * 60 * 60 * 1000; // Kafka is transport: what is older is read from the store.

/** The topic of a context, such as `caisson.deployment.events.v1`. */
export function topicOf(context: Context): string {
  return `caisson.${context}.events.v1`;
}

/** Every topic of the product; the one place that says how each is created. */
export const TOPICS: readonly TopicSettings[] = CONTEXTS.map((context) => ({
  name: topicOf(context),
  partitions: PARTITIONS,
  retentionMs: RETENTION_MS,
}));
