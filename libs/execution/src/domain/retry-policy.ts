import { invariant } from '@caisson/kernel';

/** Attempts of one task, the first included. */
export const ATTEMPTS_MAX = 3;

const BACKOFF_MS_FIRST = 1000;
const BACKOFF_FACTOR = 2;
/** Longer waits only keep people waiting: what does not work after half a minute rarely works after one. */
const BACKOFF_MS_MAX = 30_000;

/**
 * Delay before the next attempt: exponential, capped, with full jitter.
 *
 * Full jitter because many tasks fail together when a cloud throttles; equal delays would retry together.
 * Source: Marc Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
 *
 * @param attempt - the attempt that failed, from 1.
 * @param random - in [0, 1), drawn by the caller so that a decision can be replayed.
 * @returns whole milliseconds, 0 to 30,000.
 * @throws InvariantViolation when `attempt` is not a positive integer.
 */
export function backoffMs(attempt: number, random: number): number {
  invariant(Number.isInteger(attempt) && attempt >= 1, `attempt ${attempt} is not a positive integer`);
  const ceiling = Math.min(BACKOFF_MS_MAX, BACKOFF_MS_FIRST * BACKOFF_FACTOR ** (attempt - 1));
  return Math.floor(random * ceiling);
}
