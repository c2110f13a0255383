/** One page of a list. */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly nextCursor?: string;
}

/** Where a page begins; empty for the first one. */
export interface Cursor {
  readonly cursor?: string;
}

/** Everything in a list, one page after the other, each read when it is needed. */
export async function* pagesOf<Item>(read: (cursor: Cursor) => Promise<Page<Item>>): AsyncGenerator<Item, void> {
  for (let cursor: Cursor | undefined = {}; cursor !== undefined;) {
    const page: Page<Item> = await read(cursor);
    yield* page.items;
    cursor = page.nextCursor === undefined ? undefined : { cursor: page.nextCursor };
  }
}

/** All that something gives, at once. */
export async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}
