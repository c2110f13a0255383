/** Gives locks back. */
export type Release = () => void;

/** Row locks: whoever comes later waits, in order of coming. Held until the transaction's end. */
export class RowLocks {
  readonly #queues = new Map<string, (() => void)[]>();

  /** Locks rows in the order of their names, which cannot deadlock. */
  async lock(names: readonly string[]): Promise<Release> {
    const held: string[] = [];
    for (const name of [...new Set(names)].sort()) {
      await this.#lockOne(name);
      held.push(name);
    }
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      for (const name of held) this.#unlock(name);
    };
  }

  async #lockOne(name: string): Promise<void> {
    const queue = this.#queues.get(name);
    if (queue === undefined) {
      this.#queues.set(name, []);
      return;
    }
    await new Promise<void>((granted) => {
      queue.push(granted);
    });
  }

  #unlock(name: string): void {
    const next = this.#queues.get(name)?.shift();
    if (next === undefined) this.#queues.delete(name);
    else next();
  }
}
