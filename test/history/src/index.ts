export { replay } from './replay.js';
export type { RecordedHistory, RecordedStream } from './replay.js';
