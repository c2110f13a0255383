import { decodeEvent, HEAD_START_MS, type FactsByContext, type PublicEvent } from '@caisson/contracts';
import type { NewJob } from '@caisson/event-sourcing';
import type { Json } from '@caisson/kernel';

/** The queue of plannings. */
export const PLANNING_QUEUE = 'planning';

/** The facts that ask for a plan. */
export const PLANNING_REACTS_TO = { deployment: ['run-planning-started'] } as const satisfies FactsByContext;

/**
 * The job that follows from a public fact about a deployment; undefined for facts that ask for no plan. One job per
 * run and round, however often the fact is delivered. Its payload is the event itself, so the worker needs nothing
 * else.
 *
 * @throws ZodError when the event's data does not fit its schema: the event cannot be handled and is parked.
 */
export function acceptPlanRequest(event: PublicEvent): NewJob | undefined {
  const decoded = decodeEvent('deployment', event);
  if (decoded?.fact !== 'run-planning-started') return undefined;
  const { desired, round, runId } = decoded.data;
  const headStartMs = HEAD_START_MS[desired.priority];
  return { queue: PLANNING_QUEUE, key: `${runId}/${round}`, payload: event as unknown as Json, headStartMs };
}
