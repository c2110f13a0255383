import { setImmediate } from 'node:timers/promises';
import type { PublicEvent } from '@caisson/contracts';

/**
 * Applies what several partitions brought as one page, with one commit: the commit is the unit of cost, and a fetch
 * brings a few events of each of many partitions. While a page is applied the next one gathers. Its size is bounded by
 * the callers: each waits for its page before it brings another.
 */
export class GatheredPages {
  readonly #apply: (events: readonly PublicEvent[]) => Promise<unknown>;
  #gathering: { readonly events: PublicEvent[]; readonly applied: Promise<void> } | undefined;
  #last: Promise<void> = Promise.resolve();

  /** @param apply - As `EventConsumer.applyPage`; its error reaches everyone who brought something to that page. */
  constructor(apply: (events: readonly PublicEvent[]) => Promise<unknown>) {
    this.#apply = apply;
  }

  /** Answers when these events were applied, together with what others brought. */
  apply(events: readonly PublicEvent[]): Promise<void> {
    const page = (this.#gathering ??= this.#begin());
    page.events.push(...events);
    return page.applied;
  }

  #begin(): { readonly events: PublicEvent[]; readonly applied: Promise<void> } {
    const events: PublicEvent[] = [];
    const applied = this.#last.then(async () => {
      await setImmediate(); // The other partitions of this fetch are given in the same turn.
      this.#gathering = undefined;
      await this.#apply(events);
    });
    this.#last = applied.catch(() => undefined);
    return { events, applied };
  }
}
