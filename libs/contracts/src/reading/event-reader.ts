import { setTimeout as pause } from 'node:timers/promises';
import { messageOf } from '@caisson/kernel';
import { decodeMessage } from '../kafka-message.js';
import { decodeEvent, parseEventType, type PublicEvent } from '../public-event.js';
import { CONTEXTS, type Context } from '../topics.js';
import { deadLetterOf, type DeadLetter, type KafkaMessage } from './dead-letter.js';
import { byEventType, type AnyHandler, type EventHandlers } from './event-handlers.js';
import type { SeenEvents } from './seen-events.js';

/** What became of a message. Whichever it was, the message is done with. */
export type Handling =
  | 'handled'
  /** Its event was handled before. */
  | 'repeated'
  /** No handler wants events of its type, or nobody knows the type yet: a newer release may be ahead. */
  | 'ignored'
  /** It was handed to `deadLetters`. */
  | 'set-aside';

/** What a reader is made of. */
export interface EventReaderOptions<Transaction> {
  /** The consumer group: what one group has seen is nothing to another. */
  readonly group: string;
  readonly seen: SeenEvents<Transaction>;
  /** Keeps what cannot be handled. When it rejects, so does `handle`, and Kafka brings the message again. */
  readonly deadLetters: (letter: DeadLetter) => Promise<unknown>;
  /** What is done with which events, such as `onRunCompleted`. Events of all other types are passed over. */
  readonly handlers: EventHandlers<Transaction>;
  /** How often a handler is tried with one event; default 3. */
  readonly triesMax?: number;
  /** Pause before the second try, doubled before each further one; default 200 ms. Stay within the session limit. */
  readonly pauseMs?: number;
}

const TRIES_MAX = 3;
const PAUSE_MS = 200;

/**
 * Reads the public events of Caisson for a program of its own, with whatever Kafka client brings the messages: at least
 * once, each event handled once as far as `seen` remembers, in order per stream, and what cannot be handled set aside
 * so that nothing waits for it. See `docs/how-to/consume-our-events.md`.
 */
export class EventReader<Transaction> {
  readonly #handlers: ReadonlyMap<string, AnyHandler<Transaction>>;
  readonly #options: EventReaderOptions<Transaction>;

  /** @throws Error for a handler whose name belongs to no type of event. */
  constructor(options: EventReaderOptions<Transaction>) {
    this.#handlers = byEventType(options.handlers);
    this.#options = options;
  }

  /**
   * Deals with one message. When it resolves, the message may be committed.
   *
   * @throws what `deadLetters` threw, or `seen` itself in the last try: do not commit, so that the message comes again.
   */
  async handle(message: KafkaMessage): Promise<Handling> {
    const decoded = decodeMessage(message.headers, message.value);
    if (decoded.outcome === 'malformed') return this.#setAside(message, decoded.reason, 0);
    const handler = this.#handlers.get(decoded.event.type);
    if (handler === undefined) return 'ignored';
    let event: PublicEvent | undefined;
    try {
      event = checked(decoded.event);
    } catch (error) {
      return this.#setAside(message, `the data does not fit ${decoded.event.type}: ${messageOf(error)}`, 0);
    }
    return event === undefined ? 'ignored' : this.#tryToHandle(message, event, handler);
  }

  async #tryToHandle(message: KafkaMessage, event: PublicEvent, handler: AnyHandler<Transaction>): Promise<Handling> {
    const { pauseMs = PAUSE_MS, seen, triesMax = TRIES_MAX } = this.#options;
    for (let tries = 1; ; tries += 1) {
      const tried = await once(seen, event, handler);
      if (typeof tried === 'string') return tried;
      if (tries >= triesMax) {
        // Without a failure of the handler there is nothing wrong with the message: `seen` cannot remember now.
        if (tried.reason === undefined) throw tried.error;
        return this.#setAside(message, tried.reason, tries);
      }
      await pause(pauseMs * 2 ** (tries - 1));
    }
  }

  async #setAside(message: KafkaMessage, reason: string, tries: number): Promise<Handling> {
    const { deadLetters, group } = this.#options;
    await deadLetters(deadLetterOf(message, { group, reason, tries }));
    return 'set-aside';
  }
}

/** A try that failed; `reason` is what the handler said, if it was the handler that failed. */
interface FailedTry {
  readonly error: unknown;
  readonly reason: string | undefined;
}

async function once<Transaction>(
  seen: SeenEvents<Transaction>,
  event: PublicEvent,
  handler: AnyHandler<Transaction>,
): Promise<'handled' | 'repeated' | FailedTry> {
  let reason: string | undefined;
  const work = async (transaction: Transaction): Promise<void> => {
    try {
      await handler(event, transaction);
    } catch (error) {
      reason = messageOf(error);
      throw error;
    }
  };
  try {
    return (await seen.once(event, work)) ? 'handled' : 'repeated';
  } catch (error) {
    return { error, reason };
  }
}

/** Of whichever context: the exact type of the data comes back with the handler's. */
const decode: (context: Context, event: PublicEvent) => PublicEvent | undefined = decodeEvent;

/**
 * The event with its data checked; undefined when this version of the package does not know its type.
 *
 * @throws ZodError when the data does not fit.
 */
function checked(event: PublicEvent): PublicEvent | undefined {
  const context = CONTEXTS.find((name) => name === parseEventType(event.type)?.context);
  return context === undefined ? undefined : decode(context, event);
}
