import { setImmediate } from 'node:timers/promises';
import type { Producer, RecordMetadata } from 'kafkajs';
import { TOPICS, type TopicSettings } from '@caisson/contracts';
import type { EventPublisher, OutboxEntry } from '@caisson/event-sourcing';
import { Fault, messageOf } from '@caisson/kernel';
import { connectKafka, kafkajs, type KafkaConnection } from './kafka-client.js';
import { routeEntries, type PartitionBatch } from './partition-batches.js';
import { createTopics } from './topic-bootstrap.js';

/** Where to publish. */
export interface KafkaEventPublisherOptions extends Omit<KafkaConnection, 'clientId'> {
  readonly clientId?: string;
  /** Default: every topic of the product. They are created when they are not there. */
  readonly topics?: readonly TopicSettings[];
}

/**
 * Publishes to Kafka so that nothing acknowledged is lost: the partition is computed here, a request goes to one
 * partition, one request per partition is under way, the answer is checked, and after a rejection the producer is
 * thrown away. The caller then gives the same entries again; consumers drop the repeats.
 *
 * kafkajs loses acknowledged messages in anything looser: an idempotent producer with requests side by side or after a
 * rejection, and a request to several partitions while a leader moves (its issue 1303).
 */
export class KafkaEventPublisher implements EventPublisher {
  readonly #options: KafkaEventPublisherOptions & { readonly clientId: string };
  readonly #topics: readonly TopicSettings[];
  #producer: Promise<Producer> | undefined;
  /** The call before: calls do not overlap, or two requests could be under way to one partition. */
  #turn: Promise<void> = Promise.resolve();

  constructor(options: KafkaEventPublisherOptions) {
    this.#options = { clientId: 'caisson-relay', ...options };
    this.#topics = options.topics ?? TOPICS;
  }

  /**
   * @throws Fault `kafka-publish-failed` (retryable): some entries may be stored, none is known to be. Give all of them
   *   again. `topic-mismatch` (final) when a topic is not as the contracts say.
   */
  publish(entries: readonly OutboxEntry[]): Promise<void> {
    const turn = this.#turn.then(() => this.#publishNow(entries));
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  /** Ends the connection after the call under way. */
  async close(): Promise<void> {
    await this.#turn;
    await this.#discard();
  }

  async #publishNow(entries: readonly OutboxEntry[]): Promise<void> {
    if (entries.length === 0) return;
    const { batches, unroutable } = routeEntries(entries, this.#topics);
    for (const { envelope } of unroutable) {
      // Kafka would never take it, and waiting would hold up everybody else. It is in the store: the sweep brings it.
      this.#options.log.error(
        { eventId: envelope.id, type: envelope.type },
        'event has no topic or is too large for it; not published',
      );
    }
    try {
      const producer = await this.#connected();
      const sent = await sendSideBySide(producer, batches);
      const failed = sent.find((result) => result.status === 'rejected');
      if (failed !== undefined) throw failed.reason;
    } catch (error) {
      await this.#discard();
      if (error instanceof Fault && !error.retryable) throw error;
      const text = `Kafka did not acknowledge ${entries.length} events: ${messageOf(error)}`;
      throw new Fault('kafka-publish-failed', text, { retryable: true, cause: error });
    }
  }

  #connected(): Promise<Producer> {
    this.#producer ??= this.#connect();
    return this.#producer;
  }

  async #connect(): Promise<Producer> {
    await createTopics({ ...this.#options, topics: this.#topics });
    const producer = connectKafka(this.#options).producer({
      idempotent: false,
      allowAutoTopicCreation: false,
      createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
    });
    await producer.connect();
    return producer;
  }

  async #discard(): Promise<void> {
    const producer = this.#producer;
    this.#producer = undefined;
    try {
      await (await producer)?.disconnect();
    } catch {
      // It failed already, or never connected.
    }
  }
}

/**
 * One request per partition; all have settled when it answers. A batch is a millisecond or two of encoding:
 * between two of them the rest of the process has its turn, or the appends of a busy service would stand still.
 */
async function sendSideBySide(
  producer: Producer,
  batches: readonly PartitionBatch[],
): Promise<readonly PromiseSettledResult<void>[]> {
  const sending: Promise<readonly PromiseSettledResult<void>[]>[] = [];
  for (const batch of batches) {
    if (sending.length > 0) await setImmediate();
    sending.push(Promise.allSettled([sendInOrder(producer, batch)]));
  }
  return (await Promise.all(sending)).flat();
}

async function sendInOrder(producer: Producer, batch: PartitionBatch): Promise<void> {
  const { topic, partition } = batch;
  for (const messages of batch.requests) {
    const answer = await producer.send({ topic, acks: -1, messages: [...messages] });
    if (!isStored(answer, batch)) {
      const text = `the answer for ${topic}/${partition} is ${JSON.stringify(answer)}`;
      throw new Fault('kafka-answer-incomplete', text, { retryable: true });
    }
  }
}

function isStored(answer: readonly RecordMetadata[], batch: PartitionBatch): boolean {
  const [only] = answer;
  return (
    answer.length === 1 && only?.topicName === batch.topic && only.partition === batch.partition && only.errorCode === 0
  );
}
