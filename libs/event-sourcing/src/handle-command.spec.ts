import { accept, reject, type Clock } from '@caisson/kernel';
import { describe, expect, it } from 'vitest';
import { foldStream, foldUntil, handleCommand, type Aggregate, type CommandRequest } from './handle-command.js';
import {
  eventIdOf,
  NO_STREAM,
  type AppendRequest,
  type AppendResult,
  type EventStore,
  type LoadedStream,
  type LoadRequest,
  type RecordedEvent,
  type Snapshot,
} from './ports/event-store.js';

interface Counted {
  readonly type: 'Counted';
  readonly by: number;
}
interface Count {
  readonly by: number;
}
type TooMuch = { readonly code: 'too-much' };

const counter: Aggregate<number, Count, Counted, TooMuch> = {
  category: 'counter',
  decider: {
    initialState: 0,
    decide: (state, { by }) => {
      if (state + by > 10) return reject({ code: 'too-much' } as const);
      return by === 0 ? accept() : accept<Counted>({ type: 'Counted', by });
    },
    evolve: (state, event) => state + event.by,
  },
  encode: (event) => ({ type: event.type, schemaVersion: 1, data: { by: event.by } }),
  decode: (recorded) => ({ type: 'Counted', by: (recorded.data as Count).by }),
  documents: (state, events, context) => [
    { collection: 'counter', id: context.streamId, body: { state, last: events.length, at: context.occurredAt } },
  ],
};

/** One stream as an array. `before` may change it behind a writer's back, once per append. */
class DoubleStore implements EventStore {
  readonly appends: AppendRequest[] = [];
  readonly loads: LoadRequest[] = [];
  events: RecordedEvent[] = [];
  snapshot: Snapshot | undefined;
  before: () => void = () => undefined;
  answer: AppendResult | undefined;

  async load(request: LoadRequest): Promise<LoadedStream> {
    this.loads.push(request);
    const isUsable = this.snapshot !== undefined && this.snapshot.schemaVersion === request.snapshotSchemaVersion;
    const after = isUsable ? this.snapshot!.head.version : 0;
    return {
      head: this.head(),
      ...(isUsable ? { snapshot: this.snapshot! } : {}),
      events: this.events.slice(after),
      commandRecorded: this.events.some((event) => event.context.commandId === request.commandId),
    };
  }

  async append(request: AppendRequest): Promise<AppendResult> {
    this.appends.push(request);
    this.before();
    if (this.answer !== undefined) return this.answer;
    if (request.expected.version !== this.events.length) return { outcome: 'conflict', version: this.events.length };
    for (const [index, event] of request.events.entries()) this.record(request, event, index);
    return { outcome: 'appended', head: this.head() };
  }

  async saveSnapshot(_stream: unknown, snapshot: Snapshot): Promise<void> {
    this.snapshot = snapshot;
  }

  async versions(streams: readonly unknown[]): Promise<number[]> {
    return streams.map(() => this.events.length);
  }

  async readAll(): Promise<never[]> {
    return [];
  }

  head() {
    const version = this.events.length;
    return version === 0 ? NO_STREAM : { version, hash: `hash-${version}` };
  }

  record({ stream, context }: AppendRequest, event: AppendRequest['events'][number], index: number): void {
    const eventId = eventIdOf(stream, context.commandId, index);
    const version = this.events.length + 1;
    this.events.push({ ...stream, ...event, eventId, version, context, hash: `hash-${version}` });
  }
}

const clock: Clock = { now: () => '2026-03-02T10:15:00.000Z', monotonicMs: () => 0, sleep: async () => undefined };
const context = {
  tenantId: 'tenant',
  commandId: 'command',
  correlationId: 'story',
  causationId: 'request',
  actor: 'mia',
};

function count(store: EventStore, by: number, more: Partial<CommandRequest<Count>> = {}) {
  return handleCommand({ store, clock, service: 'test' }, counter, { id: '1', command: { by }, context, ...more });
}

