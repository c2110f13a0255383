import { decodeEvent, parseEventType, type FactsByContext, type PublicEvent } from '@caisson/contracts';
import type { NewJob } from '@caisson/event-sourcing';
import type { Json } from '@caisson/kernel';

/** The queue whose workers run scans. */
export const DRIFT_QUEUE = 'drift';

/** The facts that ask for a scan, those that say what became of its findings, and those that schedules follow. */
export const DRIFT_REACTS_TO = {
  deployment: ['drift-scan-requested', 'drift-remediation-requested', 'drift-remediation-ended', 'deployment-deleted'],
  drift: ['schedule-set', 'schedule-removed'],
} as const satisfies FactsByContext;

/**
 * The job that follows from a public fact about a deployment; undefined for facts that ask for no scan. One job per
 * scan id, however often the fact is delivered. Its payload is the event itself: the scan belongs to its story.
 *
 * @throws ZodError when the data does not fit its schema: the event cannot be handled and is parked.
 */
export function acceptScanRequest(event: PublicEvent): NewJob | undefined {
  if (parseEventType(event.type)?.context !== 'deployment') return undefined;
  const decoded = decodeEvent('deployment', event);
  if (decoded?.fact !== 'drift-scan-requested') return undefined;
  return { queue: DRIFT_QUEUE, key: decoded.data.scanId, payload: event as unknown as Json };
}
