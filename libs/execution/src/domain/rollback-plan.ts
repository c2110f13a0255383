import type { AppliedResource, AppliedUnit, ChangeAction } from '@caisson/contracts';
import { jsonEquals } from '@caisson/kernel';
import { summaryOf, touchedUnits, type ExecutionState } from './execution.state.js';
import type { ResourceSummary, UnitSummary } from './task.state.js';
import type { UnitEdge } from './unit-graph.js';
import { findTask } from './work.js';

/** What undoes a run: per unit what to do, and in which order. */
export interface RollbackPlan {
  readonly units: readonly UnitSummary[];
  readonly edges: readonly UnitEdge[];
}

/**
 * Undoes what the run changed and nothing else, in the reverse of the order in which it was done: what was made is
 * removed, what was changed or removed is put back as it was before. Untouched units only carry order. O(V + E).
 */
export function planRollback(state: ExecutionState): RollbackPlan {
  const touched = touchedUnits(state);
  const own = [...state.apply.tasks].map((task) => undoing(state, summaryOf(task), touched.has(task.unitId)));
  const extra = [...touched.values()]
    .filter(({ unitId }) => findTask(state.apply, unitId) === undefined)
    .map((unit) => undoing(state, unit, true));
  return { units: [...own, ...extra], edges: [...reversedEdges(state), ...edgesOfExtras(state, extra)] };
}

/** Units that the plan changes, in its order. */
export function unitsToUndo(plan: RollbackPlan): readonly string[] {
  return plan.units.filter(({ action }) => action !== 'none').map(({ unitId }) => unitId);
}

function undoing(state: ExecutionState, unit: UnitSummary, touched: boolean): UnitSummary {
  const before = state.origin.get(unit.unitId);
  const removed = findTask(state.apply, unit.unitId)?.result === 'absent';
  if (!touched || (before === undefined && removed)) return doing(unit, 'none');
  if (before === undefined) return doing(unit, 'delete');
  const resources = backTo(before, unit, removed ? new Map() : standingIn(state, unit.unitId));
  return { unitId: unit.unitId, engine: before.engine, action: removed ? 'create' : 'update', resources };
}

type Standing = ReadonlyMap<string, AppliedResource>;

/** What there is of a unit now; undefined when nobody has seen it. */
function standingIn(state: ExecutionState, unitId: string): Standing | undefined {
  const result = findTask(state.apply, unitId)?.result;
  if (result === undefined || result === 'absent') return undefined;
  return new Map(result.applied.resources.map((resource) => [resource.address, resource]));
}

/** What brings each resource back: what is not known to be as it was is put back, to be sure. */
function backTo(before: AppliedUnit, unit: UnitSummary, standing: Standing | undefined): readonly ResourceSummary[] {
  const planned = new Map(unit.resources.map(({ action, address }) => [address, action]));
  const kept = before.resources.map((resource): ResourceSummary => {
    const { address, type } = resource;
    return { address, type, action: actionTo(resource, planned.get(address) ?? 'update', standing) };
  });
  const known = new Set(before.resources.map(({ address }) => address));
  const made = unit.resources.filter(({ address }) => !known.has(address));
  const removal = (address: string): ChangeAction => (standing?.has(address) === false ? 'none' : 'delete');
  return [...kept, ...made.map((resource) => ({ ...resource, action: removal(resource.address) }))];
}

function actionTo(before: AppliedResource, planned: ChangeAction, standing: Standing | undefined): ChangeAction {
  if (standing === undefined) return planned === 'delete' ? 'create' : planned === 'none' ? 'none' : 'update';
  const now = standing.get(before.address);
  if (now === undefined) return 'create';
  return jsonEquals(now.expected, before.expected) ? 'none' : 'update';
}

function doing(unit: UnitSummary, action: 'none' | 'delete'): UnitSummary {
  return { ...unit, action, resources: unit.resources.map((resource) => ({ ...resource, action })) };
}

function reversedEdges(state: ExecutionState): UnitEdge[] {
  const unitIds = [...state.apply.tasks].map(({ unitId }) => unitId);
  return state.apply.graph.successors.flatMap((targets, source) =>
    targets.map((target): UnitEdge => [unitIds[target] ?? '', unitIds[source] ?? '']),
  );
}

/** Units of an earlier cycle that the last plan no longer knows are put back in the order of their own dependencies. */
function edgesOfExtras(state: ExecutionState, extra: readonly UnitSummary[]): UnitEdge[] {
  const ids = new Set(extra.map(({ unitId }) => unitId));
  return extra.flatMap(({ unitId }) =>
    (state.origin.get(unitId)?.dependsOn ?? [])
      .filter((dependency) => ids.has(dependency))
      .map((dependency): UnitEdge => [dependency, unitId]),
  );
}
