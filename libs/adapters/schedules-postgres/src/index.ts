export { CreateDriftSchedule } from './create-drift-schedule.migration.js';
export { PostgresSchedules } from './postgres-schedules.js';
export type { StoredTurn } from './postgres-schedules.js';
