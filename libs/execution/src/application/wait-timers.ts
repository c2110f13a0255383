import { HEAD_START_MS } from '@caisson/contracts';
import type { NewJob } from '@caisson/event-sourcing';
import type { Instant, Json } from '@caisson/kernel';
import type { ExecutionEvent, OfAttempt } from '../domain/execution.events.js';
import type { ExecutionState } from '../domain/execution.state.js';
import type { TaskRef } from '../domain/task.state.js';
import { EXECUTION_QUEUE } from './react-to-deployment.js';

type TaskWaiting = Extract<ExecutionEvent, OfAttempt & { type: 'TaskWaiting' }>;

/**
 * The timers of waits that begin with these facts: jobs that are recorded with them and are not due before somebody has
 * to look again. A job asks for what the run's last start asked for, so whoever takes it carries the run on.
 */
export function timersOf(
  { askedBy, cycle, run }: ExecutionState,
  events: readonly ExecutionEvent[],
  now: Instant,
): readonly NewJob[] {
  if (run === undefined) return [];
  const begun = events.filter((event): event is TaskWaiting => event.type === 'TaskWaiting');
  return begun.map(({ attempt, phase, unitId, until }) => ({
    queue: EXECUTION_QUEUE,
    key: `${run.runId}/wait/${phase}/${unitId}/${cycle}.${attempt}`,
    payload: { streamId: `deployment-${run.deploymentId}`, version: askedBy, waits: { phase, unitId } },
    delayMs: Math.max(0, Date.parse(until) - Date.parse(now)),
    headStartMs: HEAD_START_MS.urgent, // What was begun goes on before something new is.
  }));
}

/** The task whose timer a job is; undefined for every other job. */
export function timedTask(payload: Json): TaskRef | undefined {
  if (typeof payload !== 'object' || payload === null || !('waits' in payload)) return undefined;
  return payload['waits'] as unknown as TaskRef;
}
