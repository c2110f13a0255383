export type { SandboxCloudEndpoint } from './cloud-client.js';
export { SandboxEngine } from './sandbox-engine.js';
