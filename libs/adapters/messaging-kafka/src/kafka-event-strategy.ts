import type { Consumer, EachBatchPayload } from 'kafkajs';
import { TOPICS, type PublicEvent, type TopicSettings } from '@caisson/contracts';
import { backoffMs, Sweep, SWEEP_DEFAULTS, type EventConsumer } from '@caisson/event-sourcing';
import { Fault, messageOf } from '@caisson/kernel';
import { decodeMessage } from './cloud-events.js';
import { ConsumerProgress } from './consumer-progress.js';
import { EventStrategy, type EventStrategyOptions, type StrategyHealth } from './event-strategy.js';
import { connectKafka } from './kafka-client.js';
import { createTopics } from './topic-bootstrap.js';

/** How a member of a consumer group behaves in time. */
export interface KafkaTiming {
  /** After so long without a heartbeat the group gives our partitions away; also how long a killed member is missed. */
  readonly sessionTimeoutMs: number;
  readonly rebalanceTimeoutMs: number;
  readonly heartbeatIntervalMs: number;
  /** How long the broker holds an empty fetch; heartbeats happen only between fetches. */
  readonly fetchWaitMs: number;
}

/** Times for a service in production. */
export const KAFKA_TIMING: KafkaTiming = {
  sessionTimeoutMs: 10_000,
  rebalanceTimeoutMs: 30_000,
  heartbeatIntervalMs: 1000,
  fetchWaitMs: 250,
};

/** Events applied in one commit. */
const PAGE_EVENTS_MAX = 100;

/** Partitions whose pages are applied side by side. */
const PARTITIONS_AT_ONCE = 3;

/** New partitions and leaders are looked up this often. */
const METADATA_MAX_AGE_MS = 30_000;

/** kafkajs waits without limit for a hung handler. */
const CLOSE_MS_MAX = 10_000;

/** How to consume from Kafka. */
export interface KafkaEventStrategyOptions extends EventStrategyOptions {
  readonly brokers: readonly string[];
  /** Called once when the consumer cannot go on: the process ends and its supervisor starts it again. */
  readonly onFatal: (reason: string) => void;
  /** Default: `caisson.<service>`. One group for one service and one list of topics. */
  readonly groupId?: string;
  readonly timing?: Partial<KafkaTiming>;
  /** Default: `SWEEP_DEFAULTS`. */
  readonly sweep?: { readonly everyMs: number; readonly minAgeMs: number };
  /** How the topics are created when they are not there. Default: as the contracts say. */
  readonly topics?: readonly TopicSettings[];
}

/** Thrown through kafkajs, which knows what to do with its own errors: rejoin, or start over. */
interface HeartbeatFailure {
  readonly error: unknown;
}

/**
 * Events by Kafka, with the sweep over the store as safety net: both feed the same consumer. Starts and goes on while
 * Kafka is away, and comes back by itself.
 *
 * Offsets are hints that save reading; what was applied is known by the positions in the store.
 */
export class KafkaEventStrategy extends EventStrategy {
  readonly #options: KafkaEventStrategyOptions;
  readonly #timing: KafkaTiming;
  readonly #progress: ConsumerProgress;
  readonly #stop = new AbortController();
  #client: Consumer | undefined;
  #running: Promise<unknown> = Promise.resolve();
  #hasFailed = false;

  constructor(options: KafkaEventStrategyOptions) {
    super(options);
    this.#options = options;
    this.#timing = { ...KAFKA_TIMING, ...options.timing };
    this.#progress = new ConsumerProgress(() => options.clock.monotonicMs());
  }

  override health(): StrategyHealth {
    return this.topics.length === 0
      ? { ready: true, alive: true, detail: 'nothing to follow' }
      : this.#progress.health();
  }

