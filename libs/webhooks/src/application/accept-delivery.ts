import { handleCommand, type CommandRuntime } from '@caisson/event-sourcing';
import { deterministicId, sha256 } from '@caisson/kernel';
import type { DeliveryState } from '../domain/delivery.decide.js';
import { meaningOfGithubDelivery } from '../domain/github-push.js';
import { deliveryAggregate } from './delivery.aggregate.js';

/** A delivery whose signature was checked. */
export interface AcceptDeliveryInput {
  readonly tenantId: string;
  readonly hookId: string;
  readonly deliveryId: string;
  readonly event: string;
  /** Exactly the bytes that were signed. */
  readonly body: Uint8Array;
  /** Correlation id of the call. */
  readonly correlationId: string;
}

/** What became of a delivery. */
export interface AcceptedDelivery {
  readonly state: DeliveryState;
  /** It was recorded before. */
  readonly repeated: boolean;
}

/** Records a delivery once. What follows from it is for those who read its fact. */
export class AcceptDelivery {
  constructor(private readonly runtime: CommandRuntime) {}

  /**
   * The same body to the same hook is the same delivery, whatever id it comes with: a forge redelivers the same
   * bytes, and the id is not covered by the signature.
   *
   * @throws Fault as `handleCommand` does; then nothing is recorded, and the same delivery may come again.
   */
  async execute(input: AcceptDeliveryInput): Promise<AcceptedDelivery> {
    const { body, correlationId, deliveryId, event, hookId, tenantId } = input;
    const id = deterministicId('delivery', hookId, event, sha256(body));
    const handled = await handleCommand(this.runtime, deliveryAggregate, {
      id,
      isNew: true, // As a rule; what comes again is looked at.
      command: {
        type: 'RecordDelivery',
        origin: { hookId, deliveryId, event },
        meaning: meaningOfGithubDelivery(event, parsed(body)),
      },
      context: { tenantId, commandId: id, correlationId, causationId: correlationId, actor: `hook:${hookId}` },
    });
    return { state: handled.state, repeated: handled.outcome === 'accepted' && handled.events.length === 0 };
  }
}

function parsed(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    return undefined; // Signed and still no JSON: recorded as a delivery that means nothing.
  }
}
