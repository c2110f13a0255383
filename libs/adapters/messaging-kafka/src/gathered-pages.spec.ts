import { describe, expect, it } from 'vitest';
import type { PublicEvent } from '@caisson/contracts';
import { GatheredPages } from './gathered-pages.js';

const event = (id: string): PublicEvent => ({ id }) as PublicEvent;

/** Applies nothing until it is told to. */
function slowStore(): {
  readonly pages: string[][];
  readonly apply: (events: readonly PublicEvent[]) => Promise<void>;
  readonly end: (failure?: Error) => void;
} {
  const pages: string[][] = [];
  let settle: ((failure?: Error) => void) | undefined;
  return {
    pages,
    apply: (events) => {
      pages.push(events.map(({ id }) => id));
      return new Promise((resolve, reject) => {
        settle = (failure) => (failure === undefined ? resolve() : reject(failure));
      });
    },
    end: (failure) => settle?.(failure),
  };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));

describe('Pages of several partitions', () => {
  it('are applied as one when they come in the same turn', async () => {
    const { pages, apply, end } = slowStore();
    const gathered = new GatheredPages(apply);
    const applied = Promise.all([gathered.apply([event('a'), event('b')]), gathered.apply([event('c')])]);
    await turn();
    end();
    await applied;
    expect(pages).toEqual([['a', 'b', 'c']]);
  });

  it('gather while a page is applied, and never overlap it', async () => {
    const { pages, apply, end } = slowStore();
    const gathered = new GatheredPages(apply);
    const first = gathered.apply([event('a')]);
    await turn();
    const later = [gathered.apply([event('b')]), gathered.apply([event('c')])];
    await turn();
    expect(pages).toEqual([['a']]);
    end();
    await first;
    await turn();
    expect(pages).toEqual([['a'], ['b', 'c']]);
    end();
    await Promise.all(later);
  });

  it('fail for everyone who brought something, and the next page goes on', async () => {
    const { pages, apply, end } = slowStore();
    const gathered = new GatheredPages(apply);
    const both = Promise.allSettled([gathered.apply([event('a')]), gathered.apply([event('b')])]);
    await turn();
    end(new Error('the store is away'));
    expect((await both).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    const again = gathered.apply([event('a')]);
    await turn();
    end();
    await again;
    expect(pages).toEqual([['a', 'b'], ['a']]);
  });
});
