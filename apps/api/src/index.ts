export { ApiModule } from './api.module.js';
export { API_PROBLEMS } from './http/api-problems.js';
export { describeApi } from './http/api-document.js';
export type { ApiPorts } from './ports.js';
