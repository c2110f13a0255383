import { ManageBreakers } from '@caisson/drift';
import { Fault } from '@caisson/kernel';
import { systemClock } from '@caisson/service';
import { randomUUID } from 'node:crypto';
import { actorOf, SERVICE, type Operator } from './orders.js';
import { withStore, type Surroundings } from './surroundings.js';

/** Names the breaker of a tenant's provider. */
export interface BreakerRef {
  readonly tenantId: string;
  readonly provider: string;
}

/**
 * Closes an open breaker on the operator's word, as the API does; its stream says who did, and why.
 *
 * @throws Fault `drift-breaker-not-open`.
 */
export async function closeBreaker(surroundings: Surroundings, ref: BreakerRef, operator: Operator): Promise<void> {
  const { provider, tenantId } = ref;
  const id = randomUUID();
  const handled = await withStore(surroundings, ({ documents, events }) =>
    new ManageBreakers({ store: events, clock: systemClock, service: SERVICE }, documents).close({
      provider,
      reason: operator.because,
      context: { tenantId, actor: actorOf(operator), correlationId: id, causationId: id, commandId: id },
    }),
  );
  if (handled.outcome === 'rejected') {
    const text = `The breaker of ${provider} is not open for tenant ${tenantId}: there is nothing to close.`;
    throw new Fault('drift-breaker-not-open', text, { retryable: false });
  }
  surroundings.print(
    `The breaker of ${provider} is closed: what is found from now on may be put right. Recorded as ${id}.`,
  );
}
