export { readCron } from './read-cron.js';
export type { CronReading, CronText } from './read-cron.js';
