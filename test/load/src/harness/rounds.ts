import { messageOf } from '@caisson/kernel';
import { isCalm, usedByOthers, waitForCalm } from './calm.js';
import type { Contest, Figures, Round } from './goal.js';

/** How often and how long. */
export interface Protocol {
  /** Counted rounds; one more goes first and is not counted. */
  readonly rounds: number;
  readonly sliceMs: number;
  /** Longest wait before a slice for others to calm down. */
  readonly calmWaitMs: number;
}

/** One slice as it is printed and kept. */
export interface SliceRecord {
  readonly goal: string;
  /** 0 is the warm-up. */
  readonly round: number;
  readonly side: string;
  readonly figures?: Figures;
  /** Why the slice does not count. */
  readonly error?: string;
  readonly usedByOthers: readonly [before: number, after: number];
  readonly calm: boolean;
}

/**
 * Runs the sides in turns, in an order that rotates with each round, so that each meets the same machine. The first
 * round warms up and is not given.
 */
export async function runRounds(
  goal: string,
  contest: Contest,
  options: Protocol & { readonly onSlice: (slice: SliceRecord) => void },
): Promise<readonly Round[]> {
  const rounds: Round[] = [];
  for (let round = 0; round <= options.rounds; round += 1) {
    const slices = new Map<string, Figures>();
    for (let turn = 0; turn < contest.sides.length; turn += 1) {
      const side = contest.sides[(round + turn) % contest.sides.length];
      if (side === undefined) continue;
      const before = await waitForCalm(options.calmWaitMs);
      const measured = await attempt(() => side.measure(round === 0 ? options.sliceMs / 2 : options.sliceMs));
      const after = await usedByOthers();
      const calm = isCalm(before) && isCalm(after);
      options.onSlice({ goal, round, side: side.name, ...measured, usedByOthers: [before, after], calm });
      if (measured.figures !== undefined) slices.set(side.name, measured.figures);
    }
    if (round > 0) rounds.push(slices);
  }
  return rounds;
}

async function attempt(measure: () => Promise<Figures>): Promise<{ figures?: Figures; error?: string }> {
  try {
    return { figures: await measure() };
  } catch (error) {
    return { error: messageOf(error) };
  }
}
