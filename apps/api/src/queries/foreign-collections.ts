/** Read models that other services write and the API shows. Keep in step with planning, execution and drift. */
export const FOREIGN_COLLECTIONS = {
  /** By digest; bodies have `plan`. */
  plan: 'plan',
  /** By run id; bodies have `progress`: the percentage of tasks that are over, never falling. */
  execution: 'execution',
  /** By task id; bodies have `taskId`, `runId`, `unitId`, `state`, `attempt`. */
  task: 'task',
  /** By scan id; bodies have `id`, `deploymentId`, `status`, `items`, `unreadable`. */
  driftReport: 'drift-report',
} as const;
