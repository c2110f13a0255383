import type { AppliedResource, ResourceEffect, RunEffects } from '@caisson/contracts';
import { jsonEquals } from '@caisson/kernel';
import type { ExecutionState } from './execution.state.js';
import { OUTCOME_UNKNOWN } from './outcome-unknown.js';
import { isRunning, needsNoTask, type ResourceSummary, type Task } from './task.state.js';

/** What the present cycle of a run did to the world, resource by resource, in the order of its plan. O(resources). */
export function effectsOf({ apply, baseline }: ExecutionState): RunEffects {
  const effects = { done: [] as ResourceEffect[], notDone: [] as ResourceEffect[], unknown: [] as ResourceEffect[] };
  for (const task of apply.tasks) {
    if (needsNoTask(task)) continue;
    const changing = task.resources.filter(({ action }) => action !== 'none');
    const before = byAddress(baseline.get(task.unitId)?.resources);
    for (const resource of changing) {
      const { action, address } = resource;
      const effect = { unitId: task.unitId, address, action };
      const kind = kindOf(task, resource, before.get(address));
      if (kind === 'partly') effects.done.push({ ...effect, partly: true });
      else effects[kind].push(effect);
    }
  }
  return effects;
}

function kindOf(
  task: Task,
  resource: ResourceSummary,
  before: AppliedResource | undefined,
): keyof RunEffects | 'partly' {
  if (task.state === 'succeeded') return 'done';
  if (isRunning(task) || task.failure?.code === OUTCOME_UNKNOWN) return 'unknown';
  if (!task.touched) return 'notDone';
  if (task.result === undefined) return 'unknown';
  return kindOfPart(task, resource, before);
}

/** What became of one resource of a task that ended half way, by what it left. */
function kindOfPart(
  task: Task,
  resource: ResourceSummary,
  before: AppliedResource | undefined,
): keyof RunEffects | 'partly' {
  const after = resourcesLeftBy(task).find(({ address }) => address === resource.address);
  if (resource.action === 'delete') return after === undefined ? 'done' : 'notDone';
  if (jsonEquals(after?.expected ?? {}, before?.expected ?? {})) return 'notDone';
  // The failure may be its own: what was made beside others is whole, or the tool would have said so.
  return resource.action === 'create' && task.resources.length > 1 ? 'done' : 'partly';
}

function resourcesLeftBy({ result }: Task): readonly AppliedResource[] {
  return result === undefined || result === 'absent' ? [] : result.applied.resources;
}

function byAddress(resources: readonly AppliedResource[] | undefined): ReadonlyMap<string, AppliedResource> {
  return new Map((resources ?? []).map((resource) => [resource.address, resource]));
}
