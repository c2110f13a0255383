import type { AppliedUnit } from '@caisson/contracts';
import { layersOf } from '@caisson/kernel';
import type { UnitDraft } from './group-units.js';

/** What comes before what. */
export interface UnitOrder {
  /** `[from, to]`: `to` starts after `from` has succeeded. */
  readonly edges: readonly [from: string, to: string][];
  /** Unit ids that may run together, wave by wave. */
  readonly waves: readonly (readonly string[])[];
}

/** The order, or one circle of unit ids that wait for each other. */
export type Ordering =
  | { readonly outcome: 'ordered'; readonly order: UnitOrder }
  | { readonly outcome: 'cyclic'; readonly cycle: readonly string[] };

/** What is put into order. */
export interface UnitsToOrder {
  readonly drafts: readonly Pick<UnitDraft, 'unitId' | 'dependsOn' | 'leaving'>[];
  readonly deletions: readonly AppliedUnit[];
  readonly applied: readonly AppliedUnit[];
  /** Unit ids, `[before, after]`, where the strategy orders what goes. */
  readonly strategy: readonly (readonly [string, string])[];
}

/**
 * Puts units into waves: what is needed comes first, and what goes, goes after everything that used to need it.
 * O(units + edges), on one id map and typed arrays.
 */
export function orderUnits({ applied, deletions, drafts, strategy }: UnitsToOrder): Ordering {
  const unitIds = [...drafts, ...deletions].map(({ unitId }) => unitId);
  const indexOf = new Map(unitIds.map((unitId, index) => [unitId, index]));
  const wanted = collectEdges(indexOf, (add) => {
    for (const draft of drafts) for (const before of draft.dependsOn) add(before, draft.unitId);
  });
  const leaving = collectEdges(indexOf, (add) => addRemovals({ drafts, deletions, applied }, add));
  const ordered = collectEdges(indexOf, (add) => {
    for (const [before, after] of strategy) add(before, after);
  });
  const layered = layer(unitIds, {
    from: [...wanted.from, ...leaving.from, ...ordered.from],
    to: [...wanted.to, ...leaving.to, ...ordered.to],
  });
  if (layered.outcome === 'ordered' || leaving.from.length === 0) return layered;
  // What was recorded of different runs may contradict itself; what goes then only goes last.
  return layer(unitIds, lastOfAll(wanted, drafts.length, unitIds.length));
}

/** A unit that loses a resource comes after every unit that used to need that resource. */
function addRemovals(
  { applied, deletions, drafts }: Omit<UnitsToOrder, 'strategy'>,
  add: (from: string, to: string) => void,
): void {
  const goesWith = new Map<string, string>();
  for (const { leaving, unitId } of drafts) for (const { address } of leaving) goesWith.set(address, unitId);
  for (const { resources, unitId } of deletions) for (const { address } of resources) goesWith.set(address, unitId);
  for (const { resources, unitId } of applied) {
    const used = new Set(resources.flatMap(({ dependsOn }) => dependsOn.flatMap((id) => goesWith.get(id) ?? [])));
    used.delete(unitId);
    for (const loser of used) add(unitId, loser);
  }
}

interface Edges {
  readonly from: readonly number[];
  readonly to: readonly number[];
}

function collectEdges(
  indexOf: ReadonlyMap<string, number>,
  visit: (add: (from: string, to: string) => void) => void,
): Edges {
  const [from, to]: [number[], number[]] = [[], []];
  visit((before, after) => {
    const [source, target] = [indexOf.get(before), indexOf.get(after)];
    if (source === undefined || target === undefined) return;
    from.push(source);
    to.push(target);
  });
  return { from, to };
}

/** One deletion after the other, behind everything that stays. */
function lastOfAll(wanted: Edges, kept: number, total: number): Edges {
  const [from, to] = [[...wanted.from], [...wanted.to]];
  for (let unit = kept; unit < total; unit += 1) {
    if (unit > kept) from.push(unit - 1);
    else for (let before = 0; before < kept; before += 1) from.push(before);
    while (to.length < from.length) to.push(unit);
  }
  return { from, to };
}

function layer(unitIds: readonly string[], { from, to }: Edges): Ordering {
  const id = (index: number): string => unitIds[index] ?? '';
  const graph = { nodeCount: unitIds.length, from: Int32Array.from(from), to: Int32Array.from(to) };
  const layering = layersOf(graph);
  if (layering.outcome === 'cyclic') return { outcome: 'cyclic', cycle: layering.cycle.map(id) };
  const edges = from.map((source, index): [string, string] => [id(source), id(to[index] ?? 0)]);
  return { outcome: 'ordered', order: { edges, waves: layering.layers.map((nodes) => nodes.map(id)) } };
}
