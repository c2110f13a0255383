import { randomUUID } from 'node:crypto';
import type { EventStore, StreamRef } from '@caisson/event-sourcing';
import { Fault } from '@caisson/kernel';
import { systemClock } from '@caisson/service';

/** The person who gives an order, and why. */
export interface Operator {
  readonly name: string;
  readonly because: string;
}

/** What a person ordered. */
export interface Order {
  /** What it was about; orders about the same thing are in one stream. */
  readonly stream: StreamRef;
  readonly type:
    | 'StreamReleaseOrdered'
    | 'JobReopenOrdered'
    | 'LeaseBreakOrdered'
    | 'TopicRepublishOrdered'
    | 'TopicRepublishQueued';
  readonly data: Readonly<Record<string, string | number>>;
}

/** Who decides, in what operators order. */
export const SERVICE = 'admin';

/** An operator, as facts name him. */
export function actorOf({ name }: Operator): string {
  return `operator:${name}`;
}

/** Others who order something about the same thing at the same moment. */
const CONFLICTS_MAX = 10;

/**
 * Records an order before it is carried out, as a private fact with the name of who gave it: facts cannot be changed
 * afterwards. Answers the id of its story.
 *
 * @throws Fault `order-not-recorded` (retryable): nothing was done.
 */
export async function recordOrder(events: EventStore, order: Order, operator: Operator): Promise<string> {
  const id = randomUUID();
  const context = {
    ...{ correlationId: id, causationId: id, commandId: id, service: SERVICE },
    actor: actorOf(operator),
    occurredAt: systemClock.now(),
  };
  const fact = { type: order.type, schemaVersion: 1, data: { ...order.data, because: operator.because } };
  for (let tries = 1; tries <= CONFLICTS_MAX; tries += 1) {
    const { head } = await events.load({ stream: order.stream });
    const result = await events.append({ stream: order.stream, expected: head, context, events: [fact] });
    if (result.outcome !== 'conflict') return id;
  }
  const text = `The order about ${order.stream.streamId} could not be recorded, so nothing was done. Try again.`;
  throw new Fault('order-not-recorded', text, { retryable: true });
}
