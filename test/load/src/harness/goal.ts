/** Named figures of one slice: rates per second, milliseconds, microseconds, counts. The name ends with the unit. */
export type Figures = Readonly<Record<string, number>>;

/** One thing measured beside others: the floor, ours, or a peer. */
export interface Side {
  readonly name: string;
  /**
   * Measures one slice of about `sliceMs`. Checks that what was to happen did happen.
   *
   * @throws Error when it did not: the slice does not count.
   */
  measure(sliceMs: number): Promise<Figures>;
}

/** The slices of one round, by side. */
export type Round = ReadonlyMap<string, Figures>;

/** A ratio, or a count, that is taken in each round and judged over all. */
export interface Comparison {
  readonly title: string;
  /** Undefined when a side that it needs was not there or did not count. */
  of(round: Round): number | undefined;
  /** Whether more is better. */
  readonly atLeast: boolean;
  readonly gate?: number;
  readonly goal?: number;
}

/** Sides that are ready to be measured, and what to make of them. */
export interface Contest {
  /** The first one is the floor: its spread says how noisy the machine was. */
  readonly sides: readonly Side[];
  readonly comparisons: readonly Comparison[];
  /** What a reader must know: what stands in for what, what a peer gives up. */
  readonly notes: readonly string[];
  /** Ends what was started. */
  close(): Promise<void>;
}

/** One goal, by its number, such as P1. */
export interface Goal {
  readonly id: string;
  readonly title: string;
  /** Slice length when the command line names none. */
  readonly sliceMs: number;
  /** Whether it can run here; otherwise why not. */
  missing?(): string | undefined;
  prepare(): Promise<Contest>;
}

/** The ratio of a figure between two sides of a round. */
export function ratio(figure: string, of: string, to: string): (round: Round) => number | undefined {
  return (round) => {
    const [above, below] = [round.get(of)?.[figure], round.get(to)?.[figure]];
    return above === undefined || below === undefined || below === 0 ? undefined : above / below;
  };
}
