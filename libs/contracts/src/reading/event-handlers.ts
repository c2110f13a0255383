import type { DataOfType, EventType, PublicEvent } from '../public-event.js';
import { EVENT_TYPES, parseEventType } from '../public-event.js';

/** What a program does with one event. It may be called again with the same one when it, or its process, failed. */
export type EventHandler<Data, Transaction> = (
  event: PublicEvent<Data>,
  transaction: Transaction,
) => Promise<void> | void;

type Joined<Words extends string> = Words extends `${infer First}-${infer Rest}`
  ? `${Capitalize<First>}${Joined<Rest>}`
  : Capitalize<Words>;

/** `onRunCompleted` for `caisson.deployment.run-completed.v1`; a later major ends it: `onRunCompletedV2`. */
export type HandlerName<T extends EventType> = T extends `caisson.${string}.${infer Fact}.v${infer Major}`
  ? `on${Joined<Fact>}${Major extends '1' ? '' : `V${Major}`}`
  : never;

/** What a program does with the types of events that it wants, each by its name. */
export type EventHandlers<Transaction> = {
  readonly [T in EventType as HandlerName<T>]?: EventHandler<DataOfType<T>, Transaction>;
};

/** A handler whose name said which data it gets. */
export type AnyHandler<Transaction> = EventHandler<unknown, Transaction>;

const TYPES_BY_NAME: ReadonlyMap<string, string> = new Map(EVENT_TYPES.map((type) => [handlerNameOf(type), type]));

/** The name of the handler of a type of event, as `HandlerName` has it. */
export function handlerNameOf(type: string): string {
  const { fact = '', major = 1 } = parseEventType(type) ?? {};
  const words = fact.split('-').map((word) => `${word.charAt(0).toUpperCase()}${word.slice(1)}`);
  return `on${words.join('')}${major === 1 ? '' : `V${major}`}`;
}

/**
 * The handlers by the type of their events.
 *
 * @throws Error for a name that no type of event has: it would never be called.
 */
export function byEventType<Transaction>(
  handlers: EventHandlers<Transaction>,
): ReadonlyMap<string, AnyHandler<Transaction>> {
  const named = Object.entries(handlers) as readonly (readonly [string, AnyHandler<Transaction>])[];
  return new Map(
    named.map(([name, handler]) => {
      const type = TYPES_BY_NAME.get(name);
      if (type === undefined) throw new Error(`No event has a handler called ${name}. See docs/reference/events.md.`);
      return [type, handler];
    }),
  );
}
