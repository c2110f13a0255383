import type { Clock } from '@caisson/kernel';
import type { ExecutionCommand } from '../domain/execution.commands.js';

/** Where attempts, timers and others leave what a run's loop must take note of, in order. */
export class Inbox {
  #commands: ExecutionCommand[] = [];
  #error: { readonly error: unknown } | undefined;
  #woken = false;
  #nap: AbortController | undefined;

  /** Leaves something to record. */
  push(...commands: readonly ExecutionCommand[]): void {
    this.#commands.push(...commands);
    this.wake();
  }

  /** Leaves an error that ends the loop. */
  fail(error: unknown): void {
    this.#error ??= { error };
    this.wake();
  }

  /** There may be something to do. */
  wake(): void {
    this.#woken = true;
    this.#nap?.abort('woken');
  }

  /**
   * Takes everything that was left.
   *
   * @throws the error that was left, if one was.
   */
  drain(): ExecutionCommand[] {
    if (this.#error !== undefined) throw this.#error.error;
    const commands = this.#commands;
    this.#commands = [];
    return commands;
  }

  /** Waits until something is left, or for so long. True when it was woken. */
  async wait(clock: Clock, ms: number): Promise<boolean> {
    if (!this.#woken) {
      const nap = new AbortController();
      this.#nap = nap;
      await clock.sleep(ms, nap.signal);
      this.#nap = undefined;
    }
    return this.#takeWoken();
  }

  #takeWoken(): boolean {
    const woken = this.#woken;
    this.#woken = false;
    return woken;
  }
}
