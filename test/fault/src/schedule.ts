import { SeededRandom } from '@caisson/testing';
import type { AimedBlow, Blow } from './blows/blow.js';
import { BLOWS } from './blows/index.js';
import { drawPerson, type PersonPlan } from './people/person.js';

/** Within this time all faults begin. */
const STRIKES_WITHIN_MS = 5_000;

const TENANTS = 2;

/** A fault at a time. */
export interface PlannedBlow extends AimedBlow {
  readonly atMs: number;
  readonly blow: Blow;
}

/** What a seed is about: the same people and the same faults. What meets when is left to the machine. */
export interface Schedule {
  readonly seed: number;
  readonly tenants: number;
  readonly people: readonly PersonPlan[];
  /** In the order in which they strike. */
  readonly blows: readonly PlannedBlow[];
}

/** Draws a schedule over the services of an installation. */
export function drawSchedule(seed: number, services: readonly string[]): Schedule {
  const random = new SeededRandom(seed);
  const people = Array.from({ length: random.between(3, 6) }, () => drawPerson(random, TENANTS));
  const blows = Array.from({ length: random.between(2, 6) }, () => {
    const blow = pickByWeight(random, BLOWS);
    return { ...blow.aim(random, services), blow, atMs: random.between(0, STRIKES_WITHIN_MS) };
  });
  return { seed, tenants: TENANTS, people, blows: blows.toSorted((left, right) => left.atMs - right.atMs) };
}

function pickByWeight(random: SeededRandom, blows: readonly Blow[]): Blow {
  let left = random.next() * blows.reduce((sum, { weight }) => sum + weight, 0);
  const found = blows.find(({ weight }) => (left -= weight) < 0);
  return found ?? random.pick(blows);
}
