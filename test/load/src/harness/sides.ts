import type { Round } from './goal.js';
import { spreadOf, type Spread } from './statistics.js';

/** One side over all rounds: the spread of each of its figures. */
export interface SideResult {
  readonly name: string;
  readonly figures: Readonly<Record<string, Spread>>;
}

/** Gathers each side's figures over the rounds. */
export function sidesOver(names: readonly string[], rounds: readonly Round[]): readonly SideResult[] {
  return names.map((name) => {
    const slices = rounds.map((round) => round.get(name)).filter((slice) => slice !== undefined);
    const keys = [...new Set(slices.flatMap((slice) => Object.keys(slice)))];
    const figures = keys.flatMap((key) => {
      const spread = spreadOf(slices.flatMap((slice) => slice[key] ?? []));
      return spread === undefined ? [] : [[key, spread] as const];
    });
    return { name, figures: Object.fromEntries(figures) };
  });
}
