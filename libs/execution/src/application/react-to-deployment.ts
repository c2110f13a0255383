import {
  decodeEvent,
  HEAD_START_MS,
  type EventOf,
  type FactsByContext,
  type Priority,
  type PublicEvent,
} from '@caisson/contracts';
import type { NewJob } from '@caisson/event-sourcing';
import type { Json } from '@caisson/kernel';

/** The queue of runs to execute and to roll back: long work. */
export const EXECUTION_QUEUE = 'execution';

/** The queue of cancels: short work, which must not wait for a place among the runs that it is about. */
export const EXECUTION_CONTROL_QUEUE = 'execution-control';

/** The facts that ask for work. */
export const EXECUTION_REACTS_TO = {
  deployment: ['run-started', 'run-rollback-started', 'run-cancelling', 'run-task-resolved'],
  webhooks: ['callback-received'],
} as const satisfies FactsByContext;

/** Where the fact that asks for the work is found: the facts themselves can be large. */
export interface ExecutionRequestRef {
  readonly streamId: string;
  readonly version: number;
}

/**
 * The job that follows from a public fact about a deployment or from a callback; undefined for facts that ask for no
 * work. One job per fact, however often it is delivered.
 *
 * @throws ZodError when the event's data does not fit its schema: the event cannot be handled and is parked.
 */
export function jobFor(event: PublicEvent): NewJob | undefined {
  const decoded = decodeEvent('deployment', event) ?? decodeEvent('webhooks', event);
  switch (decoded?.fact) {
    case 'run-started':
      return { ...jobOf(EXECUTION_QUEUE, decoded), headStartMs: HEAD_START_MS[priorityOf(decoded)] };
    case 'run-rollback-started': // Otherwise it tells what the executor already does.
      if (!decoded.data.asked) return undefined;
      return { ...jobOf(EXECUTION_QUEUE, decoded), headStartMs: HEAD_START_MS[priorityOf(decoded)] };
    case 'run-cancelling':
    case 'run-task-resolved':
      return jobOf(EXECUTION_CONTROL_QUEUE, decoded);
    case 'callback-received':
      return {
        queue: EXECUTION_QUEUE,
        key: `callback/${decoded.subject}`,
        payload: { streamId: decoded.subject, version: decoded.sequence },
        headStartMs: HEAD_START_MS.urgent, // What was begun goes on before something new is.
      };
    default:
      return undefined;
  }
}

/** How urgent the work is that a fact asks for: undoing what went wrong is urgent whatever the run was. */
export function priorityOf(
  event: Extract<EventOf<'deployment'>, { fact: 'run-started' | 'run-rollback-started' }>,
): Priority {
  return event.fact === 'run-started' ? event.data.priority : 'urgent';
}

/** Reads the payload of such a job; undefined when it is none. */
export function parseRequestRef(payload: Json): ExecutionRequestRef | undefined {
  if (typeof payload !== 'object' || payload === null || !('streamId' in payload)) return undefined;
  const { streamId, version } = payload;
  return typeof streamId === 'string' && typeof version === 'number' ? { streamId, version } : undefined;
}

type Asking = Extract<
  EventOf<'deployment'>,
  { fact: 'run-started' | 'run-rollback-started' | 'run-cancelling' | 'run-task-resolved' }
>;

/** A run may be started more than once: the place of the fact in its stream tells one start from the next. */
function jobOf(queue: string, event: Asking): NewJob {
  const payload: Json = { streamId: event.subject, version: event.sequence };
  return { queue, key: `${event.data.runId}/${event.sequence}`, payload };
}
