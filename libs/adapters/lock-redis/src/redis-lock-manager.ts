import type { Redis } from 'ioredis';
import type { HeldLock, LockManager, LockRequest } from '@caisson/event-sourcing';
import { Fault, messageOf, type Clock } from '@caisson/kernel';
import { connectRedis, createRedlock, isHeldByAnother, type Redlock } from './redis-client.js';
import { RedisHold, within, type RedisCallObserver } from './redis-hold.js';

/**
 * Longest life of a key without renewal. Short, whatever the lease's is: after a crash it keeps others out for so long,
 * while a lease of a process known to be dead is free at once.
 */
const KEY_TTL_MS_MAX = 3000;

/** While another holds it, it is asked for again after a wait that grows from the first to the second. */
const POLL_MS_MIN = 20;
const POLL_MS_MAX = 250;

/** While Redis is away, one request in so long tries it; the others go on without. */
const AWAY_PROBE_MS = 1000;

/** A Redis that says of everything that it is held is asked whether that is true once in so long. */
const DOUBT_EVERY_MS = 1000;

/** Locks go on by the lease alone for so long when Redis was found to be wrong. */
const DISTRUST_MS = 10_000;

/** What a client says of itself before its first command can be sent. */
const CONNECTING: ReadonlySet<string> = new Set(['connecting', 'connect']);

/** Ending the connection takes no longer. */
const CLOSE_MS_MAX = 1000;

/** Where changes are told. The services' structured logger fits. */
export interface LockLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

/** Hears what happens, to count it. Must not throw. */
export interface RedisLockObserver {
  /** Redis does not answer from now on, or does again. */
  away?(isAway: boolean): void;
  /** A key was lost while its work went on. */
  lost?(resource: string): void;
  /** A call to Redis has ended. */
  asked?: RedisCallObserver;
}

/** What the locks are made of. */
export interface RedisLockManagerOptions {
  /** `redis://host:port` or `rediss://…`. */
  readonly url: string;
  /** Gives the lock that counts, with its fencing token. */
  readonly inner: LockManager;
  readonly clock: Clock;
  readonly log: LockLog;
  readonly observer?: RedisLockObserver;
}

/**
 * Keeps processes from queueing at the database for the same lock: first the key in Redis, then the inner lock. The key
 * is advice. A Redis that restarted hands out what somebody holds, one that is away hands out nothing, and one that is
 * wrong says that all is held; in each case the inner lock decides, so work goes on without Redis and is as safe.
 */
export class RedisLockManager implements LockManager {
  readonly #options: RedisLockManagerOptions;
  readonly #redis: Redis;
  readonly #redlock: Redlock;
  #isAway = false;
  #nextProbeMs = 0;
  #nextDoubtMs = 0;
  #distrustedUntilMs = 0;

  /** Connects in the background; until it is connected, the inner lock alone is used. */
  constructor(options: RedisLockManagerOptions) {
    this.#options = options;
    this.#redis = connectRedis(options.url, 'caisson-locks');
    this.#redis.on('error', () => undefined); // Told with the first request that notices.
    this.#redis.on('ready', () => this.#answered()); // Or it seems to be away until somebody wants a lock.
    this.#redlock = createRedlock(this.#redis);
  }

  /** Whether Redis is connected. Where it is not, locks work by the inner lock. */
  get isConnected(): boolean {
    return this.#redis.status === 'ready';
  }

  async withLock<Result>(request: LockRequest, work: (lock: HeldLock) => Promise<Result>): Promise<Result> {
    const { clock, inner } = this.#options;
    const giveUpAtMs = clock.monotonicMs() + request.waitMs;
    const hold = await this.#take(request, giveUpAtMs);
    if (hold === 'doubted') return this.#askLease(request, work);
    try {
      const waitMs = Math.max(0, Math.round(giveUpAtMs - clock.monotonicMs()));
      return await inner.withLock({ ...request, waitMs }, work);
    } finally {
      await hold?.release();
    }
  }

