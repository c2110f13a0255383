import type { Clock } from '@caisson/kernel';
import { refillMs, type BucketPolicy, type RateCheck, type RateLimiter, type RateState } from './rate-limiter.js';
import type { WindowPolicy } from './rate-limiter.js';

/** Keys that are remembered. The one that was used least recently makes room: its caller begins anew. */
const KEYS_MAX = 20_000;

/** What is known of one key at one time, before and after one is taken. */
interface Standing {
  readonly state: RateState;
  take(): RateState;
}

interface Bucket {
  readonly tokens: number;
  readonly atMs: number;
}

/** Counts the requests of this process. */
export class InProcessRateLimiter implements RateLimiter {
  /** Times of the requests of a window, oldest first. */
  readonly #windows = new Map<string, number[]>();
  readonly #buckets = new Map<string, Bucket>();

  constructor(private readonly clock: Pick<Clock, 'monotonicMs'>) {}

  take(checks: readonly RateCheck[]): Promise<readonly RateState[]> {
    const nowMs = this.clock.monotonicMs();
    const standings = checks.map(({ key, policy }) =>
      policy.kind === 'window' ? this.window(key, policy, nowMs) : this.bucket(key, policy, nowMs),
    );
    const isAllowed = standings.every(({ state }) => state.allowed);
    return Promise.resolve(standings.map((standing) => (isAllowed ? standing.take() : standing.state)));
  }

  private window(key: string, { limit, name, windowMs }: WindowPolicy, nowMs: number): Standing {
    const place = `${name} ${key}`;
    const times = this.#windows.get(place) ?? [];
    while (times[0] !== undefined && times[0] <= nowMs - windowMs) times.shift();
    const allowed = times.length < limit;
    const state = (): RateState => ({
      allowed,
      remaining: limit - times.length,
      nextMs: times[0] === undefined ? 0 : times[0] + windowMs - nowMs,
    });
    return {
      state: state(),
      take: () => {
        times.push(nowMs);
        remember(this.#windows, place, times);
        return state();
      },
    };
  }

  private bucket(key: string, policy: BucketPolicy, nowMs: number): Standing {
    const place = `${policy.name} ${key}`;
    const { capacity } = policy;
    const stepMs = refillMs(policy);
    const known = this.#buckets.get(place) ?? { tokens: capacity, atMs: nowMs };
    const tokens = Math.min(capacity, known.tokens + (nowMs - known.atMs) / stepMs);
    const stateOf = (left: number): RateState => ({
      allowed: tokens >= 1,
      remaining: Math.floor(left),
      nextMs: left >= capacity ? 0 : (Math.floor(left) + 1 - left) * stepMs,
    });
    return {
      state: stateOf(tokens),
      take: () => {
        remember(this.#buckets, place, { tokens: tokens - 1, atMs: nowMs });
        return stateOf(tokens - 1);
      },
    };
  }
}

function remember<Value>(map: Map<string, Value>, key: string, value: Value): void {
  map.delete(key);
  map.set(key, value);
  if (map.size <= KEYS_MAX) return;
  const [oldest = ''] = map.keys();
  map.delete(oldest);
}