describe('handleCommand', () => {
  it('records what was decided, with its context, read model, jobs and token', async () => {
    const store = new DoubleStore();
    const jobs = [{ queue: 'queue', key: 'key', payload: null }];
    const handled = await count(store, 3, { fencingToken: 7, jobs });
    expect(handled).toEqual({
      outcome: 'accepted',
      state: 3,
      version: 1,
      events: [{ type: 'Counted', by: 3 }],
      repeated: false,
    });
    const { commandId, correlationId, causationId, actor } = context;
    expect(store.appends).toEqual([
      {
        stream: { tenantId: 'tenant', streamId: 'counter-1' },
        expected: NO_STREAM,
        context: { commandId, correlationId, causationId, actor, occurredAt: clock.now(), service: 'test' },
        events: [{ type: 'Counted', schemaVersion: 1, data: { by: 3 } }],
        fencingToken: 7,
        documents: [{ collection: 'counter', id: 'counter-1', body: { state: 3, last: 1, at: clock.now() } }],
        jobs,
      },
    ]);
  });

  it('gives a refusal as a value and writes nothing', async () => {
    const store = new DoubleStore();
    await count(store, 8);
    const handled = await count(store, 8, { context: { ...context, commandId: 'second' } });
    expect(handled).toEqual({ outcome: 'rejected', rejection: { code: 'too-much' }, state: 8, version: 1 });
    expect(store.events).toHaveLength(1);
  });

  it('writes nothing for what is true already', async () => {
    const store = new DoubleStore();
    expect(await count(store, 0)).toMatchObject({ outcome: 'accepted', events: [], version: 0, repeated: false });
    expect(store.appends).toEqual([]);
  });

  it('accepts a repeated command without deciding again, even one that would be refused now', async () => {
    const store = new DoubleStore();
    await count(store, 8);
    expect(await count(store, 8)).toEqual({ outcome: 'accepted', state: 8, version: 1, events: [], repeated: true });
    expect(store.events).toHaveLength(1);
  });

  it('decides anew when the stream moved on meanwhile', async () => {
    const store = new DoubleStore();
    store.before = () => {
      store.before = () => undefined;
      const other = { ...store.appends[0]!, context: { ...store.appends[0]!.context, commandId: 'other' } };
      store.record(other, { type: 'Counted', schemaVersion: 1, data: { by: 5 } }, 0);
    };
    expect(await count(store, 4)).toMatchObject({ outcome: 'accepted', state: 9, version: 2 });
    expect(store.appends).toHaveLength(2);
  });

  it('sees its own event when the answer to an append was lost', async () => {
    const store = new DoubleStore();
    store.before = () => {
      store.before = () => undefined;
      store.record(store.appends[0]!, store.appends[0]!.events[0]!, 0);
      store.answer = { outcome: 'repeated', version: 1 };
    };
    expect(await count(store, 4)).toMatchObject({ outcome: 'accepted', state: 4, repeated: true });
  });

  it('decides for a new stream without a look', async () => {
    const store = new DoubleStore();
    expect(await count(store, 4, { isNew: true })).toMatchObject({ outcome: 'accepted', state: 4, version: 1 });
    expect(store.loads).toEqual([]);
  });

  it.each([
    { what: 'is a repeat', commandId: 'command', by: 4, becomes: { outcome: 'accepted', state: 8, repeated: true } },
    { what: 'fits', commandId: 'other', by: 2, becomes: { outcome: 'accepted', state: 10, version: 2 } },
    { what: 'is refused', commandId: 'other', by: 3, becomes: { outcome: 'rejected', state: 8 } },
    { what: 'a new one would refuse', commandId: 'other', by: 11, becomes: { outcome: 'rejected', state: 8 } },
    { what: 'is true already', commandId: 'other', by: 0, becomes: { outcome: 'accepted', events: [], version: 1 } },
  ])('looks at a stream that is there after all: a command that $what', async ({ becomes, by, commandId }) => {
    const store = new DoubleStore();
    await count(store, 8);
    store.loads.length = 0;
    expect(await count(store, by, { isNew: true, context: { ...context, commandId } })).toMatchObject(becomes);
    expect(store.loads).toHaveLength(1);
  });

  it('gives up, retryably, when the stream never rests', async () => {
    const store = new DoubleStore();
    store.answer = { outcome: 'conflict', version: 1 };
    await expect(count(store, 1)).rejects.toMatchObject({ code: 'concurrency-conflict', retryable: true });
    expect(store.appends).toHaveLength(10);
  });

  it('stops at once when a newer lease exists', async () => {
    const store = new DoubleStore();
    store.answer = { outcome: 'fenced', fencingToken: 8 };
    await expect(count(store, 1, { fencingToken: 7 })).rejects.toMatchObject({ code: 'fenced', retryable: false });
    expect(store.appends).toHaveLength(1);
  });

  it('says so when the store ends elsewhere than it should', async () => {
    const store = new DoubleStore();
    store.answer = { outcome: 'appended', head: { version: 5, hash: 'x' } };
    await expect(count(store, 1)).rejects.toMatchObject({ code: 'invariant-violation' });
  });
});

