import type { Clock } from '@caisson/kernel';

/** Lets one loop wait for work: a ring wakes it, or, when it is not waiting, its next wait ends at once. */
export class Bell {
  readonly #clock: Clock;
  #rung = false;
  #waiting: AbortController | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  ring(): void {
    this.#rung = true;
    this.#waiting?.abort();
  }

  /** Resolves after a ring, after `ms` milliseconds, or when the signal is aborted. Never rejects. */
  async wait(ms: number, signal: AbortSignal): Promise<void> {
    if (!this.#rung && !signal.aborted) {
      const waiting = new AbortController();
      const stop = (): void => waiting.abort();
      signal.addEventListener('abort', stop, { once: true });
      this.#waiting = waiting;
      await this.#clock.sleep(ms, waiting.signal);
      this.#waiting = undefined;
      signal.removeEventListener('abort', stop);
    }
    this.#rung = false;
  }
}
