import { invariant } from '@caisson/kernel';

/** Items copied by one change; the list of chunks is copied as well, so this suits lists up to some ten thousands. */
const CHUNK_SIZE = 64;

/**
 * A list that never changes: a change gives a new list that shares all but one chunk with the old one.
 * Lets a fold over thousands of task results stay cheap: a change copies about 64 + length / 64 references.
 */
export class ChunkedList<Item> {
  readonly length: number;
  readonly #chunks: readonly (readonly Item[])[];

  private constructor(chunks: readonly (readonly Item[])[], length: number) {
    this.#chunks = chunks;
    this.length = length;
  }

  static of<Item>(items: readonly Item[]): ChunkedList<Item> {
    const chunks: Item[][] = [];
    for (let start = 0; start < items.length; start += CHUNK_SIZE) chunks.push(items.slice(start, start + CHUNK_SIZE));
    return new ChunkedList(chunks, items.length);
  }

  /** @throws InvariantViolation outside 0 to length - 1. */
  at(index: number): Item {
    const chunk = this.#chunks[Math.floor(index / CHUNK_SIZE)];
    invariant(chunk !== undefined && index >= 0 && index < this.length, `no item ${index} of ${this.length}`);
    return chunk[index % CHUNK_SIZE] as Item;
  }

  /** The same list with one item replaced. */
  with(index: number, item: Item): ChunkedList<Item> {
    invariant(index >= 0 && index < this.length, `no item ${index} of ${this.length}`);
    const at = Math.floor(index / CHUNK_SIZE);
    const chunks = this.#chunks.slice();
    chunks[at] = (chunks[at] ?? []).with(index % CHUNK_SIZE, item);
    return new ChunkedList(chunks, this.length);
  }

  *[Symbol.iterator](): Iterator<Item> {
    for (const chunk of this.#chunks) yield* chunk;
  }
}
