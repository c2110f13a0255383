export type { TerraformEngineOptions, TerraformLimits } from './engine-options.js';
export { findTerraform } from './find-terraform.js';
export { CreateTerraformState } from './state-backend/create-terraform-state.migration.js';
export { PostgresTerraformStateStore } from './state-backend/postgres-state-store.js';
export { registerStateBackend, STATE_PATH } from './state-backend/register-state-backend.js';
export { TerraformStateBackend } from './state-backend/state-backend.js';
export { StateCredentials } from './state-backend/state-credentials.js';
export { TerraformEngine } from './terraform-engine.js';
