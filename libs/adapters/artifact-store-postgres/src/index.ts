export { CreateArtifact } from './create-artifact.migration.js';
export { PostgresArtifactStore } from './postgres-artifact-store.js';
