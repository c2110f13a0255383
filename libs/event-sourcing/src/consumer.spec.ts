import type { PublicEvent } from '@caisson/contracts';
import { Fault, type Clock } from '@caisson/kernel';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EventConsumer, type Parking } from './consumer.js';
import type { Delivery } from './delivery.js';
import type {
  ConsumerPosition,
  ConsumerStore,
  ConsumerTransaction,
  StreamPart,
  SweepPage,
} from './ports/consumer-store.js';
import type { StreamRef } from './ports/event-store.js';
import type { NewJob } from './ports/job-queue.js';
import { Sweep } from './sweep.js';

const TENANT = 'tenant-1';
const CONSUMER = 'planner';

function fact(stream: string, sequence: number, data: unknown = {}): PublicEvent {
  return {
    id: `${stream}-${sequence}`,
    type: 'caisson.deployment.run-requested.v1',
    source: '/caisson/api',
    subject: stream,
    time: '2026-03-02T10:15:00.000Z',
    tenantId: TENANT,
    correlationId: 'story',
    causationId: 'request',
    actor: 'mia',
    sequence,
    data,
  };
}

function facts(stream: string, count: number): PublicEvent[] {
  return Array.from({ length: count }, (_, index) => fact(stream, index + 1));
}

const keyOf = (stream: StreamRef): string => `${stream.tenantId}|${stream.streamId}`;

/** Positions, parked streams, jobs and events as plain maps; a transaction is kept whole or dropped whole. */
class DoubleStore implements ConsumerStore {
  events: PublicEvent[] = [];
  positions = new Map<string, ConsumerPosition & { reason?: string; stream?: StreamRef }>();
  jobs: NewJob[] = [];
  commits = 0;
  reads = 0;
  savedCheckpoint = 0;
  failNextTransactions = 0;

  async transact<Result>(
    _consumer: string,
    streams: readonly StreamRef[],
    work: (transaction: ConsumerTransaction) => Promise<Result>,
  ): Promise<Result> {
    if (this.failNextTransactions > 0) {
      this.failNextTransactions -= 1;
      throw new Fault('event-store-unavailable', 'no database', { retryable: true });
    }
    const names = new Set(streams.map(keyOf));
    const changes = new Map<string, ConsumerPosition & { reason?: string; stream?: StreamRef }>();
    const jobs: NewJob[] = [];
    const before = (stream: StreamRef): ConsumerPosition => this.positions.get(keyOf(stream)) ?? { lastVersion: 0 };
    const result = await work({
      position: (stream) => {
        if (!names.has(keyOf(stream))) throw new Error(`${stream.streamId} was not locked`);
        return before(stream);
      },
      advance: (stream, version) => void changes.set(keyOf(stream), { lastVersion: version }),
      park: (stream, version, reason) =>
        void changes.set(keyOf(stream), { ...before(stream), parkedFrom: version, reason, stream }),
      enqueue: (_stream, job) => void jobs.push(job),
    });
    for (const [key, position] of changes) this.positions.set(key, position);
    this.jobs.push(...jobs);
    this.commits += 1;
    return result;
  }

  async readStream(stream: StreamRef, after: number, { types, untilVersion }: StreamPart = {}): Promise<PublicEvent[]> {
    this.reads += 1;
    const until = untilVersion ?? Number.POSITIVE_INFINITY;
    return this.events
      .filter((event) => event.subject === stream.streamId && event.sequence > after && event.sequence <= until)
      .filter((event) => types === undefined || types.has(event.type))
      .sort((left, right) => left.sequence - right.sequence);
  }

  async readEvents(_tenantId: string, ids: readonly string[]): Promise<PublicEvent[]> {
    return this.events.filter(({ id }) => ids.includes(id));
  }

  async readSince(request: { readonly afterGlobalSeq: number; readonly limit: number }): Promise<SweepPage> {
    const end = request.afterGlobalSeq + request.limit;
    const events = this.events.slice(request.afterGlobalSeq, end);
    const next = request.afterGlobalSeq + events.length;
    return { events, nextGlobalSeq: next, more: next < this.events.length };
  }

