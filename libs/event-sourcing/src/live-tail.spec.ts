import { Fault, type Clock } from '@caisson/kernel';
import { describe, expect, it, vi } from 'vitest';
import { LiveTail, type LiveTailOptions } from './live-tail.js';
import type { EventFeed, FeedEntry, FeedStretch } from './ports/event-feed.js';
import type { Wakeups } from './ports/wakeups.js';

/** A feed in memory. Only what has been numbered is there. */
class DoubleFeed implements EventFeed {
  readonly entries: FeedEntry[] = [];
  readonly failures: Error[] = [];
  reads = 0;

  add(count: number, dataJson = '{}'): void {
    for (let index = 0; index < count; index += 1) {
      this.entries.push({ globalSeq: this.entries.length + 1, envelope: {} as FeedEntry['envelope'], dataJson });
    }
  }
  async head(): Promise<number> {
    return this.entries.length;
  }
  async readAfter({ afterGlobalSeq, limit }: { afterGlobalSeq: number; limit: number }): Promise<FeedStretch> {
    this.reads += 1;
    const failure = this.failures.shift();
    if (failure !== undefined) throw failure;
    const entries = this.entries.slice(afterGlobalSeq, afterGlobalSeq + limit);
    return { entries, endSeq: afterGlobalSeq + entries.length, more: entries.length >= limit };
  }
}

/** Time in which nothing happens by itself: only wake-ups move the tail, and backoff ends at once. */
const clock: Clock = {
  now: () => '2026-03-02T10:15:00.000Z',
  monotonicMs: () => 0,
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted === true || ms < 60_000) setImmediate(resolve);
      else signal?.addEventListener('abort', () => resolve(), { once: true });
    }),
};

function follow(feed: DoubleFeed, more: Partial<LiveTailOptions> = {}) {
  const told: number[] = [];
  const failed = vi.fn();
  let wake = (): void => undefined;
  const wakeups: Wakeups = {
    wake: () => undefined,
    listen: (_channel, onWake) => {
      wake = onWake;
      return () => undefined;
    },
  };
  const tail = new LiveTail({
    ...{ feed, wakeups, clock, pollMs: 60_000, onFailure: failed },
    onStretch: ({ entries }) => told.push(...entries.map(({ globalSeq }) => globalSeq)),
    ...more,
  });
  tail.start();
  return { tail, told, failed, wake: () => wake() };
}

const never = new AbortController().signal;
const numbers = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, at) => from + at);

describe('the tail', () => {
  it('tells what comes after its start, once and in order, and nothing before', async () => {
    const feed = new DoubleFeed();
    feed.add(250);
    const { tail, told, wake } = follow(feed);
    await tail.nextRead(never);
    expect([tail.position, told]).toEqual([250, []]);
    feed.add(230);
    wake();
    while (tail.position !== 480) await tail.nextRead(never);
    expect(told).toEqual(numbers(251, 480));
    await tail.stop();
  });

  it('goes on after failures of the store, without a gap', async () => {
    const feed = new DoubleFeed();
    feed.add(120);
    feed.failures.push(new Fault('store-unavailable', 'away', { retryable: true }));
    const { failed, tail, told, wake } = follow(feed);
    while (tail.position === undefined) await tail.nextRead(never);
    feed.failures.push(new Error('away again'));
    feed.add(3);
    wake();
    while (tail.position !== 123) await tail.nextRead(never);
    expect([told, failed.mock.calls.length]).toEqual([[121, 122, 123], 2]);
    expect(tail.keptAfter(0)?.map(({ globalSeq }) => globalSeq)).toEqual(numbers(1, 123));
    await tail.stop();
  });

  it('keeps the latest for those who come back, bounded by number', async () => {
    const feed = new DoubleFeed();
    feed.add(40);
    const { tail, wake } = follow(feed, { keptEntriesMax: 10 });
    await tail.nextRead(never);
    feed.add(2);
    wake();
    while (tail.position !== 42) await tail.nextRead(never);
    expect(tail.keptAfter(32)?.map(({ globalSeq }) => globalSeq)).toEqual(numbers(33, 42));
    expect(tail.keptAfter(42)).toEqual([]);
    expect([tail.keptAfter(31), tail.keptAfter(43)]).toEqual([undefined, undefined]);
    await tail.stop();
  });

  it('keeps the latest bounded by size', async () => {
    const feed = new DoubleFeed();
    feed.add(3, 'x'.repeat(4 * 1024 * 1024));
    const { tail } = follow(feed);
    await tail.nextRead(never);
    expect(tail.keptAfter(1)?.length).toBe(2);
    expect(tail.keptAfter(0)).toBeUndefined();
    await tail.stop();
  });

  it('lets go of who waits when it stops', async () => {
    const { tail } = follow(new DoubleFeed());
    await tail.nextRead(never);
    const waiting = tail.nextRead(never);
    await tail.stop();
    await waiting;
    expect(tail.position).toBe(0);
  });
});
