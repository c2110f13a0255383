/** The 9 states of a task. */
export const TASK_STATES = [
  'pending',
  'queued',
  'acquired',
  'running',
  'succeeded',
  'failed',
  'timed_out',
  'retrying',
  'cancelled',
] as const;

/** A state of a task: one of `TASK_STATES`. */
export type TaskState = (typeof TASK_STATES)[number];

/** From each state, the states that may follow. Keep in step with `docs/reference/task-states.md`. */
export const TASK_TRANSITIONS: Readonly<Record<TaskState, readonly TaskState[]>> = {
  pending: ['queued', 'cancelled'],
  queued: ['acquired', 'cancelled', 'timed_out'],
  acquired: ['running', 'cancelled'],
  running: ['succeeded', 'failed', 'timed_out'],
  failed: ['retrying', 'cancelled'],
  timed_out: ['retrying', 'cancelled', 'failed'],
  retrying: ['queued'],
  succeeded: [],
  cancelled: [],
};
