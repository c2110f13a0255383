import type { PublicEvent } from '@caisson/contracts';
import { isRetryable, messageOf, type Clock } from '@caisson/kernel';
import {
  add,
  keyOf,
  lanesOf,
  NOTHING,
  PageRun,
  streamOf,
  TOGETHER,
  type HandlerFailure,
  type Lane,
  type PageMode,
  type PageResult,
  type PageRunOptions,
} from './page-run.js';
import type { StreamRef } from './ports/event-store.js';
import { jobsChannel, type Wakeups } from './ports/wakeups.js';

/** How often an error that says nothing about retrying (a bug, mostly) is tried before its stream is parked. */
const UNKNOWN_TRIES_MAX = 3;

/** Pause before such an error is tried again. */
const UNKNOWN_PAUSE_MS = 50;

/** From this failure on, a page with a retryable fault is applied event by event, so that only one stream waits. */
const RETRYABLE_TRIES_TOGETHER = 3;

/** A retryable fault that never ends is parked after so many tries: minutes, at the pace of `backoffMs`. */
const RETRYABLE_TRIES_MAX = 50;

/** Failing streams whose tries are remembered; a forgotten one starts counting anew. */
const TRIES_KEPT_MAX = 10_000;

/** Longest reason kept with a parked stream. */
const REASON_CHARS_MAX = 2000;

/** A stream that was set aside, and why. */
export interface Parking {
  /** The event that could not be handled; the stream waits from its `sequence` on. */
  readonly event: PublicEvent;
  readonly reason: string;
  readonly error: unknown;
}

/** Hears what happens in a consumer, to log and count it. Must not throw. */
export interface ConsumerObserver {
  pageApplied(consumer: string, result: PageResult): void;
  streamParked(consumer: string, parking: Parking): void;
}

/** What a consumer is made of. */
export interface EventConsumerOptions extends PageRunOptions {
  readonly wakeups: Wakeups;
  readonly clock: Clock;
  readonly observer?: ConsumerObserver;
}

type Attempt =
  | { readonly outcome: 'done'; readonly result: PageResult }
  | { readonly outcome: 'gap'; readonly missing: readonly PublicEvent[] }
  | { readonly outcome: 'failed'; readonly failure: HandlerFailure };

/**
 * The one way in which events take effect, whatever brought them: per stream each version once and in order, with the
 * positions and the jobs of a page in one commit. Kafka, the sweep and the embedded profile all call `applyPage`.
 */
export class EventConsumer {
  readonly name: string;
  readonly #options: EventConsumerOptions;
  /** Tries of events that fail with retryable faults, by stream. Only what fails now is in it. */
  readonly #tries = new Map<string, { readonly version: number; readonly count: number }>();

  constructor(options: EventConsumerOptions) {
    this.name = options.consumer;
    this.#options = options;
  }

  /**
   * Applies events that arrived, in any order between streams, with repeats and holes. When it answers, each of them is
   * applied, was applied before, or its stream is parked: it may be acknowledged.
   *
   * @throws the store's or a handler's retryable fault: nothing may be acknowledged; wait (`backoffMs`) and give the
   *   same page again.
   */
  async applyPage(events: readonly PublicEvent[]): Promise<PageResult> {
    if (events.length === 0) return NOTHING;
    const together = await this.#attempt(lanesOf(events));
    if (together.outcome === 'done') return together.result;
    if (together.outcome === 'failed' && isRetryable(together.failure.error)) {
      const tries = this.#countTry(together.failure.event);
      if (tries < RETRYABLE_TRIES_TOGETHER) throw together.failure.error;
    }
    return this.#applyApart(events);
  }

