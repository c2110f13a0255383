export { DEFAULT_TERRAFORM_LIMITS } from './engine-options.js';
export type { TerraformEngineOptions, TerraformLimits } from './engine-options.js';
export { findTerraform } from './find-terraform.js';
export { CreateTerraformState } from './state-backend/create-terraform-state.migration.js';
export { PostgresTerraformStateStore, STATE_VERSIONS_MAX } from './state-backend/postgres-state-store.js';
export { registerStateBackend, STATE_PATH } from './state-backend/register-state-backend.js';
export { STATE_USER, TerraformStateBackend } from './state-backend/state-backend.js';
export type { StateRequest, StateResponse } from './state-backend/state-backend.js';
export { StateCredentials } from './state-backend/state-credentials.js';
export type { CredentialCheck, CredentialKey, StateGrant } from './state-backend/state-credentials.js';
export { STATE_BYTES_MAX } from './state-backend/state-document.js';
export type {
  StateHead,
  StateKey,
  StateLock,
  StateTransaction,
  TerraformStateStore,
} from './state-backend/state-store.js';
export { TerraformEngine } from './terraform-engine.js';
