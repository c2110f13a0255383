import type { PublicEvent } from '@caisson/contracts';
import { InvariantViolation } from '@caisson/kernel';
import type { Delivery, EventHandler } from './delivery.js';
import type { ConsumerStore, ConsumerTransaction } from './ports/consumer-store.js';
import type { StreamRef } from './ports/event-store.js';
import type { NewJob } from './ports/job-queue.js';

/** Streams of one page that are handled side by side; their appends then share commits. */
const LANES_MAX = 8;

/** What became of the events of a page that were to be handled. The numbers add up to these, except `repaired`. */
export interface PageResult {
  /** Handled now, in order. */
  readonly applied: number;
  /** Seen before. */
  readonly duplicates: number;
  /** Not in the page but before something in it: read from the store and handled first. */
  readonly repaired: number;
  /** Belong to a stream that is parked, from before or from now. */
  readonly skipped: number;
  /** Belong to a stream that is behind, and are applied when it catches up. */
  readonly deferred: number;
}

/** The events of one stream in a page, as they came. */
export interface Lane {
  readonly key: string;
  readonly stream: StreamRef;
  readonly events: readonly PublicEvent[];
}

/** The event that its handler could not handle, and what was thrown. */
export interface HandlerFailure {
  readonly event: PublicEvent;
  readonly error: unknown;
}

/** What a page is applied with. */
export interface PageRunOptions {
  /** Name of its positions. One name, one sequence of effects; two processes may share it. */
  readonly consumer: string;
  readonly store: ConsumerStore;
  readonly handle: EventHandler;
  /**
   * Type attributes of the events that it handles; absent: all. Streams with nothing for it cost it nothing, and what a
   * newer build adds here is caught up with in each stream from the last event that was handled.
   */
  readonly types?: ReadonlySet<string>;
}

/** The result of an empty page. */
export const NOTHING: PageResult = { applied: 0, duplicates: 0, repaired: 0, skipped: 0, deferred: 0 };

/** How a try treats holes, and as what it counts what it handles. */
export interface PageMode {
  /** Whether missing events are handled in the same transaction; otherwise they are only named. */
  readonly repairs: boolean;
  readonly counted: 'applied' | 'repaired';
}

/** The usual way: a whole page in one commit. */
export const TOGETHER: PageMode = { repairs: true, counted: 'applied' };

/** One try to apply some lanes inside one transaction. */
export class PageRun {
  failure: HandlerFailure | undefined;
  missing: readonly PublicEvent[] | undefined;
  /** Keys of the streams that moved on. */
  readonly moved = new Set<string>();
  /** Where jobs were recorded. */
  readonly queues = new Set<string>();
  readonly #options: PageRunOptions;
  readonly #mode: PageMode;

  constructor(options: PageRunOptions, mode: PageMode) {
    this.#options = options;
    this.#mode = mode;
  }

