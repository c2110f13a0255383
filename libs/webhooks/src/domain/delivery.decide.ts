import { accept, type Decider, type Decision } from '@caisson/kernel';
import type { Callback, DeliveryEvent, DeliveryOrigin } from './delivery.events.js';
import type { DeliveryMeaning } from './github-push.js';

/** Records a delivery whose signature was checked. */
export interface RecordDelivery {
  readonly type: 'RecordDelivery';
  readonly origin: DeliveryOrigin;
  readonly meaning: DeliveryMeaning;
}

/** Records a callback whose address was checked. */
export interface RecordCallback {
  readonly type: 'RecordCallback';
  readonly callback: Callback;
}

/** What a delivery's stream folds to. */
export type DeliveryState = 'unknown' | 'accepted' | 'called' | 'ignored';

/** What can be recorded as a delivery. */
export type DeliveryCommand = RecordDelivery | RecordCallback;

/** The rules of a delivery: it is recorded once, whatever comes again. Nothing is refused. */
export const deliveryDecider: Decider<DeliveryState, DeliveryCommand, DeliveryEvent, never> = {
  initialState: 'unknown',
  decide: decideDelivery,
  evolve: (_state, event) => STATE_AFTER[event.type],
};

const STATE_AFTER = {
  DeliveryAccepted: 'accepted',
  CallbackReceived: 'called',
  DeliveryIgnored: 'ignored',
} as const satisfies Record<DeliveryEvent['type'], DeliveryState>;

function decideDelivery(state: DeliveryState, command: DeliveryCommand): Decision<DeliveryEvent, never> {
  if (state !== 'unknown') return accept();
  if (command.type === 'RecordCallback') return accept({ type: 'CallbackReceived', ...command.callback });
  const { meaning, origin } = command;
  return meaning.kind === 'push'
    ? accept({ type: 'DeliveryAccepted', ...origin, ...meaning.push })
    : accept({ type: 'DeliveryIgnored', ...origin, reason: meaning.reason });
}
