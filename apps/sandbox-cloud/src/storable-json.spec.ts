import { expect, it } from 'vitest';
import { whyUnstorable } from './storable-json.js';

it('accepts ordinary JSON, emoji included', () => {
  expect(whyUnstorable({ name: 'web', tags: { mood: '🙂' }, list: [1, null, true] })).toBeUndefined();
});

it.each<[unknown, string, string]>([
  [{ name: 'a\u0000b' }, 'text', 'Postgres keeps no U+0000'],
  [{ 'a\u0000': 1 }, 'key', 'keys are text too'],
  [['\ud83d'], 'half a character', 'jsonb refuses unpaired surrogates'],
  [Array.from({ length: 20_001 }, () => 0), 'more than', 'a bound on the number of values'],
])('refuses %# with "%s": %s', (value, word) => {
  expect(whyUnstorable(value)).toContain(word);
});

it('refuses deep nesting without recursing', () => {
  let deep: unknown = 1;
  for (let level = 0; level < 100_000; level += 1) deep = [deep];
  expect(whyUnstorable(deep)).toContain('nested');
});