  async checkpoint(): Promise<number> {
    return this.savedCheckpoint;
  }

  async saveCheckpoint(_consumer: string, globalSeq: number): Promise<void> {
    this.savedCheckpoint = Math.max(this.savedCheckpoint, globalSeq);
  }

  async parked(): Promise<(StreamRef & { fromVersion: number; reason: string })[]> {
    return [...this.positions.values()].flatMap(({ parkedFrom, reason, stream }) =>
      parkedFrom === undefined || stream === undefined
        ? []
        : [{ ...stream, fromVersion: parkedFrom, reason: reason ?? '' }],
    );
  }

  async unpark(_consumer: string, stream: StreamRef): Promise<boolean> {
    const position = this.positions.get(keyOf(stream));
    if (position?.parkedFrom === undefined) return false;
    this.positions.set(keyOf(stream), { lastVersion: position.lastVersion, stream, reason: position.reason ?? '' });
    return true;
  }

  async released(): Promise<StreamRef[]> {
    return [...this.positions.values()].flatMap(({ parkedFrom, reason, stream }) =>
      parkedFrom === undefined && reason !== undefined && stream !== undefined ? [stream] : [],
    );
  }
}

class StoppedClock implements Clock {
  ms = 0;
  now = (): string => new Date(this.ms).toISOString();
  monotonicMs = (): number => this.ms;
  sleep = async (ms: number): Promise<void> => {
    this.ms += ms;
    await Promise.resolve();
  };
}

interface Scene {
  store: DoubleStore;
  consumer: EventConsumer;
  clock: StoppedClock;
  /** `stream-sequence` of each handled event whose transaction was kept. */
  handled: string[];
  woken: string[];
  parkings: Parking[];
}

function scene(
  handle: (event: PublicEvent, delivery: Delivery) => Promise<void> | void = () => undefined,
  types?: readonly string[],
): Scene {
  const store = new DoubleStore();
  const clock = new StoppedClock();
  const handled: string[] = [];
  const woken: string[] = [];
  const parkings: Parking[] = [];
  const consumer = new EventConsumer({
    consumer: CONSUMER,
    store,
    clock,
    ...(types === undefined ? {} : { types: new Set(types) }),
    handle: async (event, delivery) => {
      await handle(event, delivery);
      handled.push(event.id);
    },
    wakeups: { wake: (channel) => void woken.push(channel), listen: () => () => undefined },
    observer: { pageApplied: () => undefined, streamParked: (_consumer, parking) => void parkings.push(parking) },
  });
  return { store, consumer, clock, handled, woken, parkings };
}

const versionOf = (store: DoubleStore, stream: string): number =>
  store.positions.get(`${TENANT}|${stream}`)?.lastVersion ?? 0;

