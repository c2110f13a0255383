import { EventPattern } from '@nestjs/microservices';
import { CONTEXTS, eventTypesOf, topicOf, type Context, type FactsByContext } from '@caisson/contracts';

/** What the decorator leaves for the strategy, beside the topics. */
export interface HandlerTypes {
  /** Type attributes of the events that the method handles; absent: all of its topics. */
  readonly types?: readonly string[];
}

/**
 * Marks the method that handles the facts of a context, or the named ones of several: `@EventPattern` with their
 * topics. What is not named never reaches it, and a stream costs its service nothing until it holds such a fact.
 *
 * ```ts
 * @EventsOf({ planning: ['plan-computed', 'plan-refused'] })
 * ```
 */
export function EventsOf(facts: Context | FactsByContext): MethodDecorator {
  if (typeof facts === 'string') return EventPattern<string[]>([topicOf(facts)]);
  const contexts = CONTEXTS.filter((context) => facts[context] !== undefined);
  const extras: HandlerTypes = { types: eventTypesOf(facts) };
  return EventPattern<string[]>(contexts.map(topicOf), extras);
}
