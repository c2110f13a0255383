export { EngineSettings } from './engine-settings.js';
export { ENGINE_MIGRATIONS, openEngines } from './open-engines.js';
export type { EngineParts, Engines } from './open-engines.js';
