import type { EachBatchPayload } from 'kafkajs';
import { decodeMessage, TOPICS, type PublicEvent, type TopicSettings } from '@caisson/contracts';
import { backoffMs, Sweep, SWEEP_DEFAULTS, type EventConsumer } from '@caisson/event-sourcing';
import { ConsumerProgress } from './consumer-progress.js';
import { EventStrategy, type EventStrategyOptions, type StrategyHealth } from './event-strategy.js';
import { GatheredPages } from './gathered-pages.js';
import { GroupMember, KAFKA_TIMING, type KafkaTiming } from './group-member.js';
import { OffsetCommits } from './offset-commits.js';

/** Events of one partition in one commit. */
const PAGE_EVENTS_MAX = 100;

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

/** What batches are applied with. */
interface Applying {
  readonly consumer: EventConsumer;
  readonly pages: GatheredPages;
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
  readonly #offsets: OffsetCommits;
  #member: GroupMember | undefined;
  #sweeping: Promise<void> = Promise.resolve();

  constructor(options: KafkaEventStrategyOptions) {
    super(options);
    this.#options = options;
    this.#timing = { ...KAFKA_TIMING, ...options.timing };
    this.#progress = new ConsumerProgress(() => options.clock.monotonicMs());
    this.#offsets = new OffsetCommits((error) => this.log.info({ error }, 'offsets were not committed'));
  }

  override health(): StrategyHealth {
    return this.topics.length === 0
      ? { ready: true, alive: true, detail: 'nothing to follow' }
      : this.#progress.health();
  }

  /** Takes nothing new; waits for handlers at most ten seconds. */
  override async close(): Promise<void> {
    this.#stop.abort();
    const leaving = this.#offsets.flush().then(() => this.#member?.stop());
    const ended = Promise.all([leaving, this.#sweeping]).catch((error: unknown) => {
      this.log.warn({ error }, 'the Kafka consumer did not end in order');
    });
    await Promise.race([ended, this.#options.clock.sleep(CLOSE_MS_MAX)]);
  }

  protected override start(consumer: EventConsumer): void {
    if (this.topics.length === 0) return;
    const { brokers, log, clock, service, onFatal, groupId = `caisson.${service}`, topics = TOPICS } = this.#options;
    this.#sweeping = this.#sweep(consumer);
    const pages = new GatheredPages((events) => consumer.applyPage(events));
    this.#member = new GroupMember({
      ...{ brokers, log, clock, groupId, onFatal },
      clientId: `caisson-${service}`,
      topics: topics.filter((topic) => this.topics.includes(topic.name)),
      timing: this.#timing,
      progress: this.#progress,
      onJoined: () => this.#offsets.forget(),
      eachBatch: (batch) => this.#eachBatch({ consumer, pages }, batch),
    });
    this.#member.start();
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

  /** Throws nothing but what kafkajs itself threw: any other error would end the consumer for ever. */
  async #eachBatch({ consumer, pages }: Applying, payload: EachBatchPayload): Promise<void> {
    const { topic, partition, messages } = payload.batch;
    for (let start = 0; start < messages.length; start += PAGE_EVENTS_MAX) {
      const page = messages.slice(start, start + PAGE_EVENTS_MAX);
      const last = page.at(-1);
      if (last === undefined || !(await this.#applyPage(pages, payload, this.#decode(topic, page)))) return;
      payload.resolveOffset(last.offset);
      await payload.heartbeat();
      if (consumer.isBehind) continue; // A restart begins again before what waits.
      const offset = String(BigInt(last.offset) + 1n);
      this.#offsets.reached({ topic, partition, offset }, payload);
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
  async #applyPage(pages: GatheredPages, payload: EachBatchPayload, events: readonly PublicEvent[]): Promise<boolean> {
    const place = `${payload.batch.topic}/${payload.batch.partition}`;
    const isOver = (): boolean => this.#stop.signal.aborted || !payload.isRunning() || payload.isStale();
    try {
      for (let failures = 1; !isOver(); failures += 1) {
        this.#progress.pageBegan(place);
        const failure = await this.#tryPage(pages, payload, events);
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
    pages: GatheredPages,
    payload: EachBatchPayload,
    events: readonly PublicEvent[],
  ): Promise<{ readonly error: unknown } | undefined> {
    let lost: HeartbeatFailure | undefined;
    const beat = setInterval(() => {
      payload.heartbeat().catch((error: unknown) => (lost ??= { error }));
    }, this.#timing.heartbeatIntervalMs);
    try {
      await pages.apply(events);
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
