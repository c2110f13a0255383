import { invariant } from '@caisson/kernel';

/** Attempts of one task, the first included. */
export const ATTEMPTS_MAX = 3;

const BACKOFF_MS_FIRST = 1000;
const BACKOFF_FACTOR = 2;
/** Longer waits only keep people waiting: what does not work after half a minute rarely works after one. */
const BACKOFF_MS_MAX = 30_000;
/** Share of a wait that chance adds: tasks that fail together when a cloud throttles must not come back together. */
const JITTER = 0.25;

/** No retry waits longer than that. */
export const RETRY_WAIT_MS_MAX = BACKOFF_MS_MAX * (1 + JITTER);

/**
 * Delay before the next attempt: 1 s, 2 s, 4 s … up to 30 s, each with up to a quarter added by chance. Never less than
 * that: a cloud that asked for a pause gets it.
 *
 * @param attempt - the attempt that failed, from 1.
 * @param random - in [0, 1), drawn by the caller so that a decision can be replayed.
 * @returns whole milliseconds, 1,000 to 37,500.
 * @throws InvariantViolation when `attempt` is not a positive integer.
 */
export function backoffMs(attempt: number, random: number): number {
  invariant(Number.isInteger(attempt) && attempt >= 1, `attempt ${attempt} is not a positive integer`);
  const waitMs = Math.min(BACKOFF_MS_MAX, BACKOFF_MS_FIRST * BACKOFF_FACTOR ** (attempt - 1));
  return waitMs + Math.floor(random * JITTER * waitMs);
}
