export { startSandboxCloud } from './start-sandbox-cloud.js';
export type { SandboxCloud, SandboxCloudOptions } from './start-sandbox-cloud.js';
