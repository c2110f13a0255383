import { appendFunction } from './append-function.js';
import { readStreamFunction } from './load-stream-function.js';

/**
 * Events know where they were recorded in which trace (W3C `traceparent`), so that whoever reacts goes on with the same
 * trace, whatever brought the event. Outside of the hash: it is about the recording, not about the fact.
 *
 * `load_stream` stays as it is, for processes of before that still run: a statement that they have prepared fails for
 * good once its function answers other columns.
 */
export const EVENT_TRACING = [
  'alter table event add column traceparent text collate "C"',
  appendFunction('tracing'),
  readStreamFunction(),
];
