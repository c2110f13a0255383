import { describe, expect, expectTypeOf, it } from 'vitest';
import { encodeHeaders } from '../kafka-message.js';
import { EVENT_TYPES, type PublicEvent } from '../public-event.js';
import { deadLetterTopicOf, type DeadLetter, type KafkaMessage } from './dead-letter.js';
import { handlerNameOf, type HandlerName } from './event-handlers.js';
import { EventReader } from './event-reader.js';
import { InMemorySeenEvents, type SeenEvents } from './seen-events.js';

const TOPIC = 'caisson.deployment.events.v1';
const COMPLETED = 'caisson.deployment.run-completed.v1';
const DATA = { deploymentId: 'd', runId: 'r', kind: 'create', revision: 1, applied: [], outputs: { url: 'x' } };

function messageWith(given: Partial<PublicEvent> = {}): KafkaMessage {
  const event = {
    ...{ id: 'e-1', type: COMPLETED, source: '/caisson/api', subject: 'deployment-d', sequence: 7, data: DATA },
    ...{ time: '2026-03-02T10:15:00.000Z', tenantId: 't', correlationId: 'c', causationId: 'x', actor: 'mia' },
    ...given,
  };
  return {
    topic: TOPIC,
    key: Buffer.from('t|deployment-d'),
    value: Buffer.from(JSON.stringify(event.data)),
    headers: encodeHeaders(event),
  };
}

interface SceneOptions {
  readonly handle?: (event: PublicEvent) => void;
  readonly seen?: SeenEvents<undefined>;
}

function scene({ handle = () => undefined, seen = new InMemorySeenEvents(2) }: SceneOptions = {}) {
  const letters: DeadLetter[] = [];
  const calls: string[] = [];
  const reader = new EventReader({
    ...{ group: 'billing', seen, pauseMs: 1 },
    deadLetters: async (letter) => letters.push(letter),
    handlers: {
      onRunCompleted: (event) => {
        calls.push(event.id);
        handle(event);
      },
    },
  });
  return { reader, letters, calls };
}