  /** A store that met a collision may call it again: nothing of the try before counts. */
  async run(transaction: ConsumerTransaction, lanes: readonly Lane[]): Promise<PageResult> {
    this.failure = undefined;
    this.missing = undefined;
    this.moved.clear();
    this.queues.clear();
    const waiting = [...lanes];
    const results: PageResult[] = [];
    const errors: unknown[] = [];
    const worker = async (): Promise<void> => {
      for (let lane = waiting.shift(); lane !== undefined && errors.length === 0; lane = waiting.shift()) {
        try {
          results.push(await this.#runLane(transaction, lane));
        } catch (error) {
          errors.push(error);
        }
      }
    };
    // All settle before the transaction ends: no handler works on after the roll-back.
    await Promise.all(Array.from({ length: Math.min(LANES_MAX, lanes.length) }, worker));
    if (errors.length > 0) throw errors[0];
    return results.reduce(add, NOTHING);
  }

  async #runLane(transaction: ConsumerTransaction, lane: Lane): Promise<PageResult> {
    const position = transaction.position(lane.stream);
    if (position.parkedFrom !== undefined) return { ...NOTHING, skipped: lane.events.length };
    const counts = { applied: 0, duplicates: 0, repaired: 0, skipped: 0, deferred: 0 };
    let reached = position.lastVersion;
    let known = reached; // Nothing up to here is missing.
    for (const event of lane.events) {
      if (!isFor(this.#options.types, event)) {
        if (event.sequence === known + 1) known = event.sequence;
        continue;
      }
      if (event.sequence <= reached) {
        counts.duplicates += 1;
        continue;
      }
      const missing = await this.#readMissing(lane.stream, known, event.sequence);
      if (missing.length > 0 && !this.#mode.repairs) {
        this.missing = missing;
        break;
      }
      for (const earlier of missing) await this.#handle(transaction, earlier);
      await this.#handle(transaction, event);
      counts.repaired += missing.length;
      counts[this.#mode.counted] += 1;
      reached = known = event.sequence;
    }
    if (reached > position.lastVersion) {
      transaction.advance(lane.stream, reached);
      this.moved.add(lane.key);
    }
    return counts;
  }

  /** What is to be handled between two versions. None when the versions between are private facts. */
  async #readMissing(stream: StreamRef, known: number, next: number): Promise<readonly PublicEvent[]> {
    if (next === known + 1) return [];
    const { store, types } = this.#options;
    const part = { untilVersion: next - 1, ...(types === undefined ? {} : { types }) };
    const found = await store.readStream(stream, known, part);
    return found.filter((event) => event.sequence > known && event.sequence < next);
  }

  async #handle(transaction: ConsumerTransaction, event: PublicEvent): Promise<void> {
    const delivery = new OpenDelivery(this.#options.consumer);
    try {
      await this.#options.handle(event, delivery);
    } catch (error) {
      this.failure ??= { event, error };
      throw error;
    } finally {
      delivery.close();
    }
    for (const job of delivery.jobs) {
      transaction.enqueue(streamOf(event), job);
      this.queues.add(job.queue);
    }
  }
}

class OpenDelivery implements Delivery {
  readonly consumer: string;
  readonly jobs: NewJob[] = [];
  #open = true;

  constructor(consumer: string) {
    this.consumer = consumer;
  }

  enqueue(job: NewJob): void {
    if (!this.#open) throw new InvariantViolation(`job ${job.key} came after its handler had answered`);
    this.jobs.push(job);
  }

  close(): void {
    this.#open = false;
  }
}

/** The stream that an event belongs to. */
export function streamOf(event: PublicEvent): StreamRef {
  return { tenantId: event.tenantId, streamId: event.subject };
}

/** A text that names the stream of an event, for maps. */
export function keyOf(event: PublicEvent): string {
  return `${event.tenantId}|${event.subject}`;
}

/** Whether a consumer of events of these types handles this one. */
export function isFor(types: ReadonlySet<string> | undefined, event: PublicEvent): boolean {
  return types === undefined || types.has(event.type);
}

/** One lane per stream that has events of these types, its events as they came. */
export function lanesOf(events: readonly PublicEvent[], types?: ReadonlySet<string>): readonly Lane[] {
  const lanes = new Map<string, Lane & { readonly events: PublicEvent[] }>();
  for (const event of events) {
    const key = keyOf(event);
    const lane = lanes.get(key);
    if (lane === undefined) lanes.set(key, { key, stream: streamOf(event), events: [event] });
    else lane.events.push(event);
  }
  return [...lanes.values()].filter((lane) => lane.events.some((event) => isFor(types, event)));
}

/** The sum of two results. */
export function add(left: PageResult, right: PageResult): PageResult {
  return {
    applied: left.applied + right.applied,
    duplicates: left.duplicates + right.duplicates,
    repaired: left.repaired + right.repaired,
    skipped: left.skipped + right.skipped,
    deferred: left.deferred + right.deferred,
  };
}
