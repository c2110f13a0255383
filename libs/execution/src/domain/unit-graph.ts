/** Units by index, who waits for whom, and how many each waits for. Built once a phase and shared by all its states. */
export interface UnitGraph {
  readonly indexOf: ReadonlyMap<string, number>;
  /** From each unit, the units that wait for it. */
  readonly successors: readonly (readonly number[])[];
  /** How many units each waits for. */
  readonly blockers: readonly number[];
}

/** `[from, to]`: `to` starts after `from` has succeeded. */
export type UnitEdge = readonly [string, string];

/** Builds the graph. An edge that is given twice counts once; one that names an unknown unit is left out. O(V + E). */
export function buildGraph(unitIds: readonly string[], edges: readonly UnitEdge[]): UnitGraph {
  const indexOf = new Map(unitIds.map((unitId, index) => [unitId, index]));
  const successors = unitIds.map(() => new Set<number>());
  const blockers = unitIds.map(() => 0);
  for (const [from, to] of edges) {
    const source = indexOf.get(from);
    const target = indexOf.get(to);
    if (source === undefined || target === undefined || successors[source]?.has(target) !== false) continue;
    successors[source].add(target);
    blockers[target] = (blockers[target] ?? 0) + 1;
  }
  return { indexOf, successors: successors.map((targets) => [...targets]), blockers };
}
