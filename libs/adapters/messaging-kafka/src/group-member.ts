import type { Consumer, EachBatchPayload } from 'kafkajs';
import type { TopicSettings } from '@caisson/contracts';
import { backoffMs } from '@caisson/event-sourcing';
import { Fault, messageOf, type Clock } from '@caisson/kernel';
import type { ConsumerProgress } from './consumer-progress.js';
import { connectKafka, type KafkaConnection } from './kafka-client.js';
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

/** Partitions whose pages are applied together. */
const PARTITIONS_AT_ONCE = 6;

/** New partitions and leaders are looked up this often. */
const METADATA_MAX_AGE_MS = 30_000;

/** So many crashes that nothing explains, without one fetch between them, and only a restart can help. */
const CRASHES_MAX = 6;

/** Errors that kafkajs takes for final and that pass: a broker that starts anew has no coordinator for a while. */
const PASSING_ERRORS: ReadonlySet<string> = new Set([
  'KafkaJSGroupCoordinatorNotFound',
  'KafkaJSNoBrokerAvailableError',
]);

/** A member to be. */
export interface GroupMemberOptions extends KafkaConnection {
  /** One group for one service and one list of topics: members with different lists leave topics unread. */
  readonly groupId: string;
  readonly topics: readonly TopicSettings[];
  readonly timing: KafkaTiming;
  readonly clock: Clock;
  readonly progress: ConsumerProgress;
  /** Called when the group gave out its partitions, before the first batch of them. */
  readonly onJoined: () => void;
  /** Must throw nothing but what kafkajs threw: any other error ends the consumer. */
  readonly eachBatch: (payload: EachBatchPayload) => Promise<void>;
  /** Called once when only a restart of the process can help. */
  readonly onFatal: (reason: string) => void;
}

/**
 * A member of a consumer group that stays one: it joins when Kafka is there, and after each crash of the client a new
 * one is built, topics included, since a broker may come back empty. kafkajs' own restarts do less and stop for good on
 * some errors that pass.
 */
export class GroupMember {
  readonly #options: GroupMemberOptions;
  readonly #stop = new AbortController();
  #client: Consumer | undefined;
  #running: Promise<void> = Promise.resolve();
  #crashes = 0;
  #isLost = false;

  constructor(options: GroupMemberOptions) {
    this.#options = options;
  }

  /** Begins to join, and goes on until it is stopped. */
  start(): void {
    this.#running = this.#join();
  }

  /** Leaves the group after the page in hand. kafkajs waits without limit for a hung handler: race it. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
    await this.#client?.disconnect();
  }

  async #join(): Promise<void> {
    const { log, clock, progress } = this.#options;
    for (let failures = 1; !this.#stop.signal.aborted; failures += 1) {
      let client: Consumer | undefined;
      try {
        await createTopics(this.#options);
        client = this.#newClient();
        await this.#run(client);
        return;
      } catch (error) {
        await client?.disconnect().catch(() => undefined); // It failed; what it held is given back by the broker.
        if (error instanceof Fault && !error.retryable) {
          this.#fail(messageOf(error));
          return;
        }
        progress.failed(messageOf(error));
        log.warn({ error, failures }, 'Kafka is not there; events come by the sweep until it is');
        await clock.sleep(backoffMs(failures), this.#stop.signal);
      }
    }
  }

  #newClient(): Consumer {
    const { timing, groupId } = this.#options;
    let isPassing = false;
    const client = connectKafka(this.#options).consumer({
      groupId,
      sessionTimeout: timing.sessionTimeoutMs,
      rebalanceTimeout: timing.rebalanceTimeoutMs,
      heartbeatInterval: timing.heartbeatIntervalMs,
      maxWaitTimeInMs: timing.fetchWaitMs,
      metadataMaxAge: METADATA_MAX_AGE_MS,
      allowAutoTopicCreation: false,
      retry: {
        initialRetryTime: 100,
        maxRetryTime: 500,
        retries: 5, // Few and quick: a coordinator that died is looked up anew only after a crash.
        restartOnFailure: () => {
          isPassing = true; // Asked only about errors that may pass.
          return Promise.resolve(false);
        },
      },
    });
    client.on(client.events.CRASH, ({ payload }) => {
      this.#crashed(payload.error, isPassing || PASSING_ERRORS.has(payload.error.name));
    });
    return client;
  }

  async #run(client: Consumer): Promise<void> {
    const { topics, eachBatch } = this.#options;
    this.#watch(client);
    await client.connect();
    await client.subscribe({ topics: topics.map((topic) => topic.name), fromBeginning: true });
    this.#client = client;
    await client.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: PARTITIONS_AT_ONCE,
      eachBatch,
    });
  }

  #watch(client: Consumer): void {
    const { log, progress, onJoined } = this.#options;
    const { GROUP_JOIN, FETCH, HEARTBEAT, REQUEST_TIMEOUT, RECEIVED_UNSUBSCRIBED_TOPICS } = client.events;
    client.on(GROUP_JOIN, ({ payload }) => {
      const partitions = Object.values(payload.memberAssignment).flat().length;
      progress.joined(partitions);
      onJoined();
      log.info({ groupId: payload.groupId, partitions }, 'joined the consumer group');
    });
    client.on(FETCH, () => {
      this.#crashes = 0;
      progress.fetched();
    });
    client.on(HEARTBEAT, () => progress.beat());
    client.on(REQUEST_TIMEOUT, () => progress.failed('a request timed out'));
    client.on(RECEIVED_UNSUBSCRIBED_TOPICS, ({ payload }) => {
      log.error({ ...payload }, 'members of one consumer group follow different topics; some are not read');
    });
  }

  /** The client has ended itself and disconnected. */
  #crashed(error: Error, isPassing: boolean): void {
    const { log, clock, progress } = this.#options;
    if (this.#stop.signal.aborted || this.#isLost) return;
    this.#client = undefined;
    this.#crashes += 1;
    progress.failed(messageOf(error));
    if (!isPassing && this.#crashes >= CRASHES_MAX) {
      this.#fail(`the Kafka consumer crashed ${this.#crashes} times: ${messageOf(error)}`);
      return;
    }
    log.warn({ error, crashes: this.#crashes }, 'the Kafka consumer crashed; joining anew');
    this.#running = clock.sleep(backoffMs(this.#crashes), this.#stop.signal).then(() => this.#join());
  }

  #fail(reason: string): void {
    const { log, progress, onFatal } = this.#options;
    progress.died(reason);
    if (this.#isLost || this.#stop.signal.aborted) return;
    this.#isLost = true;
    log.error({ reason }, 'events can no longer be consumed; the process must start anew');
    onFatal(reason);
  }
}
