export type { AttemptLog, AttemptLogPage, AttemptLogRef, AttemptLogs } from './attempt-log.js';
export type { ArtifactStore } from './artifact-store.js';
export { attributeAt, DRY_RUN_UNAVAILABLE, EngineFailure, soleResource } from './engine.js';
export type {
  ApplyRequest,
  ApplyResult,
  Engine,
  EngineCall,
  EngineCapabilities,
  EngineRegistry,
  ErrorClass,
  Observation,
  PlanRequest,
  ResourceInput,
  ResourceState,
  UnitInput,
  UnitPlan,
  UnknownProperty,
  WaitableRequest,
} from './engine.js';
export { isWaiting } from './waiting.js';
export type { Wait, Waited, Waiting } from './waiting.js';
export type { Runner, RunnerRegistry } from './runner-registry.js';
export type { CredentialSource, CredentialUse, EngineOperation, Secrets } from './credentials.js';
export type { Envelope, EnvelopeSealer, SecretBox } from './secret-box.js';
