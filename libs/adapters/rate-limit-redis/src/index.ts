export { RedisRateLimiter } from './redis-rate-limiter.js';
export type { RateLog, RedisRateLimiterOptions } from './redis-rate-limiter.js';
