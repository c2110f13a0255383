export { connectRedis } from './redis-client.js';
export { RedisLockManager } from './redis-lock-manager.js';
export type { LockLog, RedisLockManagerOptions, RedisLockObserver } from './redis-lock-manager.js';
