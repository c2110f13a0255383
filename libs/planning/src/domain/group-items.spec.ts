import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { groupItems, type GroupingItem, type ItemGroup } from './group-items.js';

const item = (id: string, before: readonly string[] = [], more: Partial<GroupingItem> = {}): GroupingItem => ({
  ...{ id, before, kind: 'tf', sizeMax: 100, fixedIn: undefined },
  ...more,
});

function grouped(items: readonly GroupingItem[]): readonly ItemGroup[] {
  const result = groupItems(items);
  if (result.outcome === 'cyclic') throw new Error(JSON.stringify(result.cycle));
  return result.groups;
}

const idsOf = (groups: readonly ItemGroup[]) => groups.map(({ items }) => items);

describe('new items', () => {
  it('of one kind share groups up to the largest size: a thousand are ten', () => {
    const groups = grouped(Array.from({ length: 1000 }, (_, index) => item(`r${index}`)));
    expect(groups.map(({ items }) => items.length)).toEqual(Array.from({ length: 10 }, () => 100));
  });

  it('keep what they need close by', () => {
    const pairs = Array.from({ length: 4 }, (_, index) => [item(`a${index}`), item(`b${index}`, [`a${index}`])]);
    const [as, bs] = [pairs.map(([a]) => a!), pairs.map(([, b]) => b!)];
    const small = [...as, ...bs].map((one) => ({ ...one, sizeMax: 4 }));
    // Not all that is needed in one group and all that needs it in the next, which would have to wait.
    expect(idsOf(grouped(small.reverse()))).toEqual([
      ['a3', 'b3', 'a2', 'b2'],
      ['a1', 'b1', 'a0', 'b0'],
    ]);
  });

  it('part where something of another kind comes between', () => {
    const mixed = [item('base'), item('net', ['base'], { kind: 'sandbox' }), item('app', ['net']), item('log')];
    expect(idsOf(grouped(mixed))).toEqual([['base', 'log'], ['net'], ['app']]);
  });

  it('without a kind are alone', () => {
    expect(idsOf(grouped([item('a', [], { kind: undefined }), item('b', ['a'], { kind: undefined })]))).toEqual([
      ['a'],
      ['b'],
    ]);
  });
});

describe('items that have a group', () => {
  const fixed = (id: string, fixedIn: string, before: readonly string[] = []) => item(id, before, { fixedIn });

  it('stay, and others fill it up', () => {
    const groups = grouped(
      [item('new'), fixed('old', 'g'), item('next', ['new'])].map((one) => ({ ...one, sizeMax: 2 })),
    );
    expect(groups).toEqual([
      { fixedIn: 'g', items: ['new', 'old'] },
      { fixedIn: undefined, items: ['next'] },
    ]);
  });

  it('are joined by what they need', () => {
    expect(grouped([fixed('web', 'g', ['net']), item('net')])).toEqual([{ fixedIn: 'g', items: ['net', 'web'] }]);
  });

  it('leave room to what comes between two groups', () => {
    const between = [fixed('a', 'g'), item('b', ['a']), item('c', ['b']), fixed('d', 'h', ['c'])];
    const groups = grouped(between.map((one) => ({ ...one, sizeMax: 1 })));
    expect(groups.map(({ fixedIn, items }) => [fixedIn, ...items])).toEqual([
      ['g', 'a'],
      [undefined, 'b'],
      [undefined, 'c'],
      ['h', 'd'],
    ]);
  });

  it('do not take what comes between into the first, where the rest of it would find no room', () => {
    const chain = [fixed('a', 'g'), item('b', ['a']), item('c', ['b']), fixed('d', 'h', ['c']), fixed('e', 'h')];
    const groups = grouped(chain.map((one) => ({ ...one, sizeMax: 2 })));
    expect(groups.map(({ fixedIn, items }) => [fixedIn, ...items])).toEqual([
      ['g', 'a'],
      [undefined, 'b', 'c'],
      ['h', 'd', 'e'],
    ]);
  });

  it('that would wait for each other are told', () => {
    const between = [fixed('a', 'g'), item('b', ['a'], { kind: 'sandbox' }), fixed('c', 'g', ['b'])];
    expect(groupItems(between)).toMatchObject({ outcome: 'cyclic', cycle: [{ fixedIn: 'g' }, { items: ['b'] }] });
  });
});

