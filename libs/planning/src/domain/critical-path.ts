import type { PlanUnit } from '@caisson/contracts';
import type { UnitOrder } from './order-units.js';

/**
 * The longest chain of durations, when everything that may runs together: a unit begins when all that it waits for has
 * ended, and within it a resource when those that it needs have. O(resources + edges), on one id map and typed arrays.
 */
export function criticalPathMs({ edges, waves }: UnitOrder, units: readonly PlanUnit[]): number {
  const placeOf = new Map<string, number>();
  for (const wave of waves) for (const unitId of wave) placeOf.set(unitId, placeOf.size);
  const lengths = new Float64Array(placeOf.size);
  for (const unit of units) lengths[placeOf.get(unit.unitId) ?? 0] = longestWithin(unit);
  const before = new Predecessors(placeOf.size, edges.length);
  for (const [from, to] of edges) before.add(placeOf.get(from) ?? 0, placeOf.get(to) ?? 0);
  const endsAt = new Float64Array(placeOf.size);
  let longest = 0;
  for (let place = 0; place < endsAt.length; place += 1) {
    const end = before.latest(place, endsAt) + (lengths[place] ?? 0);
    endsAt[place] = end;
    longest = Math.max(longest, end);
  }
  return longest;
}

const NONE = -1;

/** What comes before each place: a list through two arrays instead of one object for each place. */
class Predecessors {
  /** The last edge that was added to each place. */
  readonly #last: Int32Array;
  /** The edge that was added before each edge. */
  readonly #previous: Int32Array;
  readonly #from: Int32Array;
  #edges = 0;

  constructor(places: number, edges: number) {
    this.#last = new Int32Array(places).fill(NONE);
    this.#previous = new Int32Array(edges);
    this.#from = new Int32Array(edges);
  }

  add(from: number, to: number): void {
    const edge = this.#edges;
    this.#edges += 1;
    this.#from[edge] = from;
    this.#previous[edge] = this.#last[to] ?? NONE;
    this.#last[to] = edge;
  }

  /** The largest of the values of what comes before; 0 when nothing does. */
  latest(place: number, values: Float64Array): number {
    let latest = 0;
    for (let edge = this.#last[place] ?? NONE; edge !== NONE; edge = this.#previous[edge] ?? NONE) {
      latest = Math.max(latest, values[this.#from[edge] ?? 0] ?? 0);
    }
    return latest;
  }
}

/** Resources of a unit stand after those that they need; what goes, goes beside the others. */
function longestWithin({ estimatedMs: whole, resources }: PlanUnit): number {
  if (resources.length === 1) return whole;
  const endsAt = new Map<string, number>();
  let longest = 0;
  for (const { address, dependsOn, estimatedMs } of resources) {
    const end = dependsOn.reduce((latest, id) => Math.max(latest, endsAt.get(id) ?? 0), 0) + estimatedMs;
    endsAt.set(address, end);
    longest = Math.max(longest, end);
  }
  return longest;
}