  /**
   * Lets a parked stream go on and applies at once what waited. False when it was not parked.
   *
   * @throws as `applyPage`; the stream is no longer parked then, and the next event of it brings the rest.
   */
  async release(stream: StreamRef): Promise<boolean> {
    if (!(await this.#options.store.unpark(this.name, stream))) return false;
    await this.catchUp(stream);
    return true;
  }

  /** Applies whatever the store holds of a stream and this consumer has not seen. */
  async catchUp(stream: StreamRef): Promise<PageResult> {
    return this.applyPage(await this.#options.store.readStream(stream, 0));
  }

  /** Event by event, each in its own commit: what fails holds up its own stream only. */
  async #applyApart(events: readonly PublicEvent[]): Promise<PageResult> {
    const blocked = new Map<string, unknown>();
    let sum = NOTHING;
    for (const event of events) {
      if (blocked.has(keyOf(event))) continue;
      try {
        sum = add(sum, await this.#applyAlone(event));
      } catch (error) {
        if (!this.#tries.has(keyOf(event))) throw error; // The store's own fault: no event is to blame.
        blocked.set(keyOf(event), error);
      }
    }
    if (blocked.size > 0) throw blocked.values().next().value;
    return sum;
  }

  async #applyAlone(event: PublicEvent, counted: 'applied' | 'repaired' = 'applied'): Promise<PageResult> {
    for (let tries = 1; ; tries += 1) {
      const attempt = await this.#attempt(lanesOf([event]), { repairs: false, counted });
      switch (attempt.outcome) {
        case 'done':
          return attempt.result;
        case 'gap': {
          const before = await this.#applyMissing(attempt.missing);
          return add(before, await this.#applyAlone(event, counted));
        }
        case 'failed': {
          const reason = this.#giveUpReason(attempt.failure, tries);
          if (reason !== undefined) return this.#park(attempt.failure, reason);
          await this.#options.clock.sleep(UNKNOWN_PAUSE_MS);
        }
      }
    }
  }

  async #applyMissing(missing: readonly PublicEvent[]): Promise<PageResult> {
    let sum = NOTHING;
    for (const event of missing) sum = add(sum, await this.#applyAlone(event, 'repaired'));
    return { ...NOTHING, repaired: sum.repaired };
  }

  /** Why to stop trying; undefined to try again at once. Throws what should be tried again later. */
  #giveUpReason(failure: HandlerFailure, tries: number): string | undefined {
    const { error, event } = failure;
    if (isRetryable(error)) {
      const count = this.#countTry(event);
      if (count < RETRYABLE_TRIES_MAX) throw error;
      return `still failing after ${count} tries: ${describe(error)}`;
    }
    if (!saysFinal(error) && tries < UNKNOWN_TRIES_MAX) return undefined;
    return describe(error);
  }

  async #park(failure: HandlerFailure, reason: string): Promise<PageResult> {
    const { event, error } = failure;
    const stream = streamOf(event);
    const text = reason.slice(0, REASON_CHARS_MAX);
    const parked = await this.#options.store.transact(this.name, [stream], async (transaction) => {
      const position = transaction.position(stream); // Another process may have been faster.
      if (position.parkedFrom !== undefined || position.lastVersion >= event.sequence) return false;
      transaction.park(stream, event.sequence, text);
      return true;
    });
    this.#tries.delete(keyOf(event));
    if (parked) this.#options.observer?.streamParked(this.name, { event, reason: text, error });
    return { ...NOTHING, skipped: 1 };
  }

  #countTry(event: PublicEvent): number {
    const before = this.#tries.get(keyOf(event));
    const count = before?.version === event.sequence ? before.count + 1 : 1;
    this.#tries.delete(keyOf(event)); // Set anew, so that the oldest entry is the first.
    this.#tries.set(keyOf(event), { version: event.sequence, count });
    const [oldest] = this.#tries.keys();
    if (this.#tries.size > TRIES_KEPT_MAX && oldest !== undefined) this.#tries.delete(oldest);
    return count;
  }

  /** One transaction over the lanes. A handler's failure rolls it back and is told apart from the store's. */
  async #attempt(lanes: readonly Lane[], mode: PageMode = TOGETHER): Promise<Attempt> {
    const page = new PageRun(this.#options, mode);
    let result: PageResult;
    try {
      result = await this.#options.store.transact(
        this.name,
        lanes.map((lane) => lane.stream),
        (transaction) => page.run(transaction, lanes),
      );
    } catch (error) {
      if (page.failure !== undefined) return { outcome: 'failed', failure: page.failure };
      throw error;
    }
    if (page.missing !== undefined) return { outcome: 'gap', missing: page.missing };
    for (const lane of lanes) this.#tries.delete(lane.key);
    for (const queue of page.queues) this.#options.wakeups.wake(jobsChannel(queue));
    this.#options.observer?.pageApplied(this.name, result);
    return { outcome: 'done', result };
  }
}

/** Wait before the next try of a page: 100 ms, doubling, at most 5 s. `attempt` is 1 for the first retry. */
export function backoffMs(attempt: number): number {
  return Math.min(5000, 100 * 2 ** Math.min(attempt - 1, 10));
}

/** Whether the error itself says that trying again cannot help: our faults do, and so does data that fits no schema. */
function saysFinal(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  return ('retryable' in error && error.retryable === false) || ('name' in error && error.name === 'ZodError');
}

function describe(error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : undefined;
  const name = error instanceof Error ? error.name : typeof error;
  return `${code ?? name}: ${messageOf(error)}`;
}
