import { randomUUID } from 'node:crypto';
import {
  eventIdOf,
  NO_STREAM,
  type AppendRequest,
  type AppendResult,
  type DocumentStore,
  type EventStore,
  type StreamHead,
  type StreamRef,
} from '@caisson/event-sourcing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newAppend, newContext, newEvent, newPrivateEvent, newStream } from './appends.js';

/** A store to test, seen from two processes. */
export interface EventStoreFixture {
  readonly events: EventStore;
  readonly documents: DocumentStore;
  /** The same store through connections of its own, as another process has it. */
  readonly otherEvents: EventStore;
  close(): Promise<void>;
}

/** What every event store promises. Run it from the adapter's `*.int.spec.ts`. */
export function describeEventStoreContract(name: string, createFixture: () => Promise<EventStoreFixture>): void {
  describe(`${name} keeps the event store contract`, () => {
    let fixture: EventStoreFixture;
    let events: EventStore;
    let documents: DocumentStore;
    beforeAll(async () => {
      fixture = await createFixture();
      ({ events, documents } = fixture);
    });
    afterAll(() => fixture.close());

    async function appended(request: AppendRequest): Promise<StreamHead> {
      const result = await events.append(request);
      expect(result.outcome).toBe('appended');
      return result.outcome === 'appended' ? result.head : NO_STREAM;
    }

    async function versionsOf(stream: StreamRef): Promise<readonly number[]> {
      return (await events.load({ stream })).events.map((event) => event.version);
    }

    describe('streams', () => {
      it('are empty before the first event', async () => {
        expect(await events.load({ stream: newStream() })).toEqual({
          head: NO_STREAM,
          events: [],
          commandRecorded: false,
        });
      });

      it('say how far they are, many at once, in the order asked', async () => {
        const [one, absent, two] = [newStream(), newStream(), newStream()];
        await appended(newAppend({ stream: one, events: [newEvent('a')] }));
        await appended(newAppend({ stream: two, events: [newEvent('a'), newEvent('b')] }));
        expect(await events.versions([two, absent, one, two])).toEqual([2, 0, 1, 2]);
        expect(await events.versions([])).toEqual([]);
      });

      it('give back what was appended, in order, with its context', async () => {
        const stream = newStream();
        const context = newContext();
        const head = await appended(newAppend({ stream, context, events: [newEvent('a'), newPrivateEvent('b')] }));
        const loaded = await events.load({ stream });
        expect(loaded.head).toEqual(head);
        expect(loaded.head.version).toBe(2);
        expect(loaded.events).toEqual([
          {
            ...stream,
            eventId: eventIdOf(stream, context.commandId, 0),
            version: 1,
            type: 'ThingChanged',
            schemaVersion: 1,
            data: { label: 'a' },
            context,
            hash: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
          },
          expect.objectContaining({ eventId: eventIdOf(stream, context.commandId, 1), version: 2, hash: head.hash }),
        ]);
      });

      it('keep JSON as it was, down to the order of keys and the last digit', async () => {
        const stream = newStream();
        const data = { z: 0.1, a: [1e21, -0.5, null, true, 'ä\u2028 "\\" \ud83d\ude80 \\u0000'], nested: { '': {} } };
        await appended(newAppend({ stream, events: [{ type: 'ThingChanged', schemaVersion: 1, data }] }));
        const loaded = await events.load({ stream });
        expect(JSON.stringify(loaded.events[0]?.data)).toBe(JSON.stringify(data));
      });

      it('name the cause of each event where an append has several', async () => {
        const stream = newStream();
        const context = newContext();
        const cause = eventIdOf(stream, context.commandId, 0);
        await appended(newAppend({ stream, context, events: [newEvent(), { ...newEvent(), causationId: cause }] }));
        const loaded = await events.load({ stream });
        expect(loaded.events.map((event) => event.context.causationId)).toEqual([context.causationId, cause]);
      });

      it('are read up to a version as they were then', async () => {
        const stream = newStream();
        const first = await appended(newAppend({ stream }));
        await appended(newAppend({ stream, expected: first, events: [newEvent(2), newEvent(3)] }));
        const loaded = await events.load({ stream, untilVersion: 1 });
        expect(loaded.head).toEqual(first);
        expect(loaded.events).toHaveLength(1);
        expect((await events.load({ stream, untilVersion: 9 })).events).toHaveLength(3);
      });

      it('are empty where no store can hold their name', async () => {
        expect((await events.load({ stream: { tenantId: 'a', streamId: '\u0000' } })).head).toEqual(NO_STREAM);
      });

      it('belong to one tenant: the same id elsewhere is another stream', async () => {
        const mine = newStream();
        const theirs = { ...mine, tenantId: randomUUID() };
        const context = newContext();
        await appended(newAppend({ stream: mine, context }));
        await appended(newAppend({ stream: theirs, context }));
        expect(await versionsOf(mine)).toEqual([1]);
        expect(await versionsOf(theirs)).toEqual([1]);
      });
    });

    describe('appends', () => {
      it('refuse a version the writer did not see, and write nothing', async () => {
        const stream = newStream();
        const head = await appended(newAppend({ stream }));
        const late = await events.append(newAppend({ stream, documents: [document(stream.streamId)] }));
        expect(late).toEqual({ outcome: 'conflict', version: 1 });
        const early = newAppend({ stream, expected: { ...head, version: 7 } });
        expect(await events.append(early)).toEqual({ outcome: 'conflict', version: 1 });
        expect(await versionsOf(stream)).toEqual([1]);
        expect(await documents.get(stream.tenantId, 'thing', stream.streamId)).toBeUndefined();
      });

      it('refuse a history the writer did not see, at the same version', async () => {
        const stream = newStream();
        const head = await appended(newAppend({ stream }));
        const other = newAppend({ stream, expected: { version: head.version, hash: 'f'.repeat(64) } });
        expect(await events.append(other)).toEqual({ outcome: 'conflict', version: 1 });
      });

      it('of a missing stream at a version above 0 are a conflict', async () => {
        const request = newAppend({ expected: { version: 3, hash: 'f'.repeat(64) } });
        expect(await events.append(request)).toEqual({ outcome: 'conflict', version: 0 });
      });

      it('of a repeated command write nothing again, also when the stream moved on', async () => {
        const request = newAppend({ events: [newEvent(1), newEvent(2)] });
        const head = await appended(request);
        expect(await events.append(request)).toEqual({ outcome: 'repeated', version: 2 });
        await appended(newAppend({ stream: request.stream, expected: head }));
        expect(await events.append(request)).toEqual({ outcome: 'repeated', version: 2 });
        const again = { ...request, expected: (await events.load({ stream: request.stream })).head };
        expect(await events.append(again)).toEqual({ outcome: 'repeated', version: 2 });
        expect(await versionsOf(request.stream)).toEqual([1, 2, 3]);
      });

      it('tell with a load whether a command was recorded, for its own stream only', async () => {
        const request = newAppend();
        const { commandId } = request.context;
        await appended(request);
        expect((await events.load({ stream: request.stream, commandId })).commandRecorded).toBe(true);
        expect((await events.load({ stream: request.stream, commandId: 'other' })).commandRecorded).toBe(false);
        expect((await events.load({ stream: newStream(), commandId })).commandRecorded).toBe(false);
      });

      it('of one command sent twice at once are written once', async () => {
        const request = newAppend();
        const results = await Promise.all([
          events.append(request),
          fixture.otherEvents.append(request),
          events.append(request),
        ]);
        expect(results.map((result) => result.outcome).sort()).toEqual(['appended', 'repeated', 'repeated']);
        expect(await versionsOf(request.stream)).toEqual([1]);
      });

      it('of many callers on hot streams lose nothing and leave no gap', { timeout: 60_000 }, async () => {
        const streams = Array.from({ length: 5 }, () => newStream());
        const writers = Array.from({ length: 8 }, (_, writer) =>
          writeUntilDone(writer % 2 === 0 ? events : fixture.otherEvents, streams, `writer-${writer}`),
        );
        const conflicts = (await Promise.all(writers)).reduce((sum, count) => sum + count, 0);
        expect(conflicts).toBeGreaterThan(0); // Else nothing was tested.
        for (const stream of streams) {
          const loaded = await events.load({ stream });
          expect(loaded.events.map((event) => event.version)).toEqual(
            Array.from({ length: 8 * EVENTS_PER_WRITER }, (_, index) => index + 1),
          );
          const labels = loaded.events.map((event) => (event.data as { label: string }).label);
          expect(new Set(labels).size).toBe(8 * EVENTS_PER_WRITER);
        }
      });

      it('written together are each judged alone', async () => {
        const taken = newAppend();
        await appended(taken);
        const requests = [
          newAppend(),
          newAppend({ stream: taken.stream }),
          taken,
          ...Array.from({ length: 20 }, () => newAppend()),
        ];
        const results = await Promise.all(requests.map((request) => events.append(request)));
        expect(results.map((result) => result.outcome)).toEqual([
          'appended',
          'conflict',
          'repeated',
          ...Array<AppendResult['outcome']>(20).fill('appended'),
        ]);
      });

      it.each([
        ['U+0000', 'a\u0000b'],
        ['half a surrogate pair', 'a\ud800b'],
      ])('with %s are refused with a reason and spoil nothing else', async (_what, text) => {
        const bad = [
          newAppend({ events: [{ ...newEvent(), data: { text } }] }),
          newAppend({ events: [{ ...newEvent(), data: { [text]: 1 } }] }),
          newAppend({ context: newContext({ actor: text }) }),
          newAppend({ stream: { tenantId: 'a', streamId: text } }),
          newAppend({ documents: [{ collection: 'thing', id: 'a', body: { text } }] }),
          newAppend({ jobs: [{ queue: 'contract', key: 'a', payload: text }] }),
        ];
        const good = newAppend();
        const results = await Promise.allSettled([...bad, good].map((request) => events.append(request)));
        for (const result of results.slice(0, bad.length)) {
          expect(result).toMatchObject({ status: 'rejected', reason: { code: 'invalid-text', retryable: false } });
        }
        expect(results.at(-1)).toMatchObject({ status: 'fulfilled', value: { outcome: 'appended' } });
      });

      it('that the store cannot take fail alone', async () => {
        const bad = newAppend({ events: [{ ...newEvent(), schemaVersion: 1e300 }] });
        const good = Array.from({ length: 5 }, () => newAppend());
        const results = await Promise.allSettled([...good, bad].map((request) => events.append(request)));
        expect(results.map((result) => result.status)).toEqual([...Array<string>(5).fill('fulfilled'), 'rejected']);
        expect(results.at(-1)).toMatchObject({ reason: { retryable: false } });
      });
    });

    describe('documents', () => {
      it('are there when the append answers, and replaced by the next', async () => {
        const stream = newStream();
        const { tenantId, streamId } = stream;
        const head = await appended(newAppend({ stream, documents: [document(streamId, { step: 1, old: true })] }));
        expect(await documents.get(tenantId, 'thing', streamId)).toEqual({
          id: streamId,
          version: 1,
          body: { step: 1, old: true },
        });
        await appended(newAppend({ stream, expected: head, documents: [document(streamId, { step: 2 })] }));
        expect(await documents.get(tenantId, 'thing', streamId)).toEqual({
          id: streamId,
          version: 2,
          body: { step: 2 },
        });
        expect(await documents.get(randomUUID(), 'thing', streamId)).toBeUndefined();
      });

      it('only move forward in version', async () => {
        const tenantId = randomUUID();
        const first = newAppend({ stream: newStream(tenantId), events: [newEvent(1), newEvent(2)] });
        await appended({ ...first, documents: [document('shared', { by: 'first' })] });
        await appended(newAppend({ stream: newStream(tenantId), documents: [document('shared', { by: 'second' })] }));
        expect(await documents.get(tenantId, 'thing', 'shared')).toMatchObject({ version: 2, body: { by: 'first' } });
      });

      it('are found by tenant, collection, members and fragment, newest id first, page by page', async () => {
        const tenantId = randomUUID();
        for (let number = 1; number <= 5; number += 1) {
          const body = { status: number % 2 === 0 ? 'even' : 'odd', tags: [{ number }] };
          await appended(newAppend({ stream: newStream(tenantId), documents: [document(`id-${number}`, body)] }));
        }
        const query = { tenantId, collection: 'thing', limit: 2 };
        const ids = async (more: object): Promise<readonly string[]> =>
          (await documents.find({ ...query, ...more })).map((found) => found.id);
        expect(await ids({})).toEqual(['id-5', 'id-4']);
        expect(await ids({ afterId: 'id-4' })).toEqual(['id-3', 'id-2']);
        expect(await ids({ order: 'ascending' })).toEqual(['id-1', 'id-2']);
        expect(await ids({ order: 'ascending', afterId: 'id-4' })).toEqual(['id-5']);
        expect(await ids({ equals: { status: 'even' } })).toEqual(['id-4', 'id-2']);
        expect(await ids({ equals: { status: 'none' } })).toEqual([]);
        expect(await ids({ contains: { tags: [{ number: 3 }] } })).toEqual(['id-3']);
        expect(await ids({ tenantId: randomUUID() })).toEqual([]);
        expect(await ids({ collection: 'other' })).toEqual([]);
      });

      it('are not found by what no document can hold', async () => {
        const query = { tenantId: 'a\u0000', collection: 'thing', limit: 2 };
        expect(await documents.find(query)).toEqual([]);
        expect(await documents.find({ ...query, tenantId: 'a', equals: { status: '\u0000' } })).toEqual([]);
        expect(await documents.find({ ...query, tenantId: 'a', contains: { status: '\ud800' } })).toEqual([]);
        expect(await documents.get('a', 'thing', '\u0000')).toBeUndefined();
      });
    });

    describe('snapshots', () => {
      it('save reading what came before them', async () => {
        const stream = newStream();
        const head = await appended(newAppend({ stream, events: [newEvent(1), newEvent(2)] }));
        await events.saveSnapshot(stream, { head, schemaVersion: 1, state: { folded: 2 } });
        await appended(newAppend({ stream, expected: head, events: [newEvent(3)] }));
        const loaded = await events.load({ stream, snapshotSchemaVersion: 1 });
        expect(loaded.snapshot).toEqual({ head, schemaVersion: 1, state: { folded: 2 } });
        expect(loaded.events.map((event) => event.version)).toEqual([3]);
        expect(loaded.head.version).toBe(3);
      });

      it('of another shape, or newer than what is asked for, are not used', async () => {
        const stream = newStream();
        const head = await appended(newAppend({ stream, events: [newEvent(1), newEvent(2)] }));
        await events.saveSnapshot(stream, { head, schemaVersion: 1, state: null });
        for (const request of [
          { stream },
          { stream, snapshotSchemaVersion: 2 },
          { stream, snapshotSchemaVersion: 1, untilVersion: 1 },
        ]) {
          const loaded = await events.load(request);
          expect(loaded.snapshot).toBeUndefined();
          expect(loaded.events[0]?.version).toBe(1);
        }
      });

      it('never go back', async () => {
        const stream = newStream();
        const first = await appended(newAppend({ stream }));
        const second = await appended(newAppend({ stream, expected: first }));
        await events.saveSnapshot(stream, { head: second, schemaVersion: 1, state: 'second' });
        await events.saveSnapshot(stream, { head: first, schemaVersion: 1, state: 'first' });
        expect((await events.load({ stream, snapshotSchemaVersion: 1 })).snapshot?.state).toBe('second');
      });
    });
  });
}

const EVENTS_PER_WRITER = 12;

/** Writes to every stream in turn, deciding anew at each conflict. Gives the number of conflicts. */
async function writeUntilDone(events: EventStore, streams: readonly StreamRef[], writer: string): Promise<number> {
  let conflicts = 0;
  for (let number = 0; number < EVENTS_PER_WRITER; number += 1) {
    for (const stream of streams) conflicts += await insist(events, stream, `${writer}-${number}`);
  }
  return conflicts;
}

async function insist(events: EventStore, stream: StreamRef, label: string): Promise<number> {
  const context = newContext();
  for (let conflicts = 0; ; conflicts += 1) {
    const { head } = await events.load({ stream });
    const result = await events.append(newAppend({ stream, expected: head, context, events: [newEvent(label)] }));
    if (result.outcome === 'appended') return conflicts;
  }
}

function document(id: string, body = {}) {
  return { collection: 'thing', id, body };
}
