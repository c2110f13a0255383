import type { RunEffects, UnitEffect } from '@caisson/contracts';
import type { ExecutionState } from './execution.state.js';
import { OUTCOME_UNKNOWN } from './outcome-unknown.js';
import { isRunning, needsNoTask, type Task } from './task.state.js';

/** What the present cycle of a run did to the world, unit by unit, in the order of its plan. O(V). */
export function effectsOf({ apply }: ExecutionState): RunEffects {
  const effects = { done: [] as UnitEffect[], notDone: [] as UnitEffect[], unknown: [] as UnitEffect[] };
  for (const task of apply.tasks) {
    if (needsNoTask(task)) continue;
    const { unitId, action } = task;
    const kind = kindOf(task);
    if (kind === 'partly') effects.done.push({ unitId, action, partly: true });
    else effects[kind].push({ unitId, action });
  }
  return effects;
}

function kindOf(task: Task): keyof RunEffects | 'partly' {
  if (task.state === 'succeeded') return 'done';
  if (isRunning(task) || task.failure?.code === OUTCOME_UNKNOWN) return 'unknown';
  if (!task.touched) return 'notDone';
  return task.result === undefined ? 'unknown' : 'partly';
}
