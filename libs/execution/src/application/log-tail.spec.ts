import { expect, it } from 'vitest';
import { LogTail } from './log-tail.js';

it('keeps the last fifty lines, long ones cut, and never half a character, which no store takes', () => {
  const tail = new LogTail();
  for (let line = 0; line < 60; line += 1) tail.add(`${line}`);
  tail.add(`${'x'.repeat(499)}😀 and more`);
  expect(tail.lines).toHaveLength(50);
  expect(tail.lines.at(0)).toBe('11');
  expect(tail.lines.at(-1)).toBe(`${'x'.repeat(499)}…`);
});
