import type { DocumentContext, NewJob } from '@caisson/event-sourcing';
import type { DeploymentEvent } from '../domain/deployment.events.js';

/** The queue of approved runs that wait for their time. */
export const RUN_START_QUEUE = 'run-starts';

/** One job for each approval of a run that has to wait. Due at its time. */
export function startJobsOf(events: readonly DeploymentEvent[], seen: DocumentContext): readonly NewJob[] {
  return events.flatMap((event): NewJob[] => {
    if (event.type !== 'RunApproved' || event.startsAt === undefined) return [];
    const { deploymentId, origin, runId, startsAt } = event;
    const delayMs = Math.max(0, Date.parse(startsAt) - Date.parse(origin.at));
    const payload = { deploymentId, runId, correlationId: origin.correlationId };
    return [{ queue: RUN_START_QUEUE, key: `${runId}/${seen.version}`, payload, delayMs }];
  });
}