describe('a page', () => {
  it('is applied in order per stream and committed once', async () => {
    const { store, consumer, handled } = scene();
    const result = await consumer.applyPage([...facts('a', 3), ...facts('b', 2)]);
    expect(result).toEqual({ applied: 5, duplicates: 0, repaired: 0, skipped: 0, deferred: 0 });
    expect(store.commits).toBe(1);
    expect(handled.filter((id) => id.startsWith('a'))).toEqual(['a-1', 'a-2', 'a-3']);
    expect([versionOf(store, 'a'), versionOf(store, 'b')]).toEqual([3, 2]);
  });

  it('changes nothing when it comes again', async () => {
    const { consumer, handled } = scene();
    await consumer.applyPage(facts('a', 3));
    const again = await consumer.applyPage(facts('a', 3));
    expect(again).toEqual({ applied: 0, duplicates: 3, repaired: 0, skipped: 0, deferred: 0 });
    expect(handled).toHaveLength(3);
  });

  it('that is empty asks nothing of the store', async () => {
    const { store, consumer } = scene();
    await consumer.applyPage([]);
    expect(store.commits).toBe(0);
  });

  it('with a hole is completed from the store, in order', async () => {
    const { store, consumer, handled } = scene();
    store.events = facts('a', 4);
    await consumer.applyPage([fact('a', 1)]);
    const result = await consumer.applyPage([fact('a', 4)]);
    expect(result).toEqual({ applied: 1, duplicates: 0, repaired: 2, skipped: 0, deferred: 0 });
    expect(handled).toEqual(['a-1', 'a-2', 'a-3', 'a-4']);
  });

  it('does not take versions that stayed private for a hole', async () => {
    const { store, consumer, handled } = scene();
    store.events = [fact('a', 1), fact('a', 5)];
    const result = await consumer.applyPage([fact('a', 1), fact('a', 5)]);
    expect(result).toEqual({ applied: 2, duplicates: 0, repaired: 0, skipped: 0, deferred: 0 });
    expect(handled).toEqual(['a-1', 'a-5']);
  });

  it('handles streams side by side, but no more than a bound', async () => {
    let running = 0;
    let most = 0;
    const { consumer } = scene(async () => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
    });
    await consumer.applyPage(Array.from({ length: 40 }, (_, index) => fact(`s${index}`, 1)));
    expect(most).toBe(8);
  });
});

describe('a consumer of some types', () => {
  const STARTED = 'caisson.deployment.run-started.v1';
  const started = (stream: string, sequence: number) => ({ ...fact(stream, sequence), type: STARTED });
  const hearsStarts = () => scene(undefined, [STARTED]);

  it('asks nothing of the store for streams without them', async () => {
    const { store, consumer, handled } = hearsStarts();
    const result = await consumer.applyPage([...facts('a', 3), fact('b', 1)]);
    expect(result).toEqual({ applied: 0, duplicates: 0, repaired: 0, skipped: 0, deferred: 0 });
    expect([store.commits, store.reads, handled.length]).toEqual([0, 0, 0]);
  });

  it('passes over what is between them, and reads nothing again that it has seen pass', async () => {
    const { store, consumer, handled } = hearsStarts();
    store.events = [...facts('a', 3), started('a', 4), fact('a', 5)];
    const result = await consumer.applyPage([...store.events, fact('b', 1)]);
    expect(result).toEqual({ applied: 1, duplicates: 0, repaired: 0, skipped: 0, deferred: 0 });
    expect(handled).toEqual(['a-4']);
    expect([store.commits, store.reads, versionOf(store, 'a'), versionOf(store, 'b')]).toEqual([1, 0, 4, 0]);
  });

  it('finds those that it missed, and only those', async () => {
    const { store, consumer, handled } = hearsStarts();
    store.events = [fact('a', 1), started('a', 2), fact('a', 3), fact('a', 4), started('a', 5)];
    const result = await consumer.applyPage([fact('a', 4), started('a', 5)]);
    expect(result).toEqual({ applied: 1, duplicates: 0, repaired: 1, skipped: 0, deferred: 0 });
    expect(handled).toEqual(['a-2', 'a-5']);
    const again = await consumer.applyPage(store.events);
    expect(again).toEqual({ applied: 0, duplicates: 2, repaired: 0, skipped: 0, deferred: 0 });
  });

  it('passes over the others one by one as well, and after a release', async () => {
    let fails = true;
    const { store, consumer, handled } = scene(
      ({ id }) => {
        if (fails && id === 'a-2') throw new Fault('broken', 'no', { retryable: false });
      },
      [STARTED],
    );
    store.events = [fact('a', 1), started('a', 2), fact('a', 3), started('a', 4)];
    await consumer.applyPage([...store.events, started('b', 1)]);
    expect(handled.filter((id) => id !== 'b-1')).toEqual([]);
    fails = false;
    await consumer.release({ tenantId: TENANT, streamId: 'a' });
    expect(handled.filter((id) => id !== 'b-1')).toEqual(['a-2', 'a-4']);
    expect(versionOf(store, 'a')).toBe(4);
  });
});

