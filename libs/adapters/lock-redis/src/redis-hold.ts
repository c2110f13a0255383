import type { Lock } from 'redlock';
import { Fault, messageOf, type Clock } from '@caisson/kernel';
import type { Redlock } from './redis-client.js';

/** No call to redlock may take longer: it never settles when a server stays silent. */
const CALL_MS_MAX = 1000;

/** A key is renewed after this part of its time. */
const RENEWALS_PER_TTL = 3;

/** Hears of each call to Redis what came of it: done, refused because another holds the key, or no answer. */
export type RedisCallObserver = (operation: 'lock' | 'renew' | 'release', outcome: 'done' | 'held' | 'failed') => void;

/** Takes the limit of one call to redlock. Rejects with a retryable fault when it passes. */
export async function within<Result>(clock: Clock, what: string, call: Promise<Result>): Promise<Result> {
  const settled = new AbortController();
  const limit = clock.sleep(CALL_MS_MAX, settled.signal).then(() => {
    throw new Fault('redis-silent', `Redis did not ${what} within ${CALL_MS_MAX} ms.`, { retryable: true });
  });
  try {
    return await Promise.race([call, limit]);
  } finally {
    limit.catch(() => undefined);
    settled.abort();
  }
}

/**
 * A key in hand, renewed until it is let go. Losing it is told and changes nothing: it spares others futile tries, and
 * safety is not its task.
 */
export class RedisHold {
  readonly #clock: Clock;
  readonly #redlock: Redlock;
  readonly #ttlMs: number;
  readonly #asked: RedisCallObserver;
  readonly #ended = new AbortController();
  readonly #renewing: Promise<void>;
  #lock: Lock;
  /** By the monotonic clock: the wall clock may jump. */
  #validUntilMs: number;

  constructor(
    options: {
      readonly clock: Clock;
      readonly redlock: Redlock;
      readonly ttlMs: number;
      readonly asked: RedisCallObserver;
    },
    taken: { readonly lock: Lock; readonly sentAtMs: number },
    onLost: (reason: string) => void,
  ) {
    this.#clock = options.clock;
    this.#redlock = options.redlock;
    this.#ttlMs = options.ttlMs;
    this.#asked = options.asked;
    this.#lock = taken.lock;
    this.#validUntilMs = taken.sentAtMs + options.ttlMs;
    this.#renewing = this.#renew(onLost);
  }

  /** Lets go. Never rejects: what is not released ends by itself. */
  async release(): Promise<void> {
    this.#ended.abort();
    await this.#renewing;
    try {
      await within(this.#clock, 'release a lock', this.#redlock.release(this.#lock, { retryCount: 0 }));
      this.#asked('release', 'done');
    } catch {
      this.#asked('release', 'failed'); // Redis is away, or the key ran out before.
    }
  }

  async #renew(onLost: (reason: string) => void): Promise<void> {
    let trouble = 'it ran out';
    while (await this.#isStillWanted()) {
      const sentAtMs = this.#clock.monotonicMs();
      if (sentAtMs >= this.#validUntilMs) {
        onLost(trouble);
        return;
      }
      try {
        this.#lock = await within(this.#clock, 'renew a lock', this.#redlock.extend(this.#lock, this.#ttlMs));
        this.#validUntilMs = sentAtMs + this.#ttlMs;
        this.#asked('renew', 'done');
      } catch (error) {
        this.#asked('renew', 'failed');
        trouble = messageOf(error); // Tried again while it is valid.
      }
    }
  }

  /** Waits until the next renewal is due; false when the key was let go before. */
  async #isStillWanted(): Promise<boolean> {
    const { signal } = this.#ended;
    await this.#clock.sleep(this.#ttlMs / RENEWALS_PER_TTL, signal);
    return !signal.aborted;
  }
}
