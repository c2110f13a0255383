import type { ExecutionEvent } from '../domain/execution.events.js';

/**
 * Knows which fact caused the next one: an attempt's end follows from its start, a start from its queueing, a queueing
 * from what freed the task. So anyone can walk from a changed unit back to the request. Holds one id per task.
 */
export class CausationChain {
  readonly #request: string;
  readonly #lastOfTask = new Map<string, string>();
  #lastOfPhase: string;
  #askedBy = 0;

  /** @param request - the message that asked for the work in hand. */
  constructor(request: string) {
    this.#request = request;
    this.#lastOfPhase = request;
  }

  /** The cause of a fact that is about to be recorded. */
  causeOf(event: ExecutionEvent): string {
    if ('askedBy' in event && event.askedBy > this.#askedBy) return this.#request;
    if (event.type === 'TaskQueued' || event.type === 'TaskCancelled') return this.#lastOfPhase;
    const own = 'unitId' in event ? this.#lastOfTask.get(keyOf(event)) : undefined;
    return own ?? this.#lastOfPhase;
  }

  /** Takes note of a fact and its id. */
  add(event: ExecutionEvent, eventId: string): void {
    if ('unitId' in event) this.#lastOfTask.set(keyOf(event), eventId);
    if ('askedBy' in event && event.type !== 'CancelRequested') this.#askedBy = event.askedBy;
    if (movesOn(event)) this.#lastOfPhase = eventId;
  }
}

/** Whether others may follow from the fact: an end of something, not a beginning. */
function movesOn({ type }: ExecutionEvent): boolean {
  return type !== 'TaskQueued' && type !== 'TaskCancelled' && type !== 'TaskStarted' && type !== 'TasksAcquired';
}

function keyOf(event: { readonly phase: string; readonly unitId: string }): string {
  return `${event.phase}/${event.unitId}`;
}
