export { createLogger } from './logger.js';
export type { Logger, LoggerOptions } from './logger.js';
export { Metrics } from './metrics.js';
export { activeTraceParent, inSpan, linkToTrace, nameRequestSpan, recordSpan, storeTracing } from './spans.js';
export type { SpanOptions } from './spans.js';
export { currentStory, followCause, withStory } from './story.js';
export type { Cause, Story } from './story.js';
export { activeTraceId, startTracing } from './tracing.js';
