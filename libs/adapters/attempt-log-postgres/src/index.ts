export { CreateAttemptLog } from './create-attempt-log.migration.js';
export { PostgresAttemptLogs } from './postgres-attempt-logs.js';
