export { KeptLog } from './kept-log.js';
