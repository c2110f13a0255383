import type { OperationOutcome } from './history.js';

/** Said before anybody looks at what is asked for: who asks is not known, or asks too often. */
const AT_THE_DOOR = [401, 429];

/** What became of a request by its last answer. Who is turned away at the door learns nothing of the tries before. */
export function outcomeOf(status: number, triesBefore: number): OperationOutcome {
  if (status < 400) return 'ok';
  return triesBefore > 0 && AT_THE_DOOR.includes(status) ? 'unknown' : 'fail';
}
