import { expect, it } from 'vitest';
import { cutText } from './cut-text.js';

it.each([
  ['short', 5, 'short'],
  ['too long', 3, 'too'],
  ['a😀b', 2, 'a'],
  ['a😀b', 3, 'a😀'],
  ['', 0, ''],
])('%j cut to %i is %j', (text, lengthMax, cut) => {
  expect(cutText(text, lengthMax)).toBe(cut);
});
