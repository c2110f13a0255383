export { AesSecretBox, parseSecretKeys } from './aes-secret-box.js';
export type { SecretKey } from './aes-secret-box.js';
export { CreateArtifact } from './create-artifact.migration.js';
export { PostgresArtifactStore } from './postgres-artifact-store.js';