  /** Takes nothing new; waits for handlers at most ten seconds. */
  override async close(): Promise<void> {
    this.#stop.abort();
    const ended = Promise.all([this.#client?.disconnect(), this.#running]).catch((error: unknown) => {
      this.log.warn({ error }, 'the Kafka consumer did not end in order');
    });
    await Promise.race([ended, this.#options.clock.sleep(CLOSE_MS_MAX)]);
  }

  protected override start(consumer: EventConsumer): void {
    if (this.topics.length === 0) return;
    this.#running = Promise.all([this.#sweep(consumer), this.#connect(consumer)]);
  }

  #sweep(consumer: EventConsumer): Promise<void> {
    const { consumerStore, clock, sweep } = this.#options;
    return new Sweep({
      ...SWEEP_DEFAULTS,
      ...sweep,
      consumer,
      store: consumerStore,
      topics: this.topics,
      clock,
      onRound: (applied) => {
        if (applied > 0) this.#swept(applied);
      },
      onFailure: (error, failures) => this.pageFailed(error, failures),
    }).run(this.#stop.signal);
  }

  #swept(applied: number): void {
    this.observer.sweepApplied?.(this.#options.service, applied);
    this.log.warn({ applied }, 'the sweep applied events that Kafka had not brought');
  }

  /** Until it is in the group once; from then on kafkajs comes back by itself or crashes. */
  async #connect(consumer: EventConsumer): Promise<void> {
    for (let failures = 1; !this.#stop.signal.aborted; failures += 1) {
      let client: Consumer | undefined;
      try {
        client = this.#newClient();
        await this.#join(client, consumer);
        return;
      } catch (error) {
        await client?.disconnect().catch(() => undefined); // It failed; what it held is given back by the broker.
        if (error instanceof Fault && !error.retryable) {
          this.#fail(messageOf(error));
          return;
        }
        this.#progress.failed(messageOf(error));
        this.log.warn({ error, failures }, 'Kafka is not there; events come by the sweep until it is');
        await this.#options.clock.sleep(backoffMs(failures), this.#stop.signal);
      }
    }
  }

  #newClient(): Consumer {
    const { brokers, log, service } = this.#options;
    const kafka = connectKafka({ brokers, log, clientId: `caisson-${service}` });
    return kafka.consumer({
      groupId: this.#options.groupId ?? `caisson.${service}`,
      sessionTimeout: this.#timing.sessionTimeoutMs,
      rebalanceTimeout: this.#timing.rebalanceTimeoutMs,
      heartbeatInterval: this.#timing.heartbeatIntervalMs,
      maxWaitTimeInMs: this.#timing.fetchWaitMs,
      metadataMaxAge: METADATA_MAX_AGE_MS,
      allowAutoTopicCreation: false,
      // Few and quick: a coordinator that died is looked up anew only after a crash.
      retry: { initialRetryTime: 100, maxRetryTime: 500, retries: 5, restartOnFailure: () => Promise.resolve(true) },
    });
  }