describe('a reader of events', () => {
  it('gives events to the handler that is named after them, with the type of their data', async () => {
    const completed: string[] = [];
    const reader = new EventReader({
      ...{ group: 'billing', seen: new InMemorySeenEvents(), deadLetters: async () => undefined },
      handlers: {
        onRunCompleted: ({ data }) => {
          expectTypeOf(data.revision).toEqualTypeOf<number>();
          completed.push(data.runId);
        },
        onRunFailed: ({ data }, transaction) => {
          expectTypeOf(data.failure.code).toEqualTypeOf<string>();
          expectTypeOf(transaction).toEqualTypeOf<undefined>();
        },
      },
    });
    expect(await reader.handle(messageWith())).toBe('handled');
    expect(completed).toEqual([DATA.runId]);
  });

  it('refuses a handler of what no event is called', () => {
    const options = { group: 'billing', seen: new InMemorySeenEvents(), deadLetters: async () => undefined };
    const handlers = { onRunExploded: () => undefined };
    // @ts-expect-error -- There is no such type of event.
    expect(() => new EventReader({ ...options, handlers })).toThrow('called onRunExploded');
  });

  it('has a name of its own for the handler of each type of event', () => {
    const names = EVENT_TYPES.map((type) => handlerNameOf(type));
    expect(new Set(names).size).toBe(EVENT_TYPES.length);
    expect(handlerNameOf('caisson.ship.set-sail.v2')).toBe('onSetSailV2');
    expectTypeOf<HandlerName<typeof COMPLETED>>().toEqualTypeOf<'onRunCompleted'>();
  });

  it('handles each event once, however often it comes', async () => {
    const { calls, reader } = scene();
    expect(await reader.handle(messageWith())).toBe('handled');
    expect(await reader.handle(messageWith())).toBe('repeated');
    expect(calls).toEqual(['e-1']);
  });

  it('remembers as many events as it may', async () => {
    const { calls, reader } = scene();
    for (const id of ['a', 'b', 'c', 'c', 'b', 'a']) await reader.handle(messageWith({ id }));
    expect(calls).toEqual(['a', 'b', 'c', 'a']);
  });

  it('passes over types that it does not want, or that nobody knows yet', async () => {
    const { calls, letters, reader } = scene();
    for (const type of ['caisson.deployment.run-verifying.v1', 'caisson.deployment.run-completed.v2', 'other.thing']) {
      expect(await reader.handle(messageWith({ type }))).toBe('ignored');
    }
    expect([calls, letters]).toEqual([[], []]);
  });

  it('tries a handler that fails some times, and goes on where it succeeds', async () => {
    let failures = 2;
    const { calls, letters, reader } = scene({
      handle: () => {
        if (failures-- > 0) throw new Error('the ledger is away');
      },
    });
    expect(await reader.handle(messageWith())).toBe('handled');
    expect([calls.length, letters]).toEqual([3, []]);
  });

  it('sets aside what cannot be handled, as it came, with the reason; it may come again', async () => {
    let broken = true;
    const { letters, reader } = scene({
      handle: () => {
        if (broken) throw new Error('no such account');
      },
    });
    const message = messageWith();
    expect(await reader.handle(message)).toBe('set-aside');
    expect(letters).toEqual([
      {
        topic: deadLetterTopicOf('billing', TOPIC),
        key: message.key,
        value: message.value,
        headers: { ...message.headers, dead_topic: TOPIC, dead_reason: 'no such account', dead_tries: '3' },
      },
    ]);
    broken = false;
    expect(await reader.handle(message)).toBe('handled');
  });

  it('keeps a letter that fails again a letter of where it came from', async () => {
    const { letters, reader } = scene({
      handle: () => {
        throw new Error('no such account');
      },
    });
    await reader.handle(messageWith());
    const [letter] = letters;
    const asKafkaBringsIt = Object.entries(letter?.headers ?? {}).map(([name, value]) => [
      name,
      typeof value === 'string' ? Buffer.from(value) : value,
    ]);
    const again = { ...letter!, headers: Object.fromEntries(asKafkaBringsIt) as DeadLetter['headers'] };
    expect(await reader.handle(again)).toBe('set-aside');
    expect(letters[1]).toMatchObject({
      topic: deadLetterTopicOf('billing', TOPIC),
      headers: { dead_topic: TOPIC, dead_reason: 'no such account' },
    });
  });

  it('does not blame a message when the memory of seen events is away', async () => {
    const { calls, letters, reader } = scene({
      seen: { once: () => Promise.reject(new Error('the database is away')) },
    });
    await expect(reader.handle(messageWith())).rejects.toThrow('the database is away');
    expect([calls, letters]).toEqual([[], []]);
  });

  it('names what the handler said, whatever letting go of its transaction said', async () => {
    const { letters, reader } = scene({
      handle: () => {
        throw new Error('no such account');
      },
      seen: {
        once: (_event, work) =>
          work(undefined)
            .then(() => true)
            .catch(() => Promise.reject(new Error('rollback'))),
      },
    });
    expect(await reader.handle(messageWith())).toBe('set-aside');
    expect(letters[0]?.headers['dead_reason']).toBe('no such account');
  });

  it.each([
    ['no CloudEvent', { ...messageWith(), headers: {} }, 'ce_specversion is missing'],
    ['no JSON', { ...messageWith(), value: Buffer.from('{') }, 'not JSON'],
    ['data of another shape', messageWith({ data: { ...DATA, revision: 'one' } }), 'revision'],
  ])('sets aside at once what is %s', async (_what, message, reason) => {
    const { calls, letters, reader } = scene();
    expect(await reader.handle(message)).toBe('set-aside');
    expect([calls, letters.map(({ headers }) => String(headers['dead_reason']))]).toEqual([
      [],
      [expect.stringContaining(reason)],
    ]);
  });

  it('does not let go of a message that could not even be set aside', async () => {
    const reader = new EventReader({
      ...{ group: 'billing', seen: new InMemorySeenEvents(), handlers: {} },
      deadLetters: () => Promise.reject(new Error('Kafka is away')),
    });
    await expect(reader.handle({ ...messageWith(), headers: {} })).rejects.toThrow('Kafka is away');
  });
});
