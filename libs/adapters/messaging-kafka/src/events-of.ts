import { EventPattern } from '@nestjs/microservices';
import { topicOf, type Context } from '@caisson/contracts';

/** Marks the method that handles the events of a context: `@EventPattern` with the topic of it. */
export function EventsOf(context: Context): MethodDecorator {
  // Left to be inferred, the type would choose an overload that knows handlers of one parameter only.
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-arguments -- for the reason above.
  return EventPattern<string>(topicOf(context));
}
