import type { PublicEvent } from '../public-event.js';

/**
 * Remembers which events a group has handled, so that a repeat has no second effect. `Transaction` is what the work may
 * write with, so that its effect and the memory of it are kept together or not at all.
 */
export interface SeenEvents<Transaction> {
  /** Runs the work unless the event was seen, and remembers it. False when it was seen. Rejects as the work does. */
  once(event: PublicEvent, work: (transaction: Transaction) => Promise<void>): Promise<boolean>;
}

/** Ids remembered where nothing is said: about 10 MB. */
const REMEMBERED_MAX = 100_000;

/**
 * Remembers the last events, as long as the process lives: after a restart, what was not committed to Kafka is handled
 * again. For effects that may happen twice.
 */
export class InMemorySeenEvents implements SeenEvents<undefined> {
  readonly #ids = new Set<string>();

  constructor(private readonly rememberedMax: number = REMEMBERED_MAX) {}

  async once(event: PublicEvent, work: (transaction: undefined) => Promise<void>): Promise<boolean> {
    if (this.#ids.has(event.id)) return false;
    await work(undefined);
    this.#ids.add(event.id);
    const [oldest] = this.#ids;
    if (this.#ids.size > this.rememberedMax && oldest !== undefined) this.#ids.delete(oldest);
    return true;
  }
}
