import type { PublicEvent } from '@caisson/contracts';
import { backoffMs } from './backoff.js';
import { keyOf, streamOf } from './page-run.js';
import type { StreamRef } from './ports/event-store.js';

/** Failing streams whose tries are remembered; a forgotten one starts counting anew. */
const TRIES_KEPT_MAX = 10_000;

/** A stream whose next event fails for now. */
export interface BehindStream {
  readonly key: string;
  readonly stream: StreamRef;
  /** Version of the event that fails. */
  readonly version: number;
  readonly dueMs: number;
}

/** Streams of a consumer that wait for another try, so that the others need not wait for them. */
export class BehindStreams {
  readonly #waiting = new Map<string, BehindStream>();
  readonly #tries = new Map<string, { readonly version: number; readonly count: number }>();

  get size(): number {
    return this.#waiting.size;
  }

  has(event: PublicEvent): boolean {
    return this.#waiting.has(keyOf(event));
  }

  /** Milliseconds until the first is due; infinite when none waits. */
  dueInMs(nowMs: number): number {
    let firstMs = Number.POSITIVE_INFINITY;
    for (const { dueMs } of this.#waiting.values()) firstMs = Math.min(firstMs, dueMs);
    return Math.max(0, firstMs - nowMs);
  }

  due(nowMs: number): readonly BehindStream[] {
    return [...this.#waiting.values()].filter(({ dueMs }) => dueMs <= nowMs);
  }

  /** Counts a try of an event that failed. Answers which one it was. */
  countTry(event: PublicEvent): number {
    const key = keyOf(event);
    const before = this.#tries.get(key);
    const count = before?.version === event.sequence ? before.count + 1 : 1;
    this.#tries.delete(key); // Set anew, so that the oldest entry is the first.
    this.#tries.set(key, { version: event.sequence, count });
    const [oldest] = this.#tries.keys();
    if (this.#tries.size > TRIES_KEPT_MAX && oldest !== undefined) this.#tries.delete(oldest);
    return count;
  }

  /** Lets the stream of an event wait, longer with each try. */
  wait(event: PublicEvent, tries: number, nowMs: number): void {
    const key = keyOf(event);
    const dueMs = nowMs + backoffMs(tries);
    this.#waiting.set(key, { key, stream: streamOf(event), version: event.sequence, dueMs });
  }

  /** Takes a stream out for another try. */
  take(behind: BehindStream): void {
    this.#waiting.delete(behind.key);
  }

  /** Lets a stream go on waiting whose try told nothing about it. */
  putBack(behind: BehindStream): void {
    if (!this.#waiting.has(behind.key)) this.#waiting.set(behind.key, behind);
  }

  /** Forgets a stream that moved on. */
  moved(key: string): void {
    this.#tries.delete(key);
    this.#waiting.delete(key);
  }
}
