import type { Comparison, Round } from './goal.js';
import { spreadOf, type Spread } from './statistics.js';

/** A comparison over all rounds. */
export interface Judged {
  readonly title: string;
  readonly atLeast: boolean;
  readonly gate?: number;
  readonly goal?: number;
  readonly spread?: Spread;
  readonly verdict: 'goal reached' | 'gate held' | 'near the gate' | 'below the gate' | 'reported' | 'not measured';
}

const GATE_SLACK = 0.8;

/** Rounds that a claim needs. */
const ROUNDS_MIN = 5;

/**
 * Judges a comparison: the gate by the median; the goal by the quartile on its worse side, over enough rounds, and only
 * when the floor held still. Below 0.8 of the gate it has failed.
 */
export function judge(comparison: Comparison, rounds: readonly Round[], tooNoisy: boolean): Judged {
  const { title, atLeast, gate, goal } = comparison;
  const spread = spreadOf(rounds.flatMap((round) => comparison.of(round) ?? []));
  const figures = { title, atLeast, ...(gate === undefined ? {} : { gate }), ...(goal === undefined ? {} : { goal }) };
  if (spread === undefined) return { ...figures, verdict: 'not measured' };
  const reaches = (value: number, mark: number): boolean => (atLeast ? value >= mark : value <= mark);
  const mayClaim = !tooNoisy && spread.count >= ROUNDS_MIN;
  const worseQuartile = atLeast ? spread.lowerQuartile : spread.upperQuartile;
  const verdict = ((): Judged['verdict'] => {
    if (goal !== undefined && mayClaim && reaches(worseQuartile, goal)) return 'goal reached';
    if (gate === undefined) return 'reported';
    if (reaches(spread.median, gate)) return 'gate held';
    return reaches(spread.median, atLeast ? gate * GATE_SLACK : gate / GATE_SLACK) ? 'near the gate' : 'below the gate';
  })();
  return { ...figures, spread, verdict };
}

const FLOOR_SPREAD_MAX = 3;

/** Whether the floor itself moved so much between rounds that nothing may be claimed. */
export function isTooNoisy(floor: string, figure: string, rounds: readonly Round[]): boolean {
  const spread = spreadOf(rounds.flatMap((round) => round.get(floor)?.[figure] ?? []));
  return spread !== undefined && spread.max > FLOOR_SPREAD_MAX * spread.min;
}
