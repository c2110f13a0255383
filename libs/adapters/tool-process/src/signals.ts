import { setTimeout as delay } from 'node:timers/promises';

/** How often a group is looked at while it is ending. */
const POLL_MS = 10;

/** Sends a signal to a process, or to a whole group when the id is negative. False when nobody is there. */
export function sendSignal(id: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(id, signal);
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

/** Whether a process, or any member of a group when the id is negative, exists; one that waits to be reaped does. */
export function exists(id: number): boolean {
  try {
    return process.kill(id, 0);
  } catch (error) {
    return !isMissing(error);
  }
}

/** Polls until the condition holds or the limit passes. Answers whether it holds. */
export async function holdsWithin(limitMs: number, condition: () => Promise<boolean> | boolean): Promise<boolean> {
  const deadline = performance.now() + limitMs;
  for (;;) {
    if (await condition()) return true;
    if (performance.now() >= deadline) return false;
    await delay(POLL_MS);
  }
}

function isMissing(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 'ESRCH';
}