describe('foldStream', () => {
  const snapshots = { schemaVersion: 2, everyEvents: 3, save: (state: number) => ({ state }), restore: restored };
  function restored(saved: unknown): number {
    return (saved as { state: number }).state;
  }

  it('keeps a snapshot when the policy says so, and starts from it afterwards', async () => {
    const store = new DoubleStore();
    for (const commandId of ['a', 'b', 'c']) await count(store, 1, { context: { ...context, commandId } });
    const aggregate = { ...counter, snapshots };
    const request = { id: '1', context: { tenantId: 'tenant' } };
    expect(await foldStream(store, aggregate, request)).toMatchObject({ state: 3, head: { version: 3 } });
    expect(store.snapshot).toEqual({ head: store.head(), schemaVersion: 2, state: { state: 3 } });
    await count(store, 1, { context: { ...context, commandId: 'd' } });
    store.events[0] = { ...store.events[0]!, data: { by: 1000 } }; // Not read again.
    expect(await foldStream(store, aggregate, request)).toMatchObject({ state: 4, head: { version: 4 } });
  });

  it('asks for no snapshot and no command where there is neither', async () => {
    const store = new DoubleStore();
    await foldStream(store, counter, { id: '1', context: { tenantId: 'tenant' } });
    expect(store.loads).toEqual([{ stream: { tenantId: 'tenant', streamId: 'counter-1' } }]);
  });
});

describe('foldUntil', () => {
  const stream = { tenantId: 'tenant', streamId: 'counter-1' };
  const at = (minute: number) => `2026-03-02T10:${String(minute).padStart(2, '0')}:00.000Z`;

  /** Four facts, one a minute; the third by a service whose clock is behind. */
  async function told(): Promise<DoubleStore> {
    const store = new DoubleStore();
    for (const [index, minute] of [10, 11, 9, 13].entries()) {
      const told = { context: { ...context, commandId: `c${index}` }, occurredAt: at(minute) };
      await count(store, index + 1, told);
    }
    return store;
  }

  it.each([
    ['a version', { version: 2 }, { state: 3, version: 2, occurredAt: at(11) }],
    ['the newest version', { version: 4 }, { state: 10, version: 4, occurredAt: at(13) }],
    ['a version that is not there yet', { version: 9 }, { state: 10, version: 4, occurredAt: at(13) }],
    ['an instant, itself included', { at: at(11) }, { state: 6, version: 3, occurredAt: at(9) }],
    ['an instant before the first fact', { at: at(8) }, { state: 0, version: 0, occurredAt: '' }],
    ['an instant between versions, whatever a later clock said', { at: at(10) }, { state: 1, version: 1 }],
  ] as const)('stops at %s', async (_what, until, expected) => {
    expect(await foldUntil(await told(), counter, { stream, until })).toMatchObject({ ...expected, headVersion: 4 });
  });

  it('stops at the last fact before that point that is about what was asked', async () => {
    const about = ({ by }: Counted): boolean => by <= 2;
    const until = { version: 3 };
    expect(await foldUntil(await told(), counter, { stream, until, about })).toMatchObject({ state: 3, version: 2 });
    const nothing = { stream, until, about: () => false };
    expect(await foldUntil(await told(), counter, nothing)).toMatchObject({ state: 0, version: 0, occurredAt: '' });
  });

  it('begins with the first fact, snapshots or not', async () => {
    const store = await told();
    store.snapshot = { head: store.head(), schemaVersion: 1, state: 1_000 };
    const snapshots = { schemaVersion: 1, everyEvents: 1, save: (state: number) => state, restore: Number };
    const folded = await foldUntil(store, { ...counter, snapshots }, { stream, until: { version: 4 } });
    expect(folded.state).toBe(10);
    expect(store.loads.at(-1)).toEqual({ stream });
  });
});
