export { createLogger } from './logger.js';
export type { Logger, LoggerOptions, LogLevel, ProcessLogger } from './logger.js';
export { Metrics } from './metrics.js';
export type { Scrape, TracedDuration } from './metrics.js';
export { activeTraceParent, inSpan, linkToTrace, nameRequestSpan, recordSpan, storeTracing } from './spans.js';
export type { SpanOptions } from './spans.js';
export { addToStory, currentStory, followCause, withStory } from './story.js';
export type { Cause, Story } from './story.js';
export { activeTraceId, startTracing } from './tracing.js';
