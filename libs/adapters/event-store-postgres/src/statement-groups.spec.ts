import { expect, it } from 'vitest';
import { StatementGroups } from './statement-groups.js';

/** Statements that end when the test says so. */
function statements(options: { readonly itemsMax?: number; readonly groupsMax?: number } = {}) {
  const sent: (readonly string[])[] = [];
  const ends: (() => void)[] = [];
  const groups = new StatementGroups<string, string>({
    ...{ what: 'look', itemsMax: 10, groupsMax: 1, ...options },
    run: async (items) => {
      sent.push(items);
      await new Promise<void>((resolve) => ends.push(resolve));
      if (items.includes('bad')) throw Object.assign(new Error('no'), { code: '22P05' });
      if (items.includes('away')) throw Object.assign(new Error('gone'), { code: '57P01' });
      return items.map((item) => item.toUpperCase());
    },
  });
  /** Lets the statements that are under way end, and what they cause begin. */
  const endAll = async () => {
    for (const end of ends.splice(0)) end();
    await new Promise(setImmediate);
  };
  return { endAll, groups, sent };
}

it('sends what is asked for together in one statement, and what comes meanwhile in the next', async () => {
  const { endAll, groups, sent } = statements();
  const first = [groups.ask('a'), groups.ask('b')];
  await new Promise(setImmediate);
  const later = [groups.ask('c'), groups.ask('d')];
  await new Promise(setImmediate);
  expect(sent).toEqual([['a', 'b']]);
  await endAll();
  expect(await Promise.all(first)).toEqual(['A', 'B']);
  await endAll();
  expect(await Promise.all(later)).toEqual(['C', 'D']);
  expect(sent).toEqual([
    ['a', 'b'],
    ['c', 'd'],
  ]);
});

it('has no more in a statement, and no more statements under way, than it may', async () => {
  const { endAll, groups, sent } = statements({ itemsMax: 2, groupsMax: 2 });
  const all = ['a', 'b', 'c', 'd', 'e'].map((item) => groups.ask(item));
  await new Promise(setImmediate);
  expect(sent).toEqual([
    ['a', 'b'],
    ['c', 'd'],
  ]);
  await endAll();
  expect(sent).toHaveLength(3);
  await endAll();
  expect(await Promise.all(all)).toEqual(['A', 'B', 'C', 'D', 'E']);
});

it('lets a bad one fail alone', async () => {
  const { endAll, groups, sent } = statements();
  const all = Promise.allSettled(['a', 'bad', 'c'].map((item) => groups.ask(item)));
  await new Promise(setImmediate);
  for (let statement = 0; statement < 4; statement += 1) await endAll();
  expect(await all).toMatchObject([{ value: 'A' }, { reason: { code: 'store-refused' } }, { value: 'C' }]);
  expect(sent).toHaveLength(4);
});

it('asks nobody again when Postgres is away', async () => {
  const { endAll, groups, sent } = statements();
  const all = Promise.allSettled(['a', 'away'].map((item) => groups.ask(item)));
  await new Promise(setImmediate);
  await endAll();
  const unavailable = { reason: { code: 'store-unavailable', retryable: true } };
  expect(await all).toMatchObject([unavailable, unavailable]);
  expect(sent).toHaveLength(1);
});

it('refuses at once when too many wait', async () => {
  const { groups } = statements({ groupsMax: 0 });
  for (let count = 0; count < 10_000; count += 1) void groups.ask('a');
  await expect(groups.ask('b')).rejects.toMatchObject({ code: 'store-overloaded', retryable: true });
});
