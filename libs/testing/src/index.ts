export { appliedUnit, engineCall, engineContract } from './engine.contract.js';
export type { EngineHarness } from './engine.contract.js';
export { eventually } from './eventually.js';
export { startSourceProcess } from './source-process.js';
export { createTestDatabase } from './test-database.js';
export type { TestDatabase } from './test-database.js';
export { testKafkaBrokers, testRedisUrl } from './test-stack.js';
export { lacks } from './tools.js';
export type { TestTool } from './tools.js';
