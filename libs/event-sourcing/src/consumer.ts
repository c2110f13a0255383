import type { PublicEvent } from '@caisson/contracts';
import { Fault, isRetryable, messageOf, type Clock } from '@caisson/kernel';
import { BehindStreams } from './behind-streams.js';
import {
  add,
  isFor,
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
import type { StreamPart } from './ports/consumer-store.js';
import type { StreamRef } from './ports/event-store.js';
import { jobsChannel, type Wakeups } from './ports/wakeups.js';

/** How often an error that says nothing about retrying (a bug, mostly) is tried before its stream is parked. */
const UNKNOWN_TRIES_MAX = 3;

/** Pause before such an error is tried again. */
const UNKNOWN_PAUSE_MS = 50;

/** A retryable fault that never ends is parked after so many tries: minutes, at the pace of `backoffMs`. */
const RETRYABLE_TRIES_MAX = 50;

/** With so many streams behind, what fails is no matter of streams: the page waits. */
const BEHIND_STREAMS_MAX = 100;

/** Longest reason kept with a parked stream. */
const REASON_CHARS_MAX = 2000;

/** A stream that was set aside, and why. */
export interface Parking {
  /** The event that could not be handled; the stream waits from its `sequence` on. */
  readonly event: PublicEvent;
  readonly reason: string;
  readonly error: unknown;
}

/** A stream whose next event fails for now. */
export interface Lag {
  readonly event: PublicEvent;
  readonly error: unknown;
  /** Counts from 1. */
  readonly tries: number;
}

/** Hears what happens in a consumer, to log and count it. Must not throw. */
export interface ConsumerObserver {
  streamBehind?(consumer: string, lag: Lag): void;
  pageApplied(consumer: string, result: PageResult): void;
  streamParked(consumer: string, parking: Parking): void;
}

/** What a consumer is made of. */
export interface EventConsumerOptions extends PageRunOptions {
  readonly wakeups: Wakeups;
  readonly clock: Clock;
  readonly observer?: ConsumerObserver;
}

const ONE_DEFERRED: PageResult = { ...NOTHING, deferred: 1 };

type Attempt =
  | { readonly outcome: 'done'; readonly result: PageResult }
  | { readonly outcome: 'gap'; readonly missing: readonly PublicEvent[] }
  | { readonly outcome: 'failed'; readonly failure: HandlerFailure };

/**
 * The one way in which events take effect, whatever brought them: per stream each version once and in order, with the
 * positions and the jobs of a page in one commit. Kafka, the sweep and the embedded profile all call `applyPage`.
 *
 * A stream whose next event fails for now falls behind and is tried again by `catchUpBehind`; the others go on.
 */
export class EventConsumer {
  readonly name: string;
  readonly #options: EventConsumerOptions;
  readonly #behind = new BehindStreams();
  readonly #listeners = new Set<() => void>();
  #catchingUp = 0;

  constructor(options: EventConsumerOptions) {
    this.name = options.consumer;
    this.#options = options;
  }

  /** While a stream is behind, no durable mark (offset, checkpoint) may pass what was applied before it fell behind. */
  get isBehind(): boolean {
    return this.#behind.size + this.#catchingUp > 0;
  }

  /** Calls back when a stream falls behind, or further behind. The answer ends it. */
  onBehind(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Milliseconds until `catchUpBehind` has something to do. */
  get behindDueInMs(): number {
    return this.#behind.dueInMs(this.#options.clock.monotonicMs());
  }

  /**
   * Applies events that arrived, in any order between streams, with repeats and holes. When it answers, each of them is
   * applied, was applied before, or its stream is parked or behind: they need not be given again while this consumer
   * lives, and may be acknowledged for good unless it `isBehind`.
   *
   * @throws the store's fault, or a handler's when too many streams are behind: wait (`backoffMs`) and give the same
   *   page again.
   */
  async applyPage(events: readonly PublicEvent[]): Promise<PageResult> {
    const current = this.#behind.size === 0 ? events : events.filter((event) => !this.#behind.has(event));
    const deferred = { ...NOTHING, deferred: events.length - current.length };
    const lanes = lanesOf(current, this.#options.types);
    if (lanes.length === 0) return deferred;
    const together = await this.#attempt(lanes);
    return add(deferred, together.outcome === 'done' ? together.result : await this.#applyApart(current));
  }

  /**
   * Tries the streams that are behind and due.
   *
   * @throws as `applyPage`; what was not tried goes on waiting.
   */
  async catchUpBehind(): Promise<void> {
    const { store, clock } = this.#options;
    for (const behind of this.#behind.due(clock.monotonicMs())) {
      this.#catchingUp += 1;
      this.#behind.take(behind);
      try {
        await this.#applyApart(await store.readStream(behind.stream, behind.version - 1, this.#part));
      } catch (error) {
        this.#behind.putBack(behind);
        throw error;
      } finally {
        this.#catchingUp -= 1;
      }
    }
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
    return this.applyPage(await this.#options.store.readStream(stream, 0, this.#part));
  }

  /** What there is to read of a stream. */
  get #part(): StreamPart {
    const { types } = this.#options;
    return types === undefined ? {} : { types };
  }

  /** Event by event, each in its own commit: what fails holds up its own stream only. */
  async #applyApart(events: readonly PublicEvent[]): Promise<PageResult> {
    let sum = NOTHING;
    for (const event of events) {
      if (isFor(this.#options.types, event)) sum = add(sum, await this.#applyAlone(event));
    }
    return sum;
  }

  async #applyAlone(event: PublicEvent, counted: 'applied' | 'repaired' = 'applied'): Promise<PageResult> {
    let before = NOTHING;
    for (let tries = 1; tries <= UNKNOWN_TRIES_MAX; tries += 1) {
      if (this.#behind.has(event)) return add(before, ONE_DEFERRED);
      const attempt = await this.#attempt(lanesOf([event]), { repairs: false, counted });
      if (attempt.outcome === 'done') return add(before, attempt.result);
      if (attempt.outcome === 'gap') {
        before = add(before, await this.#applyMissing(attempt.missing));
        continue;
      }
      const { error } = attempt.failure;
      if (mayPass(error)) return add(before, await this.#fallBehind(attempt.failure));
      if (saysFinal(error) || tries === UNKNOWN_TRIES_MAX) {
        return add(before, await this.#park(attempt.failure, describe(error)));
      }
      await this.#options.clock.sleep(UNKNOWN_PAUSE_MS);
    }
    // What is missing was applied and is missing again: another process is at work on the stream.
    throw new Fault('stream-contended', `${event.subject} changed under ${this.name}`, { retryable: true });
  }

  async #applyMissing(missing: readonly PublicEvent[]): Promise<PageResult> {
    let repaired = 0;
    for (const event of missing) {
      if (this.#behind.has(event)) break;
      repaired += (await this.#applyAlone(event, 'repaired')).repaired;
    }
    return { ...NOTHING, repaired };
  }

  /** The stream waits for its next try, or is parked when there were too many. */
  async #fallBehind(failure: HandlerFailure): Promise<PageResult> {
    const { event, error } = failure;
    if (this.#behind.size >= BEHIND_STREAMS_MAX) throw error;
    const tries = this.#behind.countTry(event);
    if (tries >= RETRYABLE_TRIES_MAX)
      return this.#park(failure, `still failing after ${tries} tries: ${describe(error)}`);
    this.#behind.wait(event, tries, this.#options.clock.monotonicMs());
    this.#options.observer?.streamBehind?.(this.name, { event, error, tries });
    for (const listener of this.#listeners) listener();
    return ONE_DEFERRED;
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
    this.#behind.moved(keyOf(event));
    if (parked) this.#options.observer?.streamParked(this.name, { event, reason: text, error });
    return { ...NOTHING, skipped: 1 };
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
    for (const key of page.moved) this.#behind.moved(key);
    for (const queue of page.queues) this.#options.wakeups.wake(jobsChannel(queue));
    this.#options.observer?.pageApplied(this.name, result);
    return { outcome: 'done', result };
  }
}

/** Whether another try may do better. A lost lease ends a try, not the event: the next one takes a lease of its own. */
function mayPass(error: unknown): boolean {
  return (
    isRetryable(error) || (typeof error === 'object' && error !== null && 'code' in error && error.code === 'fenced')
  );
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
