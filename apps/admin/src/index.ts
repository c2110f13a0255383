export { KNOWN_MIGRATIONS } from './known-migrations.js';
export { runAdmin } from './program.js';
export { AdminSettings } from './surroundings.js';
export type { Surroundings, Terminal } from './surroundings.js';
