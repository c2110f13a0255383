import { expect, it } from 'vitest';
import { withoutRepeats } from './without-repeats.js';

it.each([0, 1, 2, 16, 17, 40])('keeps the first of each of %i names, in order', (count) => {
  const names = Array.from({ length: count }, (_, index) => `name-${index % 11}`);
  expect(withoutRepeats(names)).toEqual([...new Set(names)]);
});
