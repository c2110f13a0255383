import type { DeliveryResource } from '@caisson/contracts';
import type { DocumentContext, NewDocument } from '@caisson/event-sourcing';
import { sha256, uuidV7 } from '@caisson/kernel';
import type { DeliveryEvent } from '../domain/delivery.events.js';

/** Keep in step with what the API calls it. */
const DELIVERIES = 'delivery';

/** The read model of a delivery. A callback has none: its task shows it. */
export function documentsOf(events: readonly DeliveryEvent[], context: DocumentContext): readonly NewDocument[] {
  return events.flatMap((event) => {
    if (event.type === 'CallbackReceived') return [];
    const { type, ...rest } = event;
    const { correlationId, occurredAt: receivedAt } = context;
    const outcome = type === 'DeliveryAccepted' ? 'accepted' : 'ignored';
    const told = { ...rest, outcome, receivedAt, correlationId } as const;
    const body = { id: shownId(context), ...told } satisfies DeliveryResource;
    return [{ collection: DELIVERIES, id: body.id, body }];
  });
}

/** The stream is called by its content; what is shown rises with time, as lists need it, and is the same each time. */
function shownId({ occurredAt, streamId }: DocumentContext): string {
  const digits = sha256(new TextEncoder().encode(streamId)).match(/[0-9a-f]{2}/g) ?? [];
  return uuidV7(
    Date.parse(occurredAt),
    Uint8Array.from(digits.slice(0, 10), (pair) => Number.parseInt(pair, 16)),
  );
}
