import {
  TASK_TRANSITIONS,
  type AppliedUnit,
  type ChangeAction,
  type Failure,
  type TaskState,
} from '@caisson/contracts';
import { invariant, type Instant, type Json } from '@caisson/kernel';

/** A unit's own change, or the one that undoes it. */
export type TaskPhase = 'apply' | 'rollback';

/** Names a task within its execution. */
export interface TaskRef {
  readonly phase: TaskPhase;
  readonly unitId: string;
}

/** What the plan says about one resource of a unit, as far as bookkeeping goes. */
export interface ResourceSummary {
  readonly address: string;
  readonly type: string;
  readonly action: ChangeAction;
}

/** What the plan says about a unit, as far as order and bookkeeping go. */
export interface UnitSummary {
  readonly unitId: string;
  readonly engine: string;
  readonly action: ChangeAction;
  /** What happens to each of its resources, those included that go. */
  readonly resources: readonly ResourceSummary[];
}

/** What is known to stand for a unit after a task: the unit, or nothing. */
export type TaskResult = { readonly applied: AppliedUnit } | 'absent';

/** A unit being executed. */
export interface Task extends UnitSummary {
  readonly state: TaskState;
  /** Attempts started so far. */
  readonly attempt: number;
  /** Units that it still waits for. */
  readonly blockers: number;
  /** Whether the world may differ because of this run: what a rollback must undo. Stays true until it was undone. */
  readonly touched: boolean;
  /** No retry follows the failure. */
  readonly final: boolean;
  /** The attempt's outcome could not be known yet; nothing is tried again before the world was read. */
  readonly unknown: boolean;
  /** Absent: the unit stands as it did before. */
  readonly result?: TaskResult;
  readonly failure?: Failure;
  /** Last lines of the tool's output in the last attempt that failed. */
  readonly log?: readonly string[];
  /** What it waits for, outside of every process. Only while `running`. */
  readonly waiting?: TaskWait;
  /** When a retry is due. Only while `retrying`. */
  readonly dueAt?: Instant;
  readonly startedAt?: Instant;
  readonly finishedAt?: Instant;
}

/** A wait of a task, as its engine asked for it. */
export interface TaskWait {
  readonly reason: string;
  readonly since: Instant;
  /** When the engine is asked again at the latest. */
  readonly until: Instant;
  /** Whether a callback may end it. */
  readonly callback: boolean;
  /** Whether the world may have been changed before. */
  readonly touched: boolean;
  /** The callback that came, until the engine has heard of it. */
  readonly received?: { readonly payload: Json; readonly at: Instant };
}

/** A unit that is as desired needs no task: it counts as succeeded once what it waits for has. */
export function needsNoTask(unit: UnitSummary): boolean {
  return unit.action === 'none';
}

/** Whether the table of task states allows these steps one after the other. */
export function canMove(from: TaskState, ...path: readonly TaskState[]): boolean {
  let current = from;
  for (const next of path) {
    if (!TASK_TRANSITIONS[current].includes(next)) return false;
    current = next;
  }
  return true;
}

/**
 * The task in its next state.
 *
 * @throws InvariantViolation when the table of task states has no such step: the history is not one of ours.
 */
export function moveTask(task: Task, to: TaskState, changes: Partial<Task> = {}): Task {
  invariant(canMove(task.state, to), `task ${task.unitId} cannot go from ${task.state} to ${to}`);
  return { ...task, ...changes, state: to };
}

/** Whether nothing follows from this task any more, unless a person asks. */
export function hasEnded(task: Task): boolean {
  const failed = task.state === 'failed' || task.state === 'timed_out';
  return task.state === 'succeeded' || task.state === 'cancelled' || (failed && task.final);
}

/** Whether a tool may be changing the world for this task. */
export function isRunning(task: Task): boolean {
  return task.state === 'running';
}

const ROLLBACK_SUFFIX = '/rollback';

/** The id of a task in events and read models: `<run>/<unit>`, with `/rollback` for the undoing. */
export function taskIdOf(runId: string, task: TaskRef): string {
  return task.phase === 'apply' ? `${runId}/${task.unitId}` : `${runId}/${task.unitId}/rollback`;
}

/** The id of an attempt in read models and logs: `<task>/<cycle>.<attempt>`. */
export function attemptIdOf(taskId: string, cycle: number, attempt: number): string {
  return `${taskId}/${cycle}.${attempt}`;
}

/** The task behind an id of `taskIdOf`; undefined for one of another run. */
export function taskRefOf(runId: string, taskId: string): TaskRef | undefined {
  if (!taskId.startsWith(`${runId}/`)) return undefined;
  const rest = taskId.slice(runId.length + 1);
  const undone = rest.endsWith(ROLLBACK_SUFFIX);
  return undone
    ? { phase: 'rollback', unitId: rest.slice(0, -ROLLBACK_SUFFIX.length) }
    : { phase: 'apply', unitId: rest };
}

/**
 * Names the intended change of the world. The same for every attempt; another one in each cycle of a run, since a run
 * that is tried again after a rollback means to make the same unit once more.
 *
 * @param cycle - 1 for the first start of a run.
 */
export function actionKeyOf(
  run: { readonly deploymentId: string; readonly runId: string },
  cycle: number,
  task: TaskRef,
): string {
  const parts = [run.deploymentId, run.runId, task.unitId];
  if (cycle > 1) parts.push(String(cycle));
  if (task.phase === 'rollback') parts.push('rollback');
  return parts.join('/');
}
