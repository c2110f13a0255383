import type { AppliedUnit, Failure } from '@caisson/contracts';
import type { FailurePolicy, InRun } from './execution.events.js';
import { isRunning, type Task, type TaskPhase, type UnitSummary } from './task.state.js';
import { findTask, NO_WORK, type Work } from './work.js';

/** Where an execution is. The last five are ends; `failed` and `rollback-failed` may still be rolled back. */
export type ExecutionPhase =
  | 'absent'
  | 'applying'
  | 'verifying'
  | 'cancelling'
  | 'rolling-back'
  | 'verified'
  | 'failed'
  | 'cancelled'
  | 'rolled-back'
  | 'rollback-failed';

/** The execution of one run, folded. */
export interface ExecutionState {
  readonly phase: ExecutionPhase;
  readonly run: InRun | undefined;
  /** Counts the starts of the run. */
  readonly cycle: number;
  /** Version of the deployment's stream behind the last start or asked rollback that was acted on. */
  readonly askedBy: number;
  /** The same of the last cancel; it concerns starts before it only. 0 = none. */
  readonly cancelAskedBy: number;
  readonly cancelReason: string;
  readonly onFailure: FailurePolicy;
  readonly planDigest: string;
  readonly apply: Work;
  readonly rollback: Work;
  /** What stood before the run first changed anything: what a rollback goes back to. */
  readonly origin: ReadonlyMap<string, AppliedUnit>;
  /** What stood before the present cycle. */
  readonly baseline: ReadonlyMap<string, AppliedUnit>;
  /** Units that an earlier cycle changed and nobody undid. */
  readonly earlier: ReadonlyMap<string, UnitSummary>;
  /** The first thing that went wrong in the present phase. */
  readonly failure: Failure | undefined;
  /** 0 to 100, never falls. */
  readonly progress: number;
}

/** Before the run was started. */
export const INITIAL_STATE: ExecutionState = {
  phase: 'absent',
  run: undefined,
  cycle: 0,
  askedBy: 0,
  cancelAskedBy: 0,
  cancelReason: '',
  onFailure: 'keep',
  planDigest: '',
  apply: NO_WORK,
  rollback: NO_WORK,
  origin: new Map(),
  baseline: new Map(),
  earlier: new Map(),
  failure: undefined,
  progress: 0,
};

/** The tasks of a phase. */
export function workOf(state: ExecutionState, phase: TaskPhase): Work {
  return phase === 'apply' ? state.apply : state.rollback;
}

/**
 * Tasks that were started and have not ended; one that waits for something outside is one of them. An execution that is
 * over has none: nobody follows what an abandoned one left running, and it must not take room for ever.
 */
export function tasksInFlight(state: ExecutionState): number {
  return isOpen(state) ? workOf(state, activePhase(state)).running : 0;
}

/** The phase whose tasks are being worked on. */
export function activePhase(state: ExecutionState): TaskPhase {
  return state.phase === 'rolling-back' || state.phase === 'rollback-failed' ? 'rollback' : 'apply';
}

/** Whether an executor still has something to do. */
export function isOpen(state: ExecutionState): boolean {
  return ['applying', 'verifying', 'cancelling', 'rolling-back'].includes(state.phase);
}

/** What stands for a unit now, as far as is recorded. */
export function appliedUnit(state: ExecutionState, unitId: string): AppliedUnit | undefined {
  const result = findTask(state.apply, unitId)?.result;
  if (result === undefined) return state.baseline.get(unitId);
  return result === 'absent' ? undefined : result.applied;
}

/** Everything that stands now, by unit: what was there before, with this run's results. O(V). */
export function appliedUnits(state: ExecutionState): readonly AppliedUnit[] {
  const standing = new Map(state.baseline);
  for (const task of state.apply.tasks) {
    if (task.result === 'absent') standing.delete(task.unitId);
    else if (task.result !== undefined) standing.set(task.unitId, task.result.applied);
  }
  return [...standing.values()];
}

/** Units that this run changed, or may have (a tool that was left running may too), and that nobody undid. O(V). */
export function touchedUnits(state: ExecutionState): ReadonlyMap<string, UnitSummary> {
  const touched = new Map<string, UnitSummary>(state.earlier);
  for (const task of state.apply.tasks) if (task.touched || isRunning(task)) touched.set(task.unitId, summaryOf(task));
  return touched;
}

/** Whether all that a run has under way waits for something outside: then nobody holds it. O(V). */
export function waitsOnly(state: ExecutionState): boolean {
  const running = [...workOf(state, activePhase(state)).tasks].filter((task) => isRunning(task));
  return running.length > 0 && running.every(({ waiting }) => waiting !== undefined);
}

/** The task without what happened to it. */
export function summaryOf(task: Task): UnitSummary {
  const { unitId, engine, resources, action } = task;
  return { unitId, engine, action, resources };
}
