export { createLogger } from './logger.js';
export type { Logger, LoggerOptions } from './logger.js';
export { Metrics } from './metrics.js';
export { currentStory, withStory } from './story.js';
export type { Story } from './story.js';
export { activeTraceId, startTracing } from './tracing.js';
