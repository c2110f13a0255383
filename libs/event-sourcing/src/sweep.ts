import type { Clock } from '@caisson/kernel';
import { backoffMs } from './backoff.js';
import type { EventConsumer } from './consumer.js';
import type { ConsumerStore } from './ports/consumer-store.js';

/** A checkpoint is a hint that saves reading: written this often, and when the sweep ends. */
const SAVE_EVERY_MS = 1000;

/** Where others stand and what was released is looked up no more often than this, so that an idle service is idle. */
const LOOK_EVERY_MS = 5_000;

/** What a sweep walks over, and at what pace. */
export interface SweepOptions {
  readonly consumer: EventConsumer;
  readonly store: ConsumerStore;
  readonly topics: readonly string[];
  readonly clock: Clock;
  /** Pause between rounds when nothing wakes it. */
  readonly everyMs: number;
  /** Leaves out what is younger: a faster way may still bring it. 0 = take all. */
  readonly minAgeMs: number;
  /** Events a page. */
  readonly pageSize: number;
  /** Calls back when a round may find something; the answer ends it. Absent: only the pause counts. */
  readonly wake?: (onWake: () => void) => () => void;
  /** Hears of each completed round and of how much it had to apply: a safety net finds nothing on a healthy day. */
  readonly onRound?: (applied: number) => void;
  /** Hears of each round that failed, and how often in a row. It is tried again. Must not throw. */
  readonly onFailure?: (error: unknown, failures: number) => void;
}

/** The pace of the safety net beside Kafka. */
export const SWEEP_DEFAULTS = { everyMs: 10_000, minAgeMs: 5_000, pageSize: 200 } as const;

/**
 * Walks the events of the store in their global order from the consumer's checkpoint and applies what the consumer has
 * not seen. What a transport lost, reordered or never sent takes effect here.
 */
export class Sweep {
  readonly #options: SweepOptions;
  #position = 0;
  #saved = 0;
  #savedAtMs = Number.NEGATIVE_INFINITY;
  #lookedAtMs = Number.NEGATIVE_INFINITY;
  #woken = false;
  #nap: AbortController | undefined;

  constructor(options: SweepOptions) {
    this.#options = options;
  }

  /** Rounds until the signal is aborted. Never rejects: a failed round is told to `onFailure` and tried again. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, everyMs, wake } = this.#options;
    const stopListening = wake?.(() => {
      this.#woken = true;
      this.#nap?.abort();
    });
    // Not woken for a round, but to rest no longer than until the stream's next try.
    const stopWatching = this.#options.consumer.onBehind(() => this.#nap?.abort());
    let failures = 0;
    try {
      while (!signal.aborted) {
        this.#woken = false;
        try {
          await this.#options.consumer.catchUpBehind();
          await this.round(signal);
          failures = 0;
        } catch (error) {
          failures += 1;
          this.#options.onFailure?.(error, failures);
        }
        if (failures > 0) await clock.sleep(Math.min(everyMs, backoffMs(failures)), signal);
        else await this.#rest(signal);
      }
    } finally {
      stopListening?.();
      stopWatching();
      await this.#save().catch((error: unknown) => this.#options.onFailure?.(error, failures + 1));
    }
  }

  /**
   * One walk to the end of what is old enough. Answers how many events had to be applied.
   *
   * @throws the fault of the page that could not be applied; the sweep stands before it.
   */
  async round(signal: AbortSignal): Promise<number> {
    const { consumer, store, topics, minAgeMs, pageSize, clock, everyMs } = this.#options;
    if (clock.monotonicMs() - this.#lookedAtMs >= Math.max(everyMs, LOOK_EVERY_MS)) await this.#look();
    let applied = 0;
    for (let more = true; more && !signal.aborted;) {
      const page = await store.readSince({ topics, afterGlobalSeq: this.#position, minAgeMs, limit: pageSize });
      const result = await consumer.applyPage(page.events);
      applied += result.applied + result.repaired;
      more = page.more && page.nextGlobalSeq > this.#position;
      this.#position = Math.max(this.#position, page.nextGlobalSeq);
      if (clock.monotonicMs() - this.#savedAtMs >= SAVE_EVERY_MS) await this.#save();
    }
    this.#options.onRound?.(applied);
    return applied;
  }

  /** Where others of the same name stand, and what was released. */
  async #look(): Promise<void> {
    const { consumer, store, clock } = this.#options;
    await this.#catchUpReleased();
    this.#position = Math.max(this.#position, await store.checkpoint(consumer.name));
    this.#lookedAtMs = clock.monotonicMs();
  }

  async #save(): Promise<void> {
    const { consumer, store, clock } = this.#options;
    if (this.#position <= this.#saved || consumer.isBehind) return;
    const position = this.#position;
    await store.saveCheckpoint(consumer.name, position);
    this.#saved = position;
    this.#savedAtMs = clock.monotonicMs();
  }

  /** The checkpoint is past what a parked stream left behind, so what somebody released is read by stream. */
  async #catchUpReleased(): Promise<void> {
    const { consumer, store } = this.#options;
    for (const stream of await store.released(consumer.name)) await consumer.catchUp(stream);
  }

  async #rest(signal: AbortSignal): Promise<void> {
    if (this.#woken) return; // Woken while it walked: what woke it may have come behind it.
    const nap = new AbortController();
    this.#nap = nap;
    const pauseMs = Math.min(this.#options.everyMs, this.#options.consumer.behindDueInMs);
    await this.#options.clock.sleep(pauseMs, AbortSignal.any([signal, nap.signal]));
    this.#nap = undefined;
  }
}
