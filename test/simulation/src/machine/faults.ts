import type { SeededRandom } from '@caisson/testing';
import type { Fate, Faults, SimProcess } from './sim-process.js';

/** How often calls go wrong. */
export interface FaultRates {
  /** Probability of a lost request, and of a lost answer. */
  readonly lost: number;
  /** Probability that the caller dies at the call. */
  readonly death: number;
  /** Probability that the caller stands still when it has called. */
  readonly halt: number;
}

/** Everything arrives, after some chance of time. */
export const NO_FAULTS: FaultRates = { lost: 0, death: 0, halt: 0 };

/** Longer than any lease. */
const HALT_MS_MAX = 40_000;

/** Faults of calls by rates, until they are healed. */
export class RandomFaults implements Faults {
  rates: FaultRates;
  /** While true, no call reaches anything. */
  isOut = false;
  readonly #random: SeededRandom;
  readonly #mayDie: (caller: SimProcess) => boolean;

  constructor(random: SeededRandom, rates: FaultRates, mayDie: (caller: SimProcess) => boolean = () => true) {
    this.#random = random;
    this.rates = rates;
    this.#mayDie = mayDie;
  }

  fateOf(caller: SimProcess): Fate {
    const random = this.#random;
    const fate = { thereMs: random.next(), backMs: random.next() };
    if (this.isOut) return { ...fate, backMs: random.between(1, 200), lost: 'request' };
    const { death, halt, lost } = this.rates;
    if (halt > 0 && random.chance(halt) && this.#mayDie(caller)) caller.halt(random.between(500, HALT_MS_MAX));
    if (death > 0 && random.chance(death) && this.#mayDie(caller)) {
      return { ...fate, dies: random.chance(0.5) ? 'before' : 'after' };
    }
    if (lost > 0 && random.chance(lost)) {
      return { ...fate, backMs: random.between(1, 2_000), lost: random.chance(0.5) ? 'request' : 'answer' };
    }
    return fate;
  }
}
