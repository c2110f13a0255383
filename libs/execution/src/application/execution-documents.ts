import { outputsByAddress } from '@caisson/contracts';
import type { DocumentContext, NewDocument } from '@caisson/event-sourcing';
import type { JsonObject } from '@caisson/kernel';
import type { ExecutionEvent } from '../domain/execution.events.js';
import { activePhase, workOf, type ExecutionState } from '../domain/execution.state.js';
import { hasEnded, needsNoTask, taskIdOf, type Task, type TaskPhase, type TaskWait } from '../domain/task.state.js';
import { findTask, type Work } from '../domain/work.js';

/** Tasks of a phase that are shown when it begins; in a larger plan the others appear as they change. */
const TASKS_AT_START_MAX = 2_000;

/**
 * The read models of an execution: `execution` by run id, and `task` by task id for every task that changed. Members
 * that are not known are left out.
 */
export function documentsOf(
  state: ExecutionState,
  events: readonly ExecutionEvent[],
  context: DocumentContext,
): readonly NewDocument[] {
  const { run } = state;
  if (run === undefined) return [];
  const ends = new Map<string, TaskEnd>();
  const changed = new Map<string, { readonly phase: TaskPhase; readonly task: Task }>();
  for (const event of events) {
    for (const [phase, task] of tasksOf(state, event))
      changed.set(taskIdOf(run.runId, { ...task, phase }), { phase, task });
    const end = endOf(event);
    if (end !== undefined) ends.set(end.taskId, end);
  }
  const tasks = [...changed].map(([taskId, { phase, task }]): NewDocument => {
    const body = { taskId, ...run, phase, ...taskBody(task, state.cycle), ...ends.get(taskId)?.body };
    return { collection: 'task', id: taskId, body };
  });
  return showsAnew(state, events) ? [...tasks, executionDocument(state, context)] : tasks;
}

/**
 * Whether the execution itself looks different: it went on, or its progress did by a whole percent. A large run has
 * thousands of results, and nobody reads as many pictures of it.
 */
function showsAnew({ apply }: ExecutionState, events: readonly ExecutionEvent[]): boolean {
  if (!events.every((event) => 'unitId' in event || event.type === 'TasksAcquired')) return true;
  const percent = (ended: number): number => Math.floor((100 * ended) / Math.max(1, apply.total));
  return percent(apply.ended) !== percent(apply.ended - events.filter((event) => endsTask(event)).length);
}

function endsTask(event: ExecutionEvent): boolean {
  switch (event.type) {
    case 'TaskSucceeded':
    case 'TaskCancelled':
      return true;
    case 'TaskResolved':
      return event.outcome === 'done';
    case 'TaskFailed':
    case 'TaskTimedOut':
      return event.final;
    default:
      return false;
  }
}

function executionDocument(state: ExecutionState, context: DocumentContext): NewDocument {
  const work = workOf(state, activePhase(state));
  const { cycle, failure, phase, planDigest, progress, run } = state;
  const body: JsonObject = {
    runId: run?.runId ?? '',
    deploymentId: run?.deploymentId ?? '',
    state: phase,
    cycle,
    progress,
    tasksTotal: work.total,
    tasksEnded: work.ended,
    planDigest,
    updatedAt: context.occurredAt,
    ...(failure === undefined ? {} : { failure: failure as unknown as JsonObject }),
  };
  return { collection: 'execution', id: run?.runId ?? '', body };
}

function taskBody(task: Task, cycle: number): JsonObject {
  const { unitId, engine, action, state, attempt, startedAt, finishedAt, failure, log, unknown, waiting } = task;
  const resources = task.resources.map(({ action: own, address, type }) => ({ address, type, action: own }));
  return {
    ...{ unitId, engine, action, resources, state, attempt },
    ...(unknown ? { outcomeUnknown: true } : {}),
    ...(startedAt === undefined ? {} : { startedAt }),
    ...(finishedAt === undefined || !hasEnded(task) ? {} : { finishedAt }),
    ...(failure === undefined || state === 'succeeded' ? {} : { failure: failure as unknown as JsonObject }),
    ...(waiting === undefined ? {} : { waiting: waitBody(waiting, cycle) }),
    ...(log === undefined ? {} : { log }),
  };
}

/** Without what was received: it goes to the engine, which says what of it is an output. */
function waitBody({ callback, reason, received, since, until }: TaskWait, cycle: number): JsonObject {
  return { cycle, reason, since, until, callback, ...(received === undefined ? {} : { receivedAt: received.at }) };
}

/** What only the fact itself knows: the proof, and the output of the attempt that ended well. */
interface TaskEnd {
  readonly taskId: string;
  readonly body: JsonObject;
}

function endOf(event: ExecutionEvent): TaskEnd | undefined {
  if (event.type === 'TaskResolvedByPerson') {
    const { at, by, evidence, outcome } = event;
    return { taskId: taskIdOf(event.runId, event), body: { resolution: { outcome, evidence, by, at } } };
  }
  if (event.type !== 'TaskSucceeded' && event.type !== 'TaskResolved') return undefined;
  const outputs = event.applied === undefined ? {} : { outputs: outputsByAddress(event.applied) };
  return { taskId: taskIdOf(event.runId, event), body: { evidence: event.evidence, ...outputs, log: event.log } };
}

/** The tasks that a fact shows anew: its own, or all of a phase that begins. */
function tasksOf(state: ExecutionState, event: ExecutionEvent): readonly (readonly [TaskPhase, Task])[] {
  if (event.type === 'ExecutionStarted') return realTasks('apply', state.apply);
  if (event.type === 'RollbackStarted') return realTasks('rollback', state.rollback);
  if (!('unitId' in event)) return [];
  const task = findTask(workOf(state, event.phase), event.unitId);
  return task === undefined ? [] : [[event.phase, task]];
}

function realTasks(phase: TaskPhase, work: Work): readonly (readonly [TaskPhase, Task])[] {
  const tasks = [...work.tasks].filter((task) => !needsNoTask(task)).slice(0, TASKS_AT_START_MAX);
  return tasks.map((task) => [phase, task]);
}
