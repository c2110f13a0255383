export { EXECUTION_LIMITS } from './application/execution-limits.js';
export type { ExecutionLimits } from './application/execution-limits.js';
export type { ExecutionObserver, ExecutionPorts, HttpProbe, OldRunners } from './application/ports.js';
export {
  EXECUTION_CONTROL_QUEUE,
  EXECUTION_QUEUE,
  jobFor,
  parseRequestRef,
} from './application/react-to-deployment.js';
export type { ExecutionRequestRef } from './application/react-to-deployment.js';
export { requestCancel } from './application/request-cancel.js';
export { runExecution } from './application/run-execution.js';
export type { AskingEvent, RunRequest } from './application/run-execution.js';
export { Slots } from './application/slots.js';
export type { Slot, SlotLimits, SlotRequest } from './application/slots.js';