describe('jobs of a handler', () => {
  it('commit with the position and wake their workers', async () => {
    const { store, consumer, woken } = scene((event, delivery) => {
      delivery.enqueue({ queue: 'planning', key: event.id, payload: null });
    });
    await consumer.applyPage(facts('a', 2));
    expect(store.jobs.map((job) => job.key)).toEqual(['a-1', 'a-2']);
    expect(woken).toEqual(['jobs-planning']);
  });

  it('are dropped with the event that failed', async () => {
    const { store, consumer } = scene((event, delivery) => {
      delivery.enqueue({ queue: 'planning', key: event.id, payload: null });
      if (event.sequence === 2) throw new Fault('busy', 'later', { retryable: true });
    });
    await consumer.applyPage(facts('a', 2));
    expect(store.jobs.map((job) => job.key)).toEqual(['a-1']);
    expect(versionOf(store, 'a')).toBe(1);
  });

  it('cannot be added after the handler answered', async () => {
    let kept: Delivery | undefined;
    const { consumer } = scene((_event, delivery) => {
      kept = delivery;
    });
    await consumer.applyPage(facts('a', 1));
    expect(() => kept?.enqueue({ queue: 'q', key: 'k', payload: null })).toThrow('after its handler had answered');
  });
});

describe('a failing handler', () => {
  it('with a retryable fault lets its stream fall behind, and no other', async () => {
    let isBroken = true;
    let calls = 0;
    const { store, consumer, handled, clock } = scene((event) => {
      calls += 1;
      if (isBroken && event.id === 'b-2') throw new Fault('busy', 'later', { retryable: true });
    });
    store.events = [...facts('b', 4), ...facts('a', 2)];
    const result = await consumer.applyPage([...facts('b', 3), ...facts('a', 2)]);
    expect(result).toEqual({ applied: 3, duplicates: 0, repaired: 0, skipped: 0, deferred: 2 });
    expect([consumer.isBehind, consumer.behindDueInMs]).toEqual([true, 100]);
    calls = 0;
    expect(await consumer.applyPage([fact('b', 4)])).toMatchObject({ applied: 0, deferred: 1 });
    expect(calls).toBe(0);
    clock.ms += 100;
    await consumer.catchUpBehind();
    expect([consumer.isBehind, consumer.behindDueInMs]).toEqual([true, 200]);
    isBroken = false;
    clock.ms += 200;
    await consumer.catchUpBehind();
    expect(consumer.isBehind).toBe(false);
    expect(versionOf(store, 'b')).toBe(4);
    expect(handled.filter((id) => id.startsWith('b')).slice(-4)).toEqual(['b-1', 'b-2', 'b-3', 'b-4']);
  });

  it('whose lease was lost is tried again with another', async () => {
    let isFenced = true;
    const { consumer, clock, parkings, store } = scene(() => {
      if (isFenced) throw new Fault('fenced', 'a newer lease', { retryable: false });
    });
    store.events = facts('a', 1);
    await consumer.applyPage(facts('a', 1));
    isFenced = false;
    clock.ms += 100;
    await consumer.catchUpBehind();
    expect(parkings).toEqual([]);
    expect(versionOf(store, 'a')).toBe(1);
  });

  it('is not tried before its time, and waits on when the store fails meanwhile', async () => {
    let calls = 0;
    const { consumer, clock, store } = scene(() => {
      calls += 1;
      throw new Fault('busy', 'later', { retryable: true });
    });
    store.events = facts('a', 1);
    await consumer.applyPage(facts('a', 1));
    calls = 0;
    await consumer.catchUpBehind();
    expect(calls).toBe(0);
    clock.ms += 100;
    store.failNextTransactions = 1;
    await expect(consumer.catchUpBehind()).rejects.toMatchObject({ code: 'event-store-unavailable' });
    expect(consumer.isBehind).toBe(true);
    await consumer.catchUpBehind();
    expect(calls).toBe(1);
  });

  it('in too many streams at once makes the page wait', async () => {
    const { consumer } = scene(() => {
      throw new Fault('busy', 'later', { retryable: true });
    });
    const page = Array.from({ length: 101 }, (_, index) => fact(`s${index}`, 1));
    await expect(consumer.applyPage(page)).rejects.toThrow('later');
  });

  it('with a retryable fault that never ends is parked in the end', async () => {
    const { store, consumer, clock, parkings } = scene((event) => {
      if (event.subject === 'b') throw new Fault('busy', 'later', { retryable: true });
    });
    store.events = facts('b', 2);
    await consumer.applyPage(facts('b', 2));
    const beganMs = clock.ms;
    for (let rounds = 0; rounds < 100 && consumer.isBehind; rounds += 1) {
      clock.ms += consumer.behindDueInMs;
      await consumer.catchUpBehind();
    }
    expect(parkings[0]?.reason).toBe('still failing after 50 tries: busy: later');
    expect(clock.ms - beganMs).toBeGreaterThan(3 * 60_000);
    expect(store.positions.get(`${TENANT}|b`)?.parkedFrom).toBe(1);
  });

  it('with a final fault parks its stream from that version, and no other', async () => {
    const { store, consumer, handled, parkings } = scene((event) => {
      if (event.id === 'b-2') throw new Fault('bad-plan', 'no such unit', { retryable: false });
    });
    const result = await consumer.applyPage([...facts('b', 3), ...facts('a', 2)]);
    expect(result).toEqual({ applied: 3, duplicates: 0, repaired: 0, skipped: 2, deferred: 0 });
    expect(store.positions.get(`${TENANT}|b`)).toMatchObject({ lastVersion: 1, parkedFrom: 2 });
    expect(versionOf(store, 'a')).toBe(2);
    expect(handled).not.toContain('b-3');
    expect(parkings.map((parking) => [parking.event.id, parking.reason])).toEqual([['b-2', 'bad-plan: no such unit']]);
    expect((await consumer.applyPage([fact('b', 3), fact('b', 4)])).skipped).toBe(2);
  });

  it('with a programming error is tried three times, then parked', async () => {
    let calls = 0;
    const { store, consumer, parkings } = scene((event) => {
      if (event.subject !== 'b') return;
      calls += 1;
      throw new TypeError('undefined is not a function');
    });
    await consumer.applyPage([...facts('a', 1), ...facts('b', 1)]);
    expect(calls).toBe(4); // Once with its page, three times alone.
    expect(parkings[0]?.reason).toBe('TypeError: undefined is not a function');
    expect(versionOf(store, 'a')).toBe(1);
  });

  it('in an event that was missing parks from that event on', async () => {
    const { store, consumer, handled } = scene((event) => {
      if (event.sequence === 3) throw new Fault('bad', 'three', { retryable: false });
    });
    store.events = facts('a', 5);
    const result = await consumer.applyPage([fact('a', 5)]);
    expect(handled.slice(-2)).toEqual(['a-1', 'a-2']);
    expect(store.positions.get(`${TENANT}|a`)).toMatchObject({ lastVersion: 2, parkedFrom: 3 });
    expect(result.skipped).toBe(1);
  });

  it('is told apart from a failing store, which parks nothing', async () => {
    const { store, consumer, parkings } = scene();
    store.failNextTransactions = 1;
    await expect(consumer.applyPage(facts('a', 1))).rejects.toMatchObject({ code: 'event-store-unavailable' });
    expect(parkings).toEqual([]);
    expect((await consumer.applyPage(facts('a', 1))).applied).toBe(1);
  });
});

