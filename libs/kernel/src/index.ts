export { accept, reject } from './decider.js';
export type { Decider, Decision } from './decider.js';
export { digestOf, sha256 } from './digest.js';
export { Fault, InvariantViolation, invariant, isRetryable, messageOf, unreachable } from './errors.js';
export { deterministicId, isUuid, uuidV7 } from './ids.js';
export type { IdGenerator } from './ids.js';
export { canonicalJson, jsonEquals } from './json.js';
export type { Json, JsonObject } from './json.js';
export type { Clock, Instant, Random } from './time.js';
