import { eventTypeOf } from '@caisson/contracts';
import { unreadableEvent, type Aggregate, type RecordedEvent } from '@caisson/event-sourcing';
import { deliveryDecider, type DeliveryState, type DeliveryCommand } from '../domain/delivery.decide.js';
import type { DeliveryEvent } from '../domain/delivery.events.js';
import { documentsOf } from './delivery-document.js';

const SCHEMA_VERSION = 1;

const PUBLIC_FACTS = {
  DeliveryAccepted: 'delivery-accepted',
  CallbackReceived: 'callback-received',
  DeliveryIgnored: 'delivery-ignored',
} as const;

/** How deliveries are decided and stored, in `delivery-<id>`. */
export const deliveryAggregate: Aggregate<DeliveryState, DeliveryCommand, DeliveryEvent, never> = {
  category: 'delivery',
  decider: deliveryDecider,
  encode: ({ type, ...data }) => ({
    type,
    schemaVersion: SCHEMA_VERSION,
    data,
    publicForm: { type: eventTypeOf('webhooks', PUBLIC_FACTS[type]) },
  }),
  decode,
  documents: (_state, events, context) => documentsOf(events, context),
};

function decode(recorded: RecordedEvent): DeliveryEvent {
  const { data, schemaVersion, type } = recorded;
  if (!Object.hasOwn(PUBLIC_FACTS, type) || schemaVersion !== SCHEMA_VERSION) throw unreadableEvent(recorded);
  return { ...(data as object), type } as DeliveryEvent;
}
