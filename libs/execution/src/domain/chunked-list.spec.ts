import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ChunkedList } from './chunked-list.js';

describe('a chunked list', () => {
  it('behaves like an array whose changes are copies', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer(), { minLength: 1, maxLength: 200 }),
        fc.array(fc.tuple(fc.nat(), fc.integer()), { maxLength: 20 }),
        (items, changes) => {
          const list = ChunkedList.of(items);
          let changed = list;
          let model = items;
          for (const [place, item] of changes) {
            changed = changed.with(place % items.length, item);
            model = model.with(place % items.length, item);
          }
          expect([...changed]).toEqual(model);
          expect([...list]).toEqual(items);
          expect(changed.at(items.length - 1)).toBe(model.at(-1));
        },
      ),
    );
  });

  it('stops outside its bounds', () => {
    const list = ChunkedList.of([1, 2]);
    expect(() => list.at(2)).toThrow(/no item/);
    expect(() => list.at(-1)).toThrow(/no item/);
    expect(() => list.with(2, 0)).toThrow(/no item/);
  });
});
