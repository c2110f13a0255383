export { Health } from './health.js';
export type { PartStatus, ServiceStatus, StatusProbe } from './health.js';
export { addOperationsRoutes, OPERATIONS_PATHS } from './operations-routes.js';
export type { BackgroundLoop, ServiceDefinition, ServiceFrame } from './service-definition.js';
export { CommonSettings, Flag, printableSettings, readSettings, variableName, WholeNumber } from './settings.js';
export type { Environment } from './settings.js';
export { Shutdown, SHUTDOWN_STAGES } from './shutdown.js';
export type { ShutdownStage } from './shutdown.js';
export { systemClock, systemIds, systemRandom } from './system.js';
