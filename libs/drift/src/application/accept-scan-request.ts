import { decodeEvent, type PublicEvent } from '@caisson/contracts';
import type { Delivery } from '@caisson/event-sourcing';

/** The queue whose workers run scans. */
export const DRIFT_QUEUE = 'drift';

/**
 * Records a requested scan as work, keyed by its scan id, so a second delivery of the event is the same job. The
 * payload is the event itself: the scan belongs to its story. Other events of the topic are none of its business.
 *
 * @throws ZodError when the data does not fit its schema: the event cannot be handled and is parked.
 */
export function acceptScanRequest(event: PublicEvent, delivery: Pick<Delivery, 'enqueue'>): void {
  const decoded = decodeEvent('deployment', event);
  if (decoded?.fact !== 'drift-scan-requested') return;
  const { fact: _inType, ...request } = decoded;
  delivery.enqueue({ queue: DRIFT_QUEUE, key: decoded.data.scanId, payload: request });
}
