import type { Clock, Instant } from '@caisson/kernel';

/** How often the clock of the store is asked for. */
const ASK_EVERY_MS = 10_000;

/** What took longer to arrive says too little about the time that it is. */
const ANSWER_MS_MAX = 500;

/** What a shared clock stands on. */
export interface SharedClockOptions {
  /** Of this process: its wall clock is not asked once a reading has come. */
  readonly clock: Clock;
  /** The time by the clock of the store, when it is asked. */
  readonly ask: () => Promise<Instant>;
}

/**
 * The clock of the store, which all processes share, carried on by the monotonic clock of this one. Wherever the wall
 * clock of a machine is set to, what one process records is a time for every other. It may be behind by as much as an
 * answer may take, and is never ahead.
 */
export class SharedClock implements Clock {
  readonly #options: SharedClockOptions;
  #reading: { readonly atMs: number; readonly monotonicMs: number } | undefined;

  constructor(options: SharedClockOptions) {
    this.#options = options;
  }

  now(): Instant {
    const { clock } = this.#options;
    if (this.#reading === undefined) return clock.now();
    const { atMs, monotonicMs } = this.#reading;
    return new Date(atMs + Math.max(0, clock.monotonicMs() - monotonicMs)).toISOString();
  }

  monotonicMs(): number {
    return this.#options.clock.monotonicMs();
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return this.#options.clock.sleep(ms, signal);
  }

  /** Asks what time it is. An answer that was on its way for too long changes nothing but a clock that has none. */
  async read(): Promise<void> {
    const { ask, clock } = this.#options;
    const askedMs = clock.monotonicMs();
    const atMs = Date.parse(await ask());
    const monotonicMs = clock.monotonicMs();
    if (this.#reading !== undefined && monotonicMs - askedMs > ANSWER_MS_MAX) return;
    this.#reading = { atMs, monotonicMs };
  }

  /** Asks again now and then until the signal is aborted. A store that is away is asked at the next turn. */
  async keep(signal: AbortSignal): Promise<void> {
    for (;;) {
      await this.sleep(ASK_EVERY_MS, signal);
      if (signal.aborted) return;
      await this.read().catch(() => undefined);
    }
  }
}
