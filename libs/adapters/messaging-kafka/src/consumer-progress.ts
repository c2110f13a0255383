import type { StrategyHealth } from './event-strategy.js';

/** What the judgement needs to know of time. */
export interface ProgressLimits {
  /** Without a fetch for so long it is not ready. */
  readonly readyMs: number;
  /** Without any sign of life for so long it hangs. */
  readonly aliveMs: number;
  /** A page under way for so long hangs. */
  readonly pageMs: number;
}

/** The limits for a broker that answers within seconds and handlers that take milliseconds. */
export const PROGRESS_LIMITS: ProgressLimits = { readyMs: 15_000, aliveMs: 90_000, pageMs: 120_000 };

/**
 * Tells from what a consumer does whether it gets anywhere. A process that is up and a group that is stable prove
 * nothing: kafkajs has held partitions and read nothing (its issues 1456 and 1593), without an error.
 *
 * A broker that is away is no reason to restart: the client then reports failures and starts over, and those are signs
 * of life, though not of success. Silence is what only a restart ends.
 */
export class ConsumerProgress {
  readonly #nowMs: () => number;
  readonly #limits: ProgressLimits;
  #lastSignMs: number;
  #lastSuccessMs = Number.NEGATIVE_INFINITY;
  #hasPartitions = false;
  #hasJoined = false;
  #fatal: string | undefined;
  #trouble = 'connecting';
  readonly #pages = new Map<string, number>();

  constructor(nowMs: () => number, limits: ProgressLimits = PROGRESS_LIMITS) {
    this.#nowMs = nowMs;
    this.#limits = limits;
    this.#lastSignMs = nowMs();
  }

  /** The group let us in with so many partitions. */
  joined(partitions: number): void {
    this.#hasJoined = true;
    this.#hasPartitions = partitions > 0;
    this.#succeeded();
  }

  /** A fetch was answered, with or without messages. */
  fetched(): void {
    this.#succeeded();
  }

  /** A heartbeat was answered: a success only where there is nothing to fetch. */
  beat(): void {
    if (!this.#hasPartitions) this.#succeeded();
  }

  /** The client failed, said so, and tries again. */
  failed(why: string): void {
    this.#trouble = why;
    this.#lastSignMs = this.#nowMs();
  }

  /** The client gave up. */
  died(why: string): void {
    this.#fatal = why;
  }

  /** A page of a partition is being applied, or is tried again. */
  pageBegan(partition: string): void {
    this.#pages.set(partition, this.#nowMs());
    this.#succeeded();
  }

  /** A page was applied or given back. */
  pageEnded(partition: string): void {
    this.#pages.delete(partition);
    this.#succeeded();
  }

  health(): StrategyHealth {
    const now = this.#nowMs();
    const stuck = [...this.#pages].find(([, sinceMs]) => now - sinceMs >= this.#limits.pageMs);
    const silentMs = Math.round(now - this.#lastSignMs);
    if (this.#fatal !== undefined) return { ready: false, alive: false, detail: this.#fatal };
    if (stuck !== undefined) {
      return { ready: false, alive: false, detail: `a page of ${stuck[0]} hangs for ${Math.round(now - stuck[1])} ms` };
    }
    if (this.#pages.size === 0 && silentMs >= this.#limits.aliveMs) {
      return { ready: false, alive: false, detail: `no sign of life for ${silentMs} ms` };
    }
    const sinceSuccessMs = now - this.#lastSuccessMs;
    const ready = this.#hasJoined && (this.#pages.size > 0 || sinceSuccessMs < this.#limits.readyMs);
    return { ready, alive: true, detail: ready ? 'following Kafka' : `waiting for Kafka: ${this.#trouble}` };
  }

  #succeeded(): void {
    this.#lastSignMs = this.#nowMs();
    this.#lastSuccessMs = this.#lastSignMs;
    this.#trouble = 'no answer';
  }
}
