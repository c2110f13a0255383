export { WaitEngine } from './wait-engine.js';
export type { CheckTrial, UrlProbe } from './wait-engine.js';