const shape = fc.record({
  nodes: fc.array(
    fc.record({
      needs: fc.array(fc.nat(60), { maxLength: 3 }),
      kind: fc.constantFrom('x', 'y', undefined),
      kept: fc.boolean(),
      gone: fc.boolean(),
    }),
    { minLength: 1, maxLength: 60 },
  ),
  sizeMax: fc.integer({ min: 1, max: 5 }),
});

type Nodes = readonly { readonly needs: readonly number[]; readonly kind: 'x' | 'y' | undefined }[];

function itemsOf(nodes: Nodes, sizeMax: number, fixed: ReadonlyMap<string, string> = new Map()): GroupingItem[] {
  return nodes.map(({ kind, needs }, index) => {
    const before = needs.filter((need) => need < index).map((need) => `n${need}`);
    return { id: `n${index}`, before, kind, sizeMax, fixedIn: fixed.get(`n${index}`) };
  });
}

/** Checks everything that must hold of groups, whatever the items. */
function checkGroups(items: readonly GroupingItem[], groups: readonly ItemGroup[]): void {
  const groupOf = new Map(groups.flatMap((group, index) => group.items.map((id) => [id, index] as const)));
  const place = new Map(groups.flatMap(({ items: ids }) => ids.map((id, index) => [id, index] as const)));
  expect(groups.flatMap(({ items: ids }) => ids)).toHaveLength(items.length);
  for (const { before, fixedIn, id, kind, sizeMax } of items) {
    const group = groups[groupOf.get(id)!]!;
    if (fixedIn !== undefined) expect(group.fixedIn).toBe(fixedIn);
    const mates = items.filter((other) => groupOf.get(other.id) === groupOf.get(id));
    expect(mates.every((mate) => mate.kind === kind)).toBe(true);
    expect(mates.length <= sizeMax || mates.every((mate) => mate.fixedIn !== undefined)).toBe(true);
    if (kind === undefined) expect(mates).toHaveLength(1);
    for (const need of before) {
      if (groupOf.get(need) === groupOf.get(id)) expect(place.get(need)).toBeLessThan(place.get(id)!);
    }
  }
  expect(circleAmong(items, groups)).toBe(0);
}

/** How many groups are left when those that need nothing any more are taken away, again and again. */
function circleAmong(items: readonly GroupingItem[], groups: readonly ItemGroup[]): number {
  const groupOf = new Map(groups.flatMap((group, index) => group.items.map((id) => [id, index] as const)));
  const needs = groups.map(() => new Set<number>());
  for (const { before, id } of items) for (const need of before) needs[groupOf.get(id)!]!.add(groupOf.get(need)!);
  const open = new Set(groups.keys());
  for (const [index, set] of needs.entries()) set.delete(index);
  for (let before = -1; before !== open.size;) {
    before = open.size;
    for (const index of open) if ([...needs[index]!].every((need) => !open.has(need))) open.delete(index);
  }
  return open.size;
}

describe('for any graph', () => {
  it('groups are of one kind, within their size, in order, without a circle, and the same each time', () => {
    fc.assert(
      fc.property(shape, ({ nodes, sizeMax }) => {
        const items = itemsOf(nodes, sizeMax);
        const groups = grouped(items);
        checkGroups(items, groups);
        expect(grouped(items)).toEqual(groups);
      }),
    );
  });

  it('items that were in a group before stay in it, whatever was added or taken away', () => {
    fc.assert(
      fc.property(shape, ({ nodes, sizeMax }) => {
        const earlier = nodes.map((node) => ({ ...node, needs: node.kept ? node.needs : [] }));
        const first = itemsOf(earlier, sizeMax).filter((_item, index) => nodes[index]!.kept);
        const fixed = new Map(
          grouped(first).flatMap(({ items }, index) => items.map((id) => [id, `g${index}`] as const)),
        );
        const now = itemsOf(nodes, sizeMax, fixed).filter((_item, index) => !nodes[index]!.gone);
        const result = groupItems(now);
        // Groups of the past may be in the way of what is wanted now; then nothing is done.
        if (result.outcome === 'grouped') checkGroups(now, result.groups);
      }),
    );
  });
});