  /** Ends the connection. Keys still held end by themselves. */
  async close(): Promise<void> {
    if (this.isConnected) {
      await Promise.race([this.#redis.quit().catch(() => undefined), this.#options.clock.sleep(CLOSE_MS_MAX)]);
    }
    this.#redis.disconnect();
  }

  /** The key in hand; undefined where Redis does not answer, `doubted` where the lease is to say if it is right. */
  async #take(request: LockRequest, giveUpAtMs: number): Promise<RedisHold | 'doubted' | undefined> {
    const { clock } = this.#options;
    for (let pollMs = POLL_MS_MIN; ; pollMs = Math.min(POLL_MS_MAX, pollMs * 1.5)) {
      if (request.signal?.aborted === true) throw unavailable(request, 'the caller gave up');
      if (!this.#isWorthTrying()) return undefined;
      const attempt = await this.#tryOnce(request);
      if (attempt !== 'held') return attempt;
      const leftMs = giveUpAtMs - clock.monotonicMs();
      if (leftMs <= 0) {
        if (this.#mayDoubt()) return 'doubted';
        throw unavailable(request, 'another holds it');
      }
      await clock.sleep(Math.min(leftMs, pollMs), request.signal);
    }
  }

  async #tryOnce(request: LockRequest): Promise<RedisHold | 'held' | undefined> {
    const { clock, observer } = this.#options;
    const asked: RedisCallObserver = (operation, outcome) => observer?.asked?.(operation, outcome);
    const ttlMs = Math.min(KEY_TTL_MS_MAX, Math.max(1, Math.floor(request.ttlMs)));
    const key = `caisson:lock:${request.tenantId}:${request.resource}`;
    const sentAtMs = clock.monotonicMs();
    const acquiring = this.#redlock.acquire([key], ttlMs);
    try {
      const lock = await within(clock, 'give a lock', acquiring);
      this.#answered();
      asked('lock', 'done');
      const onLost = (reason: string): void => {
        this.#options.log.info(
          { resource: request.resource, reason },
          'key in Redis lost; its work goes on by the lease',
        );
        observer?.lost?.(request.resource);
      };
      return new RedisHold({ clock, redlock: this.#redlock, ttlMs, asked }, { lock, sentAtMs }, onLost);
    } catch (error) {
      if (await isHeldByAnother(error)) {
        this.#answered();
        asked('lock', 'held');
        return 'held';
      }
      // What arrives after all is given back.
      acquiring.then((lock) => this.#redlock.release(lock, { retryCount: 0 })).catch(() => undefined);
      asked('lock', 'failed');
      this.#failed(error);
      return undefined;
    }
  }

  #isWorthTrying(): boolean {
    if (CONNECTING.has(this.#redis.status)) return false; // Takes milliseconds, and is no failure.
    const nowMs = this.#options.clock.monotonicMs();
    if (nowMs < this.#distrustedUntilMs) return false;
    if (!this.#isAway) return true;
    if (nowMs < this.#nextProbeMs) return false;
    this.#nextProbeMs = nowMs + AWAY_PROBE_MS;
    return true;
  }

  #mayDoubt(): boolean {
    const nowMs = this.#options.clock.monotonicMs();
    if (nowMs < this.#nextDoubtMs) return false;
    this.#nextDoubtMs = nowMs + DOUBT_EVERY_MS;
    return true;
  }

  /** A key that nobody holds, and that does not end, must not keep everybody out: the lease decides. */
  #askLease<Result>(request: LockRequest, work: (lock: HeldLock) => Promise<Result>): Promise<Result> {
    const { clock, inner, log } = this.#options;
    return inner.withLock({ ...request, waitMs: 0 }, (lock) => {
      this.#distrustedUntilMs = clock.monotonicMs() + DISTRUST_MS;
      log.warn(
        { resource: request.resource },
        'Redis says that a lock is held that was free; locks go on by the lease',
      );
      return work(lock);
    });
  }

  #answered(): void {
    if (!this.#isAway) return;
    this.#isAway = false;
    this.#options.log.info({}, 'Redis answers again');
    this.#options.observer?.away?.(false);
  }

  #failed(error: unknown): void {
    this.#nextProbeMs = this.#options.clock.monotonicMs() + AWAY_PROBE_MS;
    if (this.#isAway) return;
    this.#isAway = true;
    this.#options.log.warn({ reason: messageOf(error) }, 'Redis does not answer; locks go on by the lease alone');
    this.#options.observer?.away?.(true);
  }
}

function unavailable(request: LockRequest, why: string): Fault {
  const message = `${request.resource} was not free within ${request.waitMs} ms: ${why}. Try again.`;
  return new Fault('lock-unavailable', message, { retryable: true });
}
