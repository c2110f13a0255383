export { KeptLog } from './kept-log.js';
export { machineClock } from './machine-clock.js';
