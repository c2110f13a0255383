export { announceEngines } from './announce-engines.js';
export { CreateInstalledEngine } from './create-installed-engine.migration.js';
export { PostgresInstalledEngines } from './postgres-installed-engines.js';
export type { EngineVersions } from './postgres-installed-engines.js';
