import type { ChangeAction } from '@caisson/contracts';
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
  const kept = before.resources.map(({ address, type }): ResourceSummary => ({
    address,
    type,
    action: actionTo(address, unit, removed),
  }));
  const known = new Set(before.resources.map(({ address }) => address));
  const made = unit.resources.filter(({ address }) => !known.has(address));
  const resources = [...kept, ...made.map((resource): ResourceSummary => ({ ...resource, action: 'delete' }))];
  return { unitId: unit.unitId, engine: before.engine, action: removed ? 'create' : 'update', resources };
}

function doing(unit: UnitSummary, action: 'none' | 'delete'): UnitSummary {
  return { ...unit, action, resources: unit.resources.map((resource) => ({ ...resource, action })) };
}

/** What brings a resource back that stood before the run. */
function actionTo(address: string, { resources }: UnitSummary, removed: boolean): ChangeAction {
  const change = resources.find((resource) => resource.address === address)?.action ?? 'update';
  if (removed || change === 'delete') return 'create';
  return change === 'none' ? 'none' : 'update';
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
