export { fetchKafka, startKafka, stopKafka } from './kafka.js';
export type { LocalKafka } from './kafka.js';
export { startProcess, stopProcess } from './managed-process.js';
export type { EndSignal, ManagedProcess, ProcessSpec } from './managed-process.js';
export { describeMissing, findPrerequisites } from './prerequisites.js';
export type { Prerequisite, PrerequisiteName } from './prerequisites.js';
export { startRedis } from './redis.js';
export type { LocalRedis, LocalServerOptions } from './redis.js';
