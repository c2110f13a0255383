import { accept, type Decider, type Decision } from '@caisson/kernel';
import type { DeliveryEvent, DeliveryOrigin } from './delivery.events.js';
import type { DeliveryMeaning } from './github-push.js';

/** Records a delivery whose signature was checked. */
export interface RecordDelivery {
  readonly type: 'RecordDelivery';
  readonly origin: DeliveryOrigin;
  readonly meaning: DeliveryMeaning;
}

/** What a delivery's stream folds to. */
export type DeliveryState = 'unknown' | 'accepted' | 'ignored';

/** The rules of a delivery: it is recorded once, whatever comes again. Nothing is refused. */
export const deliveryDecider: Decider<DeliveryState, RecordDelivery, DeliveryEvent, never> = {
  initialState: 'unknown',
  decide: decideDelivery,
  evolve: (_state, event) => (event.type === 'DeliveryAccepted' ? 'accepted' : 'ignored'),
};

function decideDelivery(state: DeliveryState, { meaning, origin }: RecordDelivery): Decision<DeliveryEvent, never> {
  if (state !== 'unknown') return accept();
  return meaning.kind === 'push'
    ? accept({ type: 'DeliveryAccepted', ...origin, ...meaning.push })
    : accept({ type: 'DeliveryIgnored', ...origin, reason: meaning.reason });
}