describe('a released stream', () => {
  it('goes on where it stopped, at once', async () => {
    let broken = true;
    const { store, consumer, handled } = scene((event) => {
      if (broken && event.sequence === 2) throw new Fault('bad', 'two', { retryable: false });
    });
    store.events = facts('a', 4);
    await consumer.applyPage(store.events);
    broken = false;
    expect(await consumer.release({ tenantId: TENANT, streamId: 'a' })).toBe(true);
    expect(handled).toEqual(['a-1', 'a-1', 'a-2', 'a-3', 'a-4']); // The first was rolled back with its page.
    expect(versionOf(store, 'a')).toBe(4);
    expect(await consumer.release({ tenantId: TENANT, streamId: 'a' })).toBe(false);
  });
});

describe('whatever a transport does', () => {
  const streams = ['a', 'b', 'c'];
  const longest = 8;
  const all = streams.flatMap((stream) => facts(stream, longest));
  const delivery = fc.array(fc.array(fc.constantFrom(...all), { maxLength: 12 }), { maxLength: 20 });

  it('each stream is handled 1 to n, each version once: lost, repeated and reordered deliveries', async () => {
    await fc.assert(
      fc.asyncProperty(delivery, async (pages) => {
        const { store, consumer, handled } = scene();
        store.events = all;
        for (const page of pages) await consumer.applyPage(page);
        for (const stream of streams) {
          const version = versionOf(store, stream);
          const expected = facts(stream, version).map((event) => event.id);
          expect(handled.filter((id) => id.startsWith(stream))).toEqual(expected);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('replays of a prefix and crashes between pages end in the same sequence', async () => {
    const restarts = fc.array(fc.tuple(fc.nat(all.length), fc.integer({ min: 1, max: 10 })), { maxLength: 10 });
    await fc.assert(
      fc.asyncProperty(restarts, async (plays) => {
        const { store, consumer, handled } = scene();
        store.events = all;
        for (const [end, size] of [...plays, [all.length, 7] as const]) {
          for (let start = 0; start < end; start += size)
            await consumer.applyPage(all.slice(start, Math.min(end, start + size)));
        }
        for (const stream of streams) {
          expect(handled.filter((id) => id.startsWith(stream))).toEqual(
            facts(stream, longest).map((event) => event.id),
          );
        }
      }),
      { numRuns: 100 },
    );
  });

  it('handlers that fail now and then lose nothing and let nothing overtake', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(3), { maxLength: 100 }), async (dice) => {
        let calls = 0;
        const { store, consumer, clock, handled } = scene(() => {
          calls += 1;
          if (dice[calls - 1] === 0) throw new Fault('busy', 'later', { retryable: true });
        });
        store.events = all;
        for (let start = 0; start < all.length; start += 5) await consumer.applyPage(all.slice(start, start + 5));
        for (let rounds = 0; rounds < 200 && consumer.isBehind; rounds += 1) {
          clock.ms += consumer.behindDueInMs;
          await consumer.catchUpBehind();
        }
        for (const stream of streams) {
          expect(versionOf(store, stream)).toBe(longest);
          const ids = handled.filter((id) => id.startsWith(stream));
          expect([...new Set(ids)]).toEqual(facts(stream, longest).map((event) => event.id));
        }
      }),
      { numRuns: 100 },
    );
  });
});

describe('a sweep', () => {
  function sweepOf(stage: Scene, onRound: (applied: number) => void = () => undefined): Sweep {
    return new Sweep({
      consumer: stage.consumer,
      store: stage.store,
      topics: ['caisson.deployment.events.v1'],
      clock: stage.clock,
      everyMs: 10_000,
      minAgeMs: 5_000,
      pageSize: 3,
      onRound,
    });
  }

  it('applies what nobody brought and says so', async () => {
    const stage = scene();
    const found: number[] = [];
    stage.store.events = facts('a', 5);
    await stage.consumer.applyPage(facts('a', 2));
    const sweep = sweepOf(stage, (count) => found.push(count));
    expect(await sweep.round(new AbortController().signal)).toBe(3);
    expect(found).toEqual([3]);
    expect(versionOf(stage.store, 'a')).toBe(5);
  });

  it('finds nothing on a healthy day', async () => {
    const stage = scene();
    const found: number[] = [];
    stage.store.events = facts('a', 5);
    await stage.consumer.applyPage(facts('a', 5));
    expect(await sweepOf(stage, (count) => found.push(count)).round(new AbortController().signal)).toBe(0);
    expect(found).toEqual([0]);
  });

  it('goes on past a stream that is behind, but keeps its place before it', async () => {
    let isBroken = true;
    const stage = scene((event) => {
      if (isBroken && event.id === 'a-2') throw new Fault('busy', 'later', { retryable: true });
    });
    stage.store.events = [...facts('a', 3), ...facts('b', 6)];
    const stop = new AbortController();
    const seen: [others: number, checkpoint: number][] = [];
    const sweep = new Sweep({
      consumer: stage.consumer,
      store: stage.store,
      topics: ['caisson.deployment.events.v1'],
      clock: stage.clock,
      everyMs: 10_000,
      minAgeMs: 0,
      pageSize: 2,
      onRound: () => {
        seen.push([versionOf(stage.store, 'b'), stage.store.savedCheckpoint]);
        isBroken = seen.length < 3;
        if (seen.length === 4) stop.abort();
      },
    });
    await sweep.run(stop.signal);
    expect(seen.slice(0, 3)).toEqual([
      [6, 0],
      [6, 0],
      [6, 0],
    ]);
    expect(versionOf(stage.store, 'a')).toBe(3);
    expect(stage.store.savedCheckpoint).toBe(9);
  });

  it('stands before the page that could not be applied', async () => {
    const stage = scene();
    stage.store.events = facts('a', 7);
    const sweep = sweepOf(stage);
    stage.clock.ms += 1000;
    const work = stage.store.transact.bind(stage.store);
    let transactions = 0;
    stage.store.transact = (...given) => {
      transactions += 1;
      if (transactions === 2) stage.store.failNextTransactions = 1;
      return work(...given);
    };
    await expect(sweep.round(new AbortController().signal)).rejects.toMatchObject({ code: 'event-store-unavailable' });
    expect(stage.store.savedCheckpoint).toBe(3);
    expect(await sweep.round(new AbortController().signal)).toBe(4);
  });

  it('goes on with a stream that somebody released, though it is past it', async () => {
    let broken = true;
    const stage = scene((event) => {
      if (broken && event.sequence === 2) throw new Fault('bad', 'two', { retryable: false });
    });
    stage.store.events = facts('a', 3);
    const sweep = sweepOf(stage);
    const { signal } = new AbortController();
    await sweep.round(signal);
    // Released before its cause was mended, and again at once: it is parked in between.
    for (const isMended of [false, true]) {
      broken = !isMended;
      await stage.store.unpark(CONSUMER, { tenantId: TENANT, streamId: 'a' });
      stage.clock.ms += 10_000;
      await sweep.round(signal);
    }
    expect(versionOf(stage.store, 'a')).toBe(3);
  });

  it('goes on with a stream that was released while nobody ran', async () => {
    let broken = true;
    const stage = scene((event) => {
      if (broken && event.sequence === 2) throw new Fault('bad', 'two', { retryable: false });
    });
    stage.store.events = facts('a', 3);
    const { signal } = new AbortController();
    await sweepOf(stage).round(signal);
    broken = false;
    await stage.store.unpark(CONSUMER, { tenantId: TENANT, streamId: 'a' });
    await sweepOf(stage).round(signal);
    expect(versionOf(stage.store, 'a')).toBe(3);
  });

  it('keeps its place when it ends, and rounds go on after a failure', async () => {
    const stage = scene();
    stage.store.events = facts('a', 4);
    stage.store.failNextTransactions = 1;
    const failures: number[] = [];
    const stop = new AbortController();
    const sweep = new Sweep({
      consumer: stage.consumer,
      store: stage.store,
      topics: ['caisson.deployment.events.v1'],
      clock: stage.clock,
      everyMs: 1000,
      minAgeMs: 0,
      pageSize: 10,
      onFailure: (_error, count) => failures.push(count),
      onRound: () => stop.abort(),
    });
    await sweep.run(stop.signal);
    expect(failures).toEqual([1]);
    expect(stage.store.savedCheckpoint).toBe(4);
  });
});
