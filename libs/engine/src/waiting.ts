import type { Instant, Json } from '@caisson/kernel';

/** What an engine waits for. Nothing of ours is held meanwhile: no process, no connection, no place. */
export interface Wait {
  /** For people: what is awaited. */
  readonly reason: string;
  /** When the engine wants to be asked again at the latest: a deadline, or the time of the next look. */
  readonly until: Instant;
  /** Whether a callback may end it. */
  readonly callback: boolean;
  /** Whether the world was changed already, so that a run that is given up has something to undo. */
  readonly touched: boolean;
}

/** The answer of an engine whose change goes on without us. */
export interface Waiting {
  readonly waiting: Wait;
}

/** What became of a wait so far. */
export interface Waited {
  /** When it began. */
  readonly since: Instant;
  /** The callback, when one came. */
  readonly received?: { readonly payload: Json; readonly at: Instant };
}

/** Whether an answer says that there is no result yet. */
export function isWaiting(answer: object): answer is Waiting {
  return 'waiting' in answer;
}
