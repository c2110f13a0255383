export { startStandalone } from './standalone.js';
export type { Standalone } from './standalone.js';
export { StandaloneSettings } from './standalone-settings.js';
