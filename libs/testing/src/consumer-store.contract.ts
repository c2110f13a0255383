import { randomUUID } from 'node:crypto';
import { topicOf } from '@caisson/contracts';
import type { ConsumerStore, EventStore, JobQueue, Outbox, StreamPart } from '@caisson/event-sourcing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newAppend, newEvent, newPrivateEvent, newStream } from './appends.js';

/** A store to test, fresh and empty. */
export interface ConsumerStoreFixture {
  readonly events: EventStore;
  readonly outbox: Outbox;
  readonly jobs: JobQueue;
  readonly consumers: ConsumerStore;
  /** The same store, as another process has it. */
  readonly otherConsumers: ConsumerStore;
  close(): Promise<void>;
}

/** What every consumer store promises. Run it from the adapter's `*.int.spec.ts`. */
export function describeConsumerStoreContract(name: string, createFixture: () => Promise<ConsumerStoreFixture>): void {
  describe(`${name} keeps the consumer store contract`, () => {
    let fixture: ConsumerStoreFixture;
    let consumers: ConsumerStore;
    beforeAll(async () => {
      fixture = await createFixture();
      ({ consumers } = fixture);
    });
    afterAll(() => fixture.close());

    const newConsumer = (): string => `consumer-${randomUUID()}`;

    async function positionOf(consumer: string, stream = newStream()) {
      return consumers.transact(consumer, [stream], async (transaction) => transaction.position(stream));
    }

    describe('positions', () => {
      it('start before the first event and move with the transaction', async () => {
        const consumer = newConsumer();
        const [first, second] = [newStream(), newStream()];
        const result = await consumers.transact(consumer, [first, second], async (transaction) => {
          expect(transaction.position(first)).toEqual({ lastVersion: 0 });
          transaction.advance(first, 1);
          transaction.advance(first, 3);
          return 'applied';
        });
        expect(result).toBe('applied');
        expect(await positionOf(consumer, first)).toEqual({ lastVersion: 3 });
        expect(await positionOf(consumer, second)).toEqual({ lastVersion: 0 });
        expect(await positionOf(newConsumer(), first)).toEqual({ lastVersion: 0 });
        expect(await positionOf(consumer, { ...first, tenantId: randomUUID() })).toEqual({ lastVersion: 0 });
      });

      it('stay where they were when the work throws, and so do its jobs', async () => {
        const consumer = newConsumer();
        const stream = newStream();
        const queue = `queue-${randomUUID()}`;
        const failure = new Error('cannot apply');
        const work = consumers.transact(consumer, [stream], async (transaction) => {
          transaction.advance(stream, 1);
          transaction.enqueue(stream, { queue, key: 'a', payload: null });
          throw failure;
        });
        await expect(work).rejects.toThrow('cannot apply');
        expect(await positionOf(consumer, stream)).toEqual({ lastVersion: 0 });
        expect(await fixture.jobs.claim({ queue, worker: 'w', limit: 1, leaseMs: 1_000 })).toEqual([]);
      });

      it('never go back', async () => {
        const consumer = newConsumer();
        const stream = newStream();
        await consumers.transact(consumer, [stream], async (transaction) => transaction.advance(stream, 5));
        const back = consumers.transact(consumer, [stream], async (transaction) => transaction.advance(stream, 4));
        await expect(back).rejects.toMatchObject({ name: 'InvariantViolation' });
        expect(await positionOf(consumer, stream)).toEqual({ lastVersion: 5 });
      });

      it('bring jobs along', async () => {
        const consumer = newConsumer();
        const stream = newStream();
        const queue = `queue-${randomUUID()}`;
        await consumers.transact(consumer, [stream], async (transaction) => {
          transaction.advance(stream, 1);
          transaction.enqueue(stream, { queue, key: 'a', payload: { of: stream.streamId } });
          transaction.enqueue(stream, { queue, key: 'a', payload: 'again' });
        });
        const claimed = await fixture.jobs.claim({ queue, worker: 'w', limit: 9, leaseMs: 1_000 });
        expect(claimed).toMatchObject([{ tenantId: stream.tenantId, key: 'a', payload: { of: stream.streamId } }]);
      });

      it(
        'are counted right by many at once, whatever order they name the streams in',
        { timeout: 60_000 },
        async () => {
          const consumer = newConsumer();
          const streams = Array.from({ length: 6 }, () => newStream());
          const step = (through: ConsumerStore, order: readonly (typeof streams)[number][]): Promise<void> =>
            through.transact(consumer, order, async (transaction) => {
              for (const stream of order) transaction.advance(stream, transaction.position(stream).lastVersion + 1);
            });
          const backwards = [...streams].reverse();
          const steps = Array.from({ length: 40 }, (_, index) =>
            step(index % 2 ? consumers : fixture.otherConsumers, index % 3 ? streams : backwards),
          );
          await Promise.all(steps);
          for (const stream of streams) expect(await positionOf(consumer, stream)).toEqual({ lastVersion: 40 });
        },
      );
    });

    describe('parking', () => {
      it('stops one stream of one consumer until it is released, and keeps the reason', async () => {
        const consumer = newConsumer();
        const [bad, good] = [newStream(), newStream()];
        await consumers.transact(consumer, [bad, good], async (transaction) => {
          transaction.advance(bad, 1);
          transaction.park(bad, 2, 'unknown \u0000 type');
          transaction.advance(good, 1);
        });
        expect(await positionOf(consumer, bad)).toEqual({ lastVersion: 1, parkedFrom: 2 });
        expect(await positionOf(consumer, good)).toEqual({ lastVersion: 1 });
        expect(await consumers.parked(consumer)).toEqual([{ ...bad, fromVersion: 2, reason: 'unknown  type' }]);
        expect(await consumers.parked(newConsumer())).toEqual([]);
        const onwards = consumers.transact(consumer, [bad], async (transaction) => transaction.advance(bad, 2));
        await expect(onwards).rejects.toMatchObject({ name: 'InvariantViolation' });
        expect(await consumers.released(consumer)).toEqual([]);
        expect(await consumers.unpark(consumer, bad)).toBe(true);
        expect(await consumers.released(consumer)).toEqual([bad]);
        expect(await consumers.unpark(consumer, bad)).toBe(false);
        expect(await positionOf(consumer, bad)).toEqual({ lastVersion: 1 });
        expect(await consumers.parked(consumer)).toEqual([]);
        await consumers.transact(consumer, [bad], async (transaction) => transaction.park(bad, 2, 'again'));
        expect(await consumers.released(consumer)).toEqual([]);
        await consumers.unpark(consumer, bad);
        await consumers.transact(consumer, [bad], async (transaction) => transaction.advance(bad, 2));
        expect(await consumers.released(consumer)).toEqual([]);
      });
    });

    describe('reading', () => {
      it('gives the public events of a stream after one version up to another', async () => {
        const stream = newStream();
        const written = [newEvent(1), newPrivateEvent(2), newEvent(3), newEvent(4)];
        await fixture.events.append(newAppend({ stream, events: written }));
        const sequences = async (after: number, part?: StreamPart) =>
          (await consumers.readStream(stream, after, part)).map((event) => event.sequence);
        expect(await sequences(0)).toEqual([1, 3, 4]);
        expect(await sequences(1, { untilVersion: 3 })).toEqual([3]);
        expect(await sequences(4)).toEqual([]);
        expect((await consumers.readStream(stream, 0))[0]).toMatchObject({
          subject: stream.streamId,
          tenantId: stream.tenantId,
          type: 'caisson.deployment.deployment-changed.v1',
          data: { label: 1 },
        });
      });

      it('gives only events of some types where that is asked', async () => {
        const stream = newStream();
        const other = { ...newEvent(2), publicForm: { type: 'caisson.deployment.deployment-left.v1' } };
        await fixture.events.append(newAppend({ stream, events: [newEvent(1), other, newEvent(3)] }));
        const read = async (...types: readonly string[]) =>
          (await consumers.readStream(stream, 0, { types: new Set(types) })).map((event) => event.sequence);
        expect(await read('caisson.deployment.deployment-left.v1')).toEqual([2]);
        expect(await read('caisson.deployment.deployment-left.v1', 'caisson.deployment.deployment-changed.v1')).toEqual(
          [1, 2, 3],
        );
        expect(await read()).toEqual([]);
      });

      it('gives public events by id, of their tenant only, and nothing for ids of something else', async () => {
        const stream = newStream();
        await fixture.events.append(newAppend({ stream, events: [newEvent(1), newPrivateEvent(2), newEvent(3)] }));
        const [first, third] = await consumers.readStream(stream, 0);
        const asked = [third?.id ?? '', '00000000-0000-4000-8000-000000000000', 'request 7', first?.id ?? ''];
        const found = await consumers.readEvents(stream.tenantId, asked);
        expect(found.toSorted((left, right) => left.sequence - right.sequence)).toEqual([first, third]);
        expect(await consumers.readEvents('another tenant', asked)).toEqual([]);
        expect(await consumers.readEvents(stream.tenantId, ['not an id'])).toEqual([]);
      });

      it('gives all of a long stream', async () => {
        const stream = newStream();
        const written = Array.from({ length: 2_100 }, (_, index) => newEvent(index + 1));
        await fixture.events.append(newAppend({ stream, events: written }));
        expect((await consumers.readStream(stream, 50)).map((event) => event.sequence)).toEqual(
          Array.from({ length: 2_050 }, (_, index) => index + 51),
        );
        await sequence();
      });

      it('sweeps over the numbers by topic and page, without missing what lies between', async () => {
        await sequence();
        const start = await lastNumber();
        const drift = { ...newEvent('drift'), publicForm: { type: 'caisson.drift.scan-started.v1' } };
        const written = [newEvent(1), newPrivateEvent(2), drift, newEvent(4), drift];
        await fixture.events.append(newAppend({ events: written }));
        const request = { topics: [topicOf('deployment')], afterGlobalSeq: start, minAgeMs: 0, limit: 3 };
        expect((await consumers.readSince(request)).events).toEqual([]); // Not numbered yet.
        await sequence();
        const first = await consumers.readSince(request);
        expect(first).toMatchObject({ events: [{ data: { label: 1 } }], nextGlobalSeq: start + 3, more: true });
        const second = await consumers.readSince({ ...request, afterGlobalSeq: first.nextGlobalSeq });
        expect(second).toMatchObject({ events: [{ data: { label: 4 } }], nextGlobalSeq: start + 5, more: false });
        const third = await consumers.readSince({ ...request, afterGlobalSeq: second.nextGlobalSeq });
        expect(third).toEqual({ events: [], nextGlobalSeq: start + 5, more: false });
        const both = [topicOf('drift'), topicOf('deployment')];
        expect((await consumers.readSince({ ...request, topics: both, limit: 100 })).events).toHaveLength(4);
        expect(await consumers.readSince({ ...request, topics: [] })).toMatchObject({ events: [] });
      });

      it('leaves out what is too young, and what comes after it', async () => {
        await sequence();
        const start = await lastNumber();
        await fixture.events.append(newAppend());
        await sequence();
        const request = { topics: [topicOf('deployment')], afterGlobalSeq: start, minAgeMs: 3_600_000, limit: 10 };
        expect(await consumers.readSince(request)).toEqual({ events: [], nextGlobalSeq: start, more: false });
        expect((await consumers.readSince({ ...request, minAgeMs: 0 })).events).toHaveLength(1);
      });

      it('remembers how far the sweep came, and never goes back', async () => {
        const consumer = newConsumer();
        expect(await consumers.checkpoint(consumer)).toBe(0);
        await consumers.saveCheckpoint(consumer, 7);
        await consumers.saveCheckpoint(consumer, 3);
        expect(await consumers.checkpoint(consumer)).toBe(7);
      });
    });

    /** Numbers what was appended. */
    async function sequence(): Promise<void> {
      expect(await fixture.outbox.tryLead(() => undefined)).toBe(true);
      await fixture.outbox.next(1);
    }

    async function lastNumber(): Promise<number> {
      const all = await fixture.events.readAll(0, 10_000);
      return all.at(-1)?.globalSeq ?? 0;
    }
  });
}
