export { systemClock, systemIds, systemRandom } from './system.js';
