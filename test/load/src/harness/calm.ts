import { availableParallelism } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { machineTicks } from './processor-time.js';

const SAMPLE_MS = 150;
const CALM_SHARE_MAX = 0.3;

/** Share of the machine that others use while this process sleeps, 0 to 1. */
export async function usedByOthers(): Promise<number> {
  const before = machineTicks();
  await sleep(SAMPLE_MS);
  const after = machineTicks();
  const busy = after.busy - before.busy;
  return busy / Math.max(1, busy + after.idle - before.idle);
}

/** Waits until the machine is calm, at most `limitMs`; then gives what others use. */
export async function waitForCalm(limitMs: number): Promise<number> {
  const deadline = performance.now() + limitMs;
  for (;;) {
    const used = await usedByOthers();
    if (used <= CALM_SHARE_MAX || performance.now() >= deadline) return used;
  }
}

/** Whether a share counts as calm. */
export function isCalm(share: number): boolean {
  return share <= CALM_SHARE_MAX;
}

/** How many cores the machine gives this process. */
export const CORES: number = availableParallelism();
