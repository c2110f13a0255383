export { tryCheck } from './application/checks.js';
export type { Tried, TryAround } from './application/checks.js';
export { EXECUTION_LIMITS } from './application/execution-limits.js';
export type { ExecutionLimits } from './application/execution-limits.js';
export type {
  ExecutionObserver,
  ExecutionPorts,
  CheckCommand,
  CheckWorld,
  OldRunners,
  OldRunnersOf,
} from './application/ports.js';
export {
  EXECUTION_CONTROL_QUEUE,
  EXECUTION_QUEUE,
  EXECUTION_REACTS_TO,
  jobFor,
} from './application/react-to-deployment.js';
export { runExecution } from './application/run-execution.js';
export type { AskingEvent, RunRequest } from './application/run-execution.js';
export { Slots } from './application/slots.js';
export type { Slot, SlotLimits, SlotRequest } from './application/slots.js';
export { StreamLooks } from './application/stream-looks.js';
export { workOffJob } from './application/work-off-job.js';
export type { JobTry } from './application/work-off-job.js';
export { executionAggregate } from './application/execution.aggregate.js';
