import { appendFunction } from './append-function.js';
import { loadStreamFunction } from './load-stream-function.js';

/**
 * Events know where they were recorded in which trace (W3C `traceparent`), so that whoever reacts goes on with the same
 * trace, whatever brought the event. Outside of the hash: it is about the recording, not about the fact.
 */
export const EVENT_TRACING = [
  'alter table event add column traceparent text collate "C"',
  appendFunction('tracing'),
  'drop function load_stream(text, text, uuid, int, bigint)',
  loadStreamFunction({ traces: true }),
];
