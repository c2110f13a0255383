import { expect, it } from 'vitest';
import { collect, pagesOf, type Cursor } from './pages.js';

const PAGES = [{ items: [1, 2], nextCursor: 'b' }, { items: [], nextCursor: 'c' }, { items: [3] }] as const;

function list(): { asked: Cursor[]; all: AsyncGenerator<number, void> } {
  const asked: Cursor[] = [];
  const all = pagesOf<number>(async (cursor) => PAGES[asked.push(cursor) - 1]!);
  return { asked, all };
}

it('goes through all pages, each with the cursor of the one before', async () => {
  const { all, asked } = list();
  expect(await collect(all)).toEqual([1, 2, 3]);
  expect(asked).toEqual([{}, { cursor: 'b' }, { cursor: 'c' }]);
});

it('reads no page that nobody needs', async () => {
  const { all, asked } = list();
  for await (const item of all) if (item === 2) break;
  expect(asked).toHaveLength(1);
});
