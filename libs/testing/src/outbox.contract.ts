import type { EventStore, Outbox, OutboxEntry, SequencedEvent, StreamRef } from '@caisson/event-sourcing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newAppend, newContext, newEvent, newPrivateEvent, newStream } from './appends.js';
import { eventually } from './eventually.js';

/** A store to test with two processes that want to lead its outbox. Fresh and empty. */
export interface OutboxFixture {
  readonly events: EventStore;
  readonly outbox: Outbox;
  readonly otherOutbox: Outbox;
  /** Cuts the connection of whoever leads, as a crash of its process would. */
  killLeader(): Promise<void>;
  close(): Promise<void>;
}

/** What every outbox promises. Run it from the adapter's `*.int.spec.ts`. */
export function describeOutboxContract(name: string, createFixture: () => Promise<OutboxFixture>): void {
  describe(`${name} keeps the outbox contract`, () => {
    let fixture: OutboxFixture;
    let events: EventStore;
    let outbox: Outbox;
    beforeEach(async () => {
      fixture = await createFixture();
      ({ events, outbox } = fixture);
    });
    afterEach(() => fixture.close());

    async function lead(candidate = outbox, onLost: () => void = () => undefined): Promise<void> {
      await eventually('the lead', () => candidate.tryLead(onLost));
    }

    it('gives public events with all that travels, in the order of their numbers', async () => {
      const stream = newStream();
      const context = newContext();
      const publicForm = { type: 'caisson.drift.scan-started.v1', data: { public: true } };
      const written = [newEvent('a'), { ...newPrivateEvent(), publicForm }];
      await events.append(newAppend({ stream, context, events: written }));
      await lead();
      const entries = await outbox.next(10);
      expect(entries.map((entry) => entry.globalSeq)).toEqual([1, 2]);
      expect(entries.map((entry) => entry.dataJson)).toEqual(['{"label":"a"}', '{"public":true}']);
      expect(entries[0]?.envelope).toEqual({
        id: (await events.load({ stream })).events[0]?.eventId,
        type: 'caisson.deployment.deployment-changed.v1',
        source: '/caisson/test',
        subject: stream.streamId,
        time: context.occurredAt,
        tenantId: stream.tenantId,
        correlationId: context.correlationId,
        causationId: context.causationId,
        actor: context.actor,
        sequence: 1,
      });
      expect(entries[1]?.envelope).toMatchObject({ type: publicForm.type, sequence: 2 });
    });

    it('numbers private events and never gives them', async () => {
      await events.append(newAppend({ events: [newPrivateEvent(1), newEvent(2), newPrivateEvent(3)] }));
      await lead();
      expect((await outbox.next(10)).map((entry) => entry.globalSeq)).toEqual([2]);
      expect((await events.readAll(0, 10)).map((event) => [event.globalSeq, event.version])).toEqual([
        [1, 1],
        [2, 2],
        [3, 3],
      ]);
    });

    it('gives the same entries with the same numbers until they are removed, also to the next leader', async () => {
      await events.append(newAppend({ events: [newEvent(1), newEvent(2)] }));
      await lead();
      const first = await outbox.next(10);
      await events.append(newAppend());
      await outbox.resign();
      await lead(fixture.otherOutbox);
      const again = await fixture.otherOutbox.next(2);
      expect(again).toEqual(first);
      await fixture.otherOutbox.remove(again);
      expect((await fixture.otherOutbox.next(10)).map((entry) => entry.globalSeq)).toEqual([3]);
    });

    it('gives at most what was asked for, oldest first', async () => {
      await events.append(newAppend({ events: [newEvent(1), newEvent(2), newEvent(3)] }));
      await lead();
      expect((await outbox.next(2)).map((entry) => entry.globalSeq)).toEqual([1, 2]);
    });

    it('removes what was sent, and nothing else: what was numbered meanwhile stays', async () => {
      await events.append(newAppend());
      await lead();
      const first = await outbox.next(10);
      await events.append(newAppend());
      expect(await outbox.next(10)).toHaveLength(2);
      await outbox.remove(first);
      await outbox.remove(first); // A repeat changes nothing.
      expect((await outbox.next(10)).map((entry) => entry.globalSeq)).toEqual([2]);
    });

    it('has one leader: the second is refused until the first resigned', async () => {
      await lead();
      expect(await fixture.otherOutbox.tryLead(() => undefined)).toBe(false);
      await expect(fixture.otherOutbox.next(1)).rejects.toMatchObject({ code: 'not-leading', retryable: true });
      await outbox.resign();
      await lead(fixture.otherOutbox);
    });

    it('tells a leader that it lost the lead, and lets another one take it', async () => {
      let losses = 0;
      await lead(outbox, () => {
        losses += 1;
      });
      await fixture.killLeader();
      await eventually('the news of the loss', () => losses === 1);
      await expect(outbox.next(1)).rejects.toMatchObject({ retryable: true });
      await lead(fixture.otherOutbox);
      await fixture.otherOutbox.resign();
      await lead();
      expect(losses).toBe(1);
    });

    it('misses and reorders nothing while eight writers append', { timeout: 60_000 }, async () => {
      const streams = Array.from({ length: 5 }, () => newStream());
      const writing = writeAll(events, streams);
      await lead();
      const given: OutboxEntry[] = [];
      for (let isLast = false; !isLast;) {
        isLast = writing.isOver();
        for (let entries = await outbox.next(7); entries.length > 0; entries = await outbox.next(7)) {
          given.push(...entries);
          await outbox.remove(entries);
        }
      }
      expect(given.map((entry) => entry.globalSeq)).toEqual(given.map((_, index) => index + 1));
      expect(given).toHaveLength(WRITERS * APPENDS_PER_WRITER);
      for (const stream of streams) {
        const sequences = given
          .filter((entry) => entry.envelope.subject === stream.streamId)
          .map((entry) => entry.envelope.sequence);
        expect(sequences).toEqual(sequences.map((_, index) => index + 1));
      }
    });

    it('lets a reader of the numbers miss nothing, whenever it looks', { timeout: 60_000 }, async () => {
      const streams = Array.from({ length: 5 }, () => newStream());
      const writing = writeAll(events, streams);
      await lead();
      const seen: SequencedEvent[] = [];
      for (let isLast = false; !isLast;) {
        isLast = writing.isOver();
        const numbering = outbox.next(1);
        if (isLast) await numbering; // Else read while it numbers.
        for (let page = await readAfter(seen); page.length > 0; page = await readAfter(seen)) seen.push(...page);
        await numbering;
      }
      expect(seen.map((event) => event.globalSeq)).toEqual(seen.map((_, index) => index + 1));
      expect(seen).toHaveLength(WRITERS * APPENDS_PER_WRITER);
    });

    async function readAfter(seen: readonly SequencedEvent[]): Promise<readonly SequencedEvent[]> {
      return events.readAll(seen.at(-1)?.globalSeq ?? 0, 11);
    }
  });
}

const WRITERS = 8;
const APPENDS_PER_WRITER = 40;

function writeAll(events: EventStore, streams: readonly StreamRef[]): { isOver(): boolean } {
  let active = WRITERS;
  for (let writer = 0; writer < WRITERS; writer += 1) {
    void write(events, streams).finally(() => {
      active -= 1;
    });
  }
  return { isOver: () => active === 0 };
}

/** Appends to hot streams, deciding anew at each conflict. */
async function write(events: EventStore, streams: readonly StreamRef[]): Promise<void> {
  for (let written = 0; written < APPENDS_PER_WRITER;) {
    const stream = streams[written % streams.length] ?? newStream();
    const { head } = await events.load({ stream });
    const result = await events.append(newAppend({ stream, expected: head }));
    if (result.outcome === 'appended') written += 1;
  }
}
