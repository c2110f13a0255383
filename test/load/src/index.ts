export { describeMachine } from './harness/machine.js';
export type { Machine } from './harness/machine.js';
