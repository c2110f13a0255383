export { WaitEngine } from './wait-engine.js';
export type { UrlProbe } from './wait-engine.js';
