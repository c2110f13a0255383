import { latencyFigures } from './statistics.js';

/** A loop that offers work at a fixed rate, whether or not the work before it is done. */
export interface OpenLoop {
  readonly ratePerS: number;
  readonly durationMs: number;
  /** Begins the n-th piece of work. */
  offer(index: number): Promise<void>;
}

/** How far the generator itself was behind its schedule. */
export interface OpenLoopFigures {
  readonly offered: number;
  readonly generatorLagP99Ms: number;
}

/** Offers on schedule and waits until all that was offered is done. */
export async function runOpenLoop(loop: OpenLoop): Promise<OpenLoopFigures> {
  const gapMs = 1000 / loop.ratePerS;
  const total = Math.floor(loop.durationMs / gapMs);
  const started = performance.now();
  const lags: number[] = [];
  const work: Promise<void>[] = [];
  for (let index = 0; index < total; index += 1) {
    const due = started + index * gapMs;
    const waitMs = due - performance.now();
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
    lags.push(Math.max(0, performance.now() - due));
    work.push(loop.offer(index));
  }
  await Promise.all(work);
  return { offered: total, generatorLagP99Ms: latencyFigures(lags).p99Ms };
}
