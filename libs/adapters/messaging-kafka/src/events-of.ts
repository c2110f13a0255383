import { EventPattern } from '@nestjs/microservices';
import { topicOf, type Context } from '@caisson/contracts';

/** Marks the method that handles the events of one context or several: `@EventPattern` with their topics. */
export function EventsOf(...contexts: readonly Context[]): MethodDecorator {
  return EventPattern<string[]>(contexts.map(topicOf));
}