  async #join(client: Consumer, consumer: EventConsumer): Promise<void> {
    const { brokers, log, service } = this.#options;
    const topics = (this.#options.topics ?? TOPICS).filter((topic) => this.topics.includes(topic.name));
    await createTopics({ brokers, log, clientId: `caisson-${service}`, topics });
    this.#watch(client);
    await client.connect();
    await client.subscribe({ topics: [...this.topics], fromBeginning: true });
    this.#client = client;
    await client.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: PARTITIONS_AT_ONCE,
      eachBatch: (batch) => this.#eachBatch(consumer, batch),
    });
    if (this.#stop.signal.aborted) await client.disconnect();
  }

  #watch(client: Consumer): void {
    const { GROUP_JOIN, FETCH, HEARTBEAT, REQUEST_TIMEOUT, CRASH, RECEIVED_UNSUBSCRIBED_TOPICS } = client.events;
    client.on(GROUP_JOIN, ({ payload }) => {
      const partitions = Object.values(payload.memberAssignment).flat().length;
      this.#progress.joined(partitions);
      this.log.info({ groupId: payload.groupId, partitions }, 'joined the consumer group');
    });
    client.on(FETCH, () => this.#progress.fetched());
    client.on(HEARTBEAT, () => this.#progress.beat());
    client.on(REQUEST_TIMEOUT, () => this.#progress.failed('a request timed out'));
    client.on(RECEIVED_UNSUBSCRIBED_TOPICS, ({ payload }) => {
      this.log.error({ ...payload }, 'members of one consumer group follow different topics; some are not read');
    });
    client.on(CRASH, ({ payload }) => {
      if (payload.restart) this.#progress.failed(messageOf(payload.error));
      else this.#fail(`the Kafka consumer gave up: ${messageOf(payload.error)}`);
    });
  }

  #fail(reason: string): void {
    this.#progress.died(reason);
    if (this.#hasFailed || this.#stop.signal.aborted) return;
    this.#hasFailed = true;
    this.log.error({ reason }, 'events can no longer be consumed; the process must start anew');
    this.#options.onFatal(reason);
  }

  /** Throws nothing but what kafkajs itself threw: any other error would end the consumer for ever. */
  async #eachBatch(consumer: EventConsumer, payload: EachBatchPayload): Promise<void> {
    const { topic, partition, messages } = payload.batch;
    for (let start = 0; start < messages.length; start += PAGE_EVENTS_MAX) {
      const page = messages.slice(start, start + PAGE_EVENTS_MAX);
      const last = page.at(-1);
      if (last === undefined || !(await this.#applyPage(consumer, payload, this.#decode(topic, page)))) return;
      payload.resolveOffset(last.offset);
      await payload.heartbeat();
      // Not consumer.commitOffsets: a late one through that stops the consumer for ever.
      const offset = String(BigInt(last.offset) + 1n);
      await payload.commitOffsetsIfNecessary({ topics: [{ topic, partitions: [{ partition, offset }] }] });
    }
  }

  #decode(topic: string, messages: EachBatchPayload['batch']['messages']): readonly PublicEvent[] {
    const events: PublicEvent[] = [];
    for (const { headers, value, offset } of messages) {
      const decoded = decodeMessage(headers, value);
      if (decoded.outcome === 'event') {
        events.push(decoded.event);
        continue;
      }
      // Our own events are always well formed, and all of them are in the store: what is not ours is passed over.
      this.observer.messageMalformed?.(this.#options.service, topic);
      this.log.error({ topic, offset, reason: decoded.reason }, 'message is not an event of Caisson; passed over');
    }
    return events;
  }

  /** Until the page is applied; false when it should not be any more. Heartbeats go on meanwhile. */
  async #applyPage(
    consumer: EventConsumer,
    payload: EachBatchPayload,
    events: readonly PublicEvent[],
  ): Promise<boolean> {
    const place = `${payload.batch.topic}/${payload.batch.partition}`;
    const isOver = (): boolean => this.#stop.signal.aborted || !payload.isRunning() || payload.isStale();
    try {
      for (let failures = 1; !isOver(); failures += 1) {
        this.#progress.pageBegan(place);
        const failure = await this.#tryPage(consumer, payload, events);
        if (failure === undefined) return true;
        this.pageFailed(failure.error, failures);
        await this.#waitWithHeartbeats(payload, backoffMs(failures), isOver);
      }
      return false;
    } finally {
      this.#progress.pageEnded(place);
    }
  }

  /** Undefined when it worked. Throws only what a heartbeat threw. */
  async #tryPage(
    consumer: EventConsumer,
    payload: EachBatchPayload,
    events: readonly PublicEvent[],
  ): Promise<{ readonly error: unknown } | undefined> {
    let lost: HeartbeatFailure | undefined;
    const beat = setInterval(() => {
      payload.heartbeat().catch((error: unknown) => (lost ??= { error }));
    }, this.#timing.heartbeatIntervalMs);
    try {
      await consumer.applyPage(events);
    } catch (error) {
      if (lost === undefined) return { error };
    } finally {
      clearInterval(beat);
    }
    if (lost !== undefined) throw lost.error;
    return undefined;
  }

  async #waitWithHeartbeats(payload: EachBatchPayload, waitMs: number, isOver: () => boolean): Promise<void> {
    const { clock } = this.#options;
    const { heartbeatIntervalMs } = this.#timing;
    for (let leftMs = waitMs; leftMs > 0 && !isOver(); leftMs -= heartbeatIntervalMs) {
      await clock.sleep(Math.min(leftMs, heartbeatIntervalMs), this.#stop.signal);
      await payload.heartbeat();
    }
  }
}
