export { simulate } from './simulate.js';
export type { SimulationOptions, SimulationResult } from './simulate.js';
