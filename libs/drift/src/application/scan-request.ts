import { decodeEvent, type EventOf, type PublicEvent } from '@caisson/contracts';
import type { ClaimedJob } from '@caisson/event-sourcing';
import { invariant } from '@caisson/kernel';

/** The fact that asks for a scan. */
export type ScanRequested = EventOf<'deployment'> & { readonly fact: 'drift-scan-requested' };

/** The request that a job carries. */
export function requestOf({ payload }: Pick<ClaimedJob, 'payload'>): ScanRequested {
  const event = decodeEvent('deployment', payload as unknown as PublicEvent);
  invariant(event?.fact === 'drift-scan-requested', 'a job of the drift queue holds no scan request');
  return event;
}
