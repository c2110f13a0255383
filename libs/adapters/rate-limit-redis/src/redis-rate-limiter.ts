import { randomUUID } from 'node:crypto';
import { refillMs, type RateCheck, type RateLimiter, type RatePolicy, type RateState } from '@caisson/http';
import { messageOf, type Clock } from '@caisson/kernel';
import { connectRedis } from '@caisson/lock-redis';
import type { Redis } from 'ioredis';
import { TAKE_SCRIPT } from './take-script.js';

const PREFIX = 'caisson:rate:';

/** While Redis is away, one request in so long tries it. */
const AWAY_PROBE_MS = 1_000;

const VALUES_PER_LIMIT = 3;

/** Where changes are told. The services' structured logger fits. */
export interface RateLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

/** What the limiter is made of. */
export interface RedisRateLimiterOptions {
  /** `redis://host:port` or `rediss://…`. */
  readonly url: string;
  /** Counts alone while Redis is away. */
  readonly fallback: RateLimiter;
  readonly clock: Pick<Clock, 'monotonicMs'>;
  readonly log: RateLog;
  /** Hears that Redis does not answer from now on, or does again. Must not throw. */
  readonly onAway?: (isAway: boolean) => void;
  /** Hears what came of each call to Redis. Must not throw. */
  readonly onAsked?: (outcome: 'done' | 'failed') => void;
}

/**
 * Counts the requests of all replicas. A Redis that is away stops nobody: each replica counts for itself then, and what
 * was counted before is forgotten.
 */
export class RedisRateLimiter implements RateLimiter {
  readonly #options: RedisRateLimiterOptions;
  readonly #redis: Redis;
  #isAway = false;
  #nextProbeMs = 0;

  /** Connects in the background; until it is connected, the fallback counts. */
  constructor(options: RedisRateLimiterOptions) {
    this.#options = options;
    this.#redis = connectRedis(options.url, 'caisson-rates');
    this.#redis.on('error', () => undefined); // Told with the first request that notices.
    this.#redis.on('ready', () => this.#tell(false)); // Or it seems to be away until somebody asks for something.
  }

  /** Whether Redis counts. */
  get isConnected(): boolean {
    return this.#redis.status === 'ready';
  }

  async take(checks: readonly RateCheck[]): Promise<readonly RateState[]> {
    const { clock, fallback, onAsked } = this.#options;
    if (this.#isAway && clock.monotonicMs() < this.#nextProbeMs) return fallback.take(checks);
    this.#nextProbeMs = clock.monotonicMs() + AWAY_PROBE_MS;
    try {
      const states = await this.#ask(checks);
      onAsked?.('done');
      this.#tell(false);
      return states;
    } catch (error) {
      onAsked?.('failed');
      this.#tell(true, messageOf(error));
      return fallback.take(checks);
    }
  }

  close(): Promise<void> {
    this.#redis.disconnect();
    return Promise.resolve();
  }

  async #ask(checks: readonly RateCheck[]): Promise<readonly RateState[]> {
    const keys = checks.map(({ key, policy }) => `${PREFIX}${policy.name}:${key}`);
    const values = checks.flatMap(({ policy }) => argumentsOf(policy));
    const numbers = (await this.#redis.eval(TAKE_SCRIPT, keys.length, ...keys, randomUUID(), ...values)) as number[];
    return checks.map((_check, index) => {
      const [allowed = 0, remaining = 0, nextMs = 0] = numbers.slice(index * VALUES_PER_LIMIT);
      return { allowed: allowed === 1, remaining, nextMs };
    });
  }

  #tell(isAway: boolean, reason = ''): void {
    if (isAway === this.#isAway) return;
    this.#isAway = isAway;
    const { log, onAway } = this.#options;
    onAway?.(isAway);
    if (isAway) log.warn({ reason }, 'Redis does not answer: each replica counts requests for itself');
    else log.info({}, 'Redis answers again: requests are counted over all replicas');
  }
}

function argumentsOf(policy: RatePolicy): readonly (string | number)[] {
  return policy.kind === 'window'
    ? ['window', policy.limit, policy.windowMs]
    : ['bucket', policy.capacity, refillMs(policy)];
}
