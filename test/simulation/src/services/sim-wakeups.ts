import type { Wakeups } from '@caisson/event-sourcing';
import type { SeededRandom } from '@caisson/testing';
import type { SimProcess } from '../machine/sim-process.js';

interface Listener {
  readonly process: SimProcess;
  readonly onWake: () => void;
}

/** Wake-ups over all processes. They come late, and may be lost. */
export class SimWakeups {
  /** Probability that one is lost on its way to a listener. */
  losesRate = 0;
  readonly #listeners = new Map<string, Set<Listener>>();

  constructor(private readonly random: SeededRandom) {}

  /** Wakes all listeners of a channel after a time. */
  wake(channel: string, delayMs: number): void {
    for (const listener of this.#listeners.get(channel) ?? []) {
      if (listener.process.isDead) this.#listeners.get(channel)?.delete(listener);
      else if (!this.random.chance(this.losesRate)) this.#wakeOne(listener, channel, delayMs);
    }
  }

  /** The wake-ups of one process. */
  of(process: SimProcess): Wakeups {
    return {
      wake: (channel) => this.wake(channel, 0),
      listen: (channel, onWake) => {
        const listener = { process, onWake };
        const listeners = this.#listeners.get(channel) ?? new Set();
        this.#listeners.set(channel, listeners.add(listener));
        return () => listeners.delete(listener);
      },
    };
  }

  #wakeOne({ onWake, process }: Listener, channel: string, delayMs: number): void {
    process.later(delayMs + this.random.next() * 3, `is woken: ${channel.slice(0, 20)}`, onWake);
  }
}
