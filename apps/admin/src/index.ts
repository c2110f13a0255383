export { runAdmin } from './program.js';
export type { Terminal } from './program.js';
export { AdminSettings } from './surroundings.js';
export type { Surroundings } from './surroundings.js';
