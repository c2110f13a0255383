import { Fault } from '@caisson/kernel';
import { failureKindOf, toFault } from './postgres-faults.js';

/** Calls that may wait in this process; more means that the database cannot keep up. */
const WAITING_MAX = 10_000;

/** How calls become statements. */
export interface StatementGroupOptions<Item, Result> {
  /** Completes "Postgres could not …". */
  readonly what: string;
  /** Calls that share a statement. */
  readonly itemsMax: number;
  /** Statements that are under way at once. */
  readonly groupsMax: number;
  /** The statement: a result for each item, in their order. */
  run(items: readonly Item[]): Promise<readonly Result[]>;
}

interface Waiting<Item, Result> {
  readonly item: Item;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Sends what is asked for at once in one statement: a round trip costs more than what is found by it. While statements
 * are under way the next one gathers; a lone caller waits for nobody. Appends have a class of their own, since the
 * order of those of one stream matters (`append-batcher.ts`).
 */
export class StatementGroups<Item, Result> {
  readonly #options: StatementGroupOptions<Item, Result>;
  #waiting: Waiting<Item, Result>[] = [];
  #underWay = 0;

  constructor(options: StatementGroupOptions<Item, Result>) {
    this.#options = options;
  }

  /** The result for one item. @throws Fault as `orFault`, and `store-overloaded` (retryable) when too many wait. */
  ask(item: Item): Promise<Result> {
    if (this.#waiting.length >= WAITING_MAX) {
      const detail = `${WAITING_MAX} calls wait for Postgres to ${this.#options.what}. Try again later.`;
      return Promise.reject(new Fault('store-overloaded', detail, { retryable: true }));
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject });
      if (this.#underWay >= this.#options.groupsMax) return;
      this.#underWay += 1;
      setImmediate(() => void this.#drain()); // Callers that were woken together ask together.
    });
  }

  async #drain(): Promise<void> {
    while (this.#waiting.length > 0) await this.#runGroup(this.#waiting.splice(0, this.#options.itemsMax));
    this.#underWay -= 1;
  }

  async #runGroup(group: readonly Waiting<Item, Result>[]): Promise<void> {
    try {
      const results = await this.#options.run(group.map(({ item }) => item));
      for (const [place, { resolve }] of group.entries()) resolve(results[place] as Result);
    } catch (error) {
      const alone = group.length === 1 || failureKindOf(error) === 'unavailable';
      if (alone) for (const { reject } of group) reject(toFault(error, this.#options.what));
      else for (const waiting of group) await this.#runGroup([waiting]); // So that a bad one fails alone.
    }
  }
}
