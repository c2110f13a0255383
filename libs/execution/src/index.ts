export { executionDecider } from './domain/execution.decide.js';
export type { AttemptRef, ExecutionCommand, ExecutionRejection, RetryOffer } from './domain/execution.commands.js';
export type { ExecutionEvent, FailurePolicy } from './domain/execution.events.js';
export type { ExecutionPhase, ExecutionState } from './domain/execution.state.js';
