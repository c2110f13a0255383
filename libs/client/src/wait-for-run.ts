import { setTimeout as pause } from 'node:timers/promises';
import { FINAL_RUN_STATES, SETTLED_RUN_STATES } from '@caisson/contracts';
import type { RunResource, RunState } from './resources.js';

/** What to wait for. */
export interface WaitOptions {
  /** Default: any state in which the run no longer moves by itself. */
  readonly states?: readonly RunState[];
  /** Default 120 s. */
  readonly limitMs?: number;
  /** Called whenever state or progress changed. */
  readonly onChange?: (run: RunResource) => void;
  readonly signal?: AbortSignal;
}

const LIMIT_MS = 120_000;

/** Between two looks: often while something happens, rarely while nothing does. */
const PAUSES_MS = { first: 100, max: 1_000, factor: 1.2 } as const;

/** Where a run does not move by itself any more, or waits for a person. */
const RESTING: readonly RunState[] = ['awaiting_approval', ...SETTLED_RUN_STATES, ...FINAL_RUN_STATES];

/**
 * Looks at a run until it is in one of the states.
 *
 * @throws Error that names run and state when the limit passes, or when it ended in another state for good.
 */
export async function waitForRun(look: () => Promise<RunResource>, options: WaitOptions = {}): Promise<RunResource> {
  const { limitMs = LIMIT_MS, onChange, signal, states = RESTING } = options;
  const deadline = performance.now() + limitMs;
  let seen = '';
  for (let pauseMs: number = PAUSES_MS.first; ; pauseMs = Math.min(pauseMs * PAUSES_MS.factor, PAUSES_MS.max)) {
    const run = await look();
    const shown = `${run.state} ${run.progress}`;
    if (shown !== seen) {
      onChange?.(run);
      pauseMs = PAUSES_MS.first;
    }
    seen = shown;
    if (states.includes(run.state)) return run;
    if (isFinal(run.state)) throw new Error(`run ${run.id} ended ${run.state}; awaited ${states.join(', ')}`);
    if (performance.now() > deadline)
      throw new Error(`run ${run.id} is still ${run.state}; awaited ${states.join(', ')}`);
    await pause(pauseMs, undefined, signal === undefined ? {} : { signal });
  }
}

function isFinal(state: RunState): boolean {
  return FINAL_RUN_STATES.some((final) => final === state);
}
