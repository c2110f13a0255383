/** Wait before the next try: 100 ms, doubling, at most 5 s. `attempt` is 1 for the first retry. */
export function backoffMs(attempt: number): number {
  return Math.min(5000, 100 * 2 ** Math.min(attempt - 1, 10));
}
