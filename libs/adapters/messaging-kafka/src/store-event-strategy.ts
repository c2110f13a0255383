import { Sweep, SEQUENCED_CHANNEL, type EventConsumer, type PageResult } from '@caisson/event-sourcing';
import { EventStrategy, type EventStrategyOptions, type StrategyHealth } from './event-strategy.js';

/** How often it looks when no wake-up comes: only where one was lost. */
const POLL_MS = 2000;
const PAGE_EVENTS_MAX = 200;

/** So long without a finished round means that something hangs: rounds end, or fail, within seconds. */
const SILENCE_MS_MAX = 120_000;

/** Shutting down waits no longer for handlers. */
const CLOSE_MS_MAX = 10_000;

/**
 * Events straight from the store, for the embedded profile: read in their global order as soon as they are numbered.
 * Woken by the store; a slow poll covers lost wake-ups.
 */
export class StoreEventStrategy extends EventStrategy {
  readonly #options: EventStrategyOptions;
  readonly #stop = new AbortController();
  #running: Promise<void> = Promise.resolve();
  #lastSignMs: number;
  #failure: string | undefined;
  #hasCaughtUp = false;

  constructor(options: EventStrategyOptions) {
    super(options);
    this.#options = options;
    this.#lastSignMs = options.clock.monotonicMs();
  }

  override health(): StrategyHealth {
    const silentMs = Math.round(this.#options.clock.monotonicMs() - this.#lastSignMs);
    const alive = silentMs < SILENCE_MS_MAX;
    if (!alive) return { ready: false, alive, detail: `nothing moved for ${silentMs} ms` };
    const detail = this.#failure ?? (this.#hasCaughtUp ? 'following the store' : 'catching up');
    return { ready: this.#hasCaughtUp && this.#failure === undefined, alive, detail };
  }

  /** Takes nothing new; waits for handlers at most ten seconds. */
  override async close(): Promise<void> {
    this.#stop.abort();
    await Promise.race([this.#running, this.#options.clock.sleep(CLOSE_MS_MAX)]);
  }

  protected override start(consumer: EventConsumer): void {
    if (this.topics.length === 0) {
      this.#hasCaughtUp = true;
      return;
    }
    const sweep = new Sweep({
      consumer,
      store: this.#options.consumerStore,
      topics: this.topics,
      clock: this.#options.clock,
      everyMs: POLL_MS,
      minAgeMs: 0,
      pageSize: PAGE_EVENTS_MAX,
      wake: (onWake) => this.#options.wakeups.listen(SEQUENCED_CHANNEL, onWake),
      onRound: () => {
        this.#hasCaughtUp = true;
        this.#failure = undefined;
        this.#moved();
      },
      onFailure: (error, failures) => {
        this.#failure = `waiting to try again after ${failures} failures`;
        this.#moved();
        this.pageFailed(error, failures);
      },
    });
    this.#running = sweep.run(this.#stop.signal);
  }

  protected override pageApplied(consumer: string, result: PageResult): void {
    this.#moved();
    super.pageApplied(consumer, result);
  }

  #moved(): void {
    this.#lastSignMs = this.#options.clock.monotonicMs();
  }
}
