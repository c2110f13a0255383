import { invariant } from '@caisson/kernel';
import { ChunkedList } from './chunked-list.js';
import { hasEnded, isRunning, needsNoTask, type Task, type UnitSummary } from './task.state.js';
import { buildGraph, type UnitEdge, type UnitGraph } from './unit-graph.js';

/** The tasks of one phase, with counts kept up to date so that a result costs its own neighbours only. */
export interface Work {
  readonly graph: UnitGraph;
  readonly tasks: ChunkedList<Task>;
  /** Units with something to do. */
  readonly total: number;
  /** Of those, the ones that are over: succeeded, failed, timed out or cancelled. */
  readonly ended: number;
  /** Of those, the ones that succeeded. */
  readonly succeeded: number;
  /** Tasks whose tool may run. */
  readonly running: number;
}

/** A phase without units. */
export const NO_WORK: Work = {
  graph: buildGraph([], []),
  tasks: ChunkedList.of<Task>([]),
  total: 0,
  ended: 0,
  succeeded: 0,
  running: 0,
};

/** Lays out a phase: every unit pending; units without a change that wait for nothing are over at once. O(V + E). */
export function layOut(units: readonly UnitSummary[], edges: readonly UnitEdge[]): Work {
  const graph = buildGraph(
    units.map(({ unitId }) => unitId),
    edges,
  );
  const tasks = units.map((unit, index): Task => ({
    ...unit,
    state: 'pending',
    attempt: 0,
    blockers: graph.blockers[index] ?? 0,
    touched: false,
    final: false,
    unknown: false,
  }));
  const total = units.filter((unit) => !needsNoTask(unit)).length;
  let work: Work = { ...NO_WORK, graph, tasks: ChunkedList.of(tasks), total };
  for (const [index, task] of tasks.entries()) {
    if (needsNoTask(task) && task.blockers === 0) work = passOver(work, index);
  }
  return work;
}

/** The place of a unit in its phase. @throws InvariantViolation for a unit that the phase does not have. */
export function indexOf(work: Work, unitId: string): number {
  const index = work.graph.indexOf.get(unitId);
  invariant(index !== undefined, `no unit ${unitId} in this phase`);
  return index;
}

/** The task of a unit; undefined when the phase does not have it. */
export function findTask(work: Work, unitId: string): Task | undefined {
  const index = work.graph.indexOf.get(unitId);
  return index === undefined ? undefined : work.tasks.at(index);
}

/** Replaces a task and keeps the counts; a success unblocks what waits for it. O(neighbours). */
export function replaceTask(work: Work, index: number, task: Task): Work {
  const before = work.tasks.at(index);
  const changed: Work = {
    ...work,
    tasks: work.tasks.with(index, task),
    ended: work.ended + difference(hasEnded(before), hasEnded(task)),
    succeeded: work.succeeded + difference(before.state === 'succeeded', task.state === 'succeeded'),
    running: work.running + difference(isRunning(before), isRunning(task)),
  };
  return before.state !== 'succeeded' && task.state === 'succeeded' ? unblock(changed, index) : changed;
}

/** Tasks that wait for nothing and are not queued yet. O(V). */
export function readyTasks(work: Work): readonly Task[] {
  return [...work.tasks].filter((task) => isReady(task));
}

/** Tasks that became ready by the success of one. Looks through units without a change. O(neighbours). */
export function readyAfter(work: Work, unitId: string): readonly Task[] {
  const ready: Task[] = [];
  const seen = new Set<number>();
  const open = [...(work.graph.successors[indexOf(work, unitId)] ?? [])];
  for (let index = open.pop(); index !== undefined; index = open.pop()) {
    if (seen.has(index)) continue;
    seen.add(index);
    const task = work.tasks.at(index);
    if (isReady(task)) ready.push(task);
    else if (needsNoTask(task) && task.state === 'succeeded') open.push(...(work.graph.successors[index] ?? []));
  }
  return ready.reverse();
}

function isReady(task: Task): boolean {
  return task.state === 'pending' && task.blockers === 0 && !needsNoTask(task);
}

/** A unit without a change: over without a task, and not counted as one. */
function passOver(work: Work, index: number): Work {
  const task = work.tasks.at(index);
  return unblock({ ...work, tasks: work.tasks.with(index, { ...task, state: 'succeeded' }) }, index);
}

/** Counts a success down in what waits for it, through units without a change. A loop: such a chain may be long. */
function unblock(work: Work, succeeded: number): Work {
  let tasks = work.tasks;
  const open = [succeeded];
  for (let from = open.pop(); from !== undefined; from = open.pop()) {
    for (const index of work.graph.successors[from] ?? []) {
      const task = tasks.at(index);
      const blockers = task.blockers - 1;
      const passedOver = blockers === 0 && needsNoTask(task);
      tasks = tasks.with(index, { ...task, blockers, ...(passedOver ? { state: 'succeeded' } : {}) });
      if (passedOver) open.push(index);
    }
  }
  return { ...work, tasks };
}

function difference(before: boolean, after: boolean): number {
  return Number(after) - Number(before);
}
