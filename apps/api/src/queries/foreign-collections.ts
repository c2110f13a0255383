/** Read models of planning, execution, drift and webhooks that the API shows. Keep in step with them. */
export const FOREIGN_COLLECTIONS = {
  /** By digest; bodies have `plan`. */
  plan: 'plan',
  /** By run id; bodies have `progress`: the percentage of tasks that are over, never falling. */
  execution: 'execution',
  /** By task id; bodies have `taskId`, `runId`, `unitId`, `state`, `attempt`. */
  task: 'task',
  /** By scan id; bodies have `id`, `deploymentId`, `status`, `items`, `unreadable`. */
  driftReport: 'drift-report',
  /** By an id that rises with time; bodies are deliveries as the API shows them. */
  delivery: 'delivery',
} as const;
