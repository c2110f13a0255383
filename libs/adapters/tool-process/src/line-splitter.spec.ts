import { expect, it } from 'vitest';
import { LineSplitter, plainText } from './line-splitter.js';

function linesOf(chunks: readonly (string | Buffer)[], limits = { bytesMax: 1000, lineLengthMax: 10 }) {
  const lines: string[] = [];
  const splitter = new LineSplitter({ linesMax: 1_000, ...limits }, (line, cut) => lines.push(cut ? `${line}…` : line));
  for (const chunk of chunks) splitter.push(Buffer.from(chunk));
  splitter.end();
  return { lines, truncated: splitter.truncated };
}

it('joins chunks into lines, whatever the borders', () => {
  expect(linesOf(['a', 'b\n\nc', '\nd'])).toEqual({ lines: ['ab', '', 'c', 'd'], truncated: false });
});

it('puts a character together whose bytes came apart', () => {
  const bytes = Buffer.from('wörd\n');
  expect(linesOf([bytes.subarray(0, 2), bytes.subarray(2)]).lines).toEqual(['wörd']);
});

it('drops the rest of a line that is too long, and goes on with the next', () => {
  expect(linesOf(['01234567', '89abc\nnext'])).toEqual({ lines: ['0123456789…', 'next'], truncated: true });
});

it.each([['12\n34\n56\n'], ['12\n3', '4\n56\n'], ['12\n34', '\n56\n'], ['1', '2\n34', '', '5', '6']])(
  'drops what is more than the bytes to keep, and says that the last line was cut (%#)',
  (...chunks) => {
    expect(linesOf(chunks, { bytesMax: 5, lineLengthMax: 10 })).toEqual({ lines: ['12', '34…'], truncated: true });
  },
);

it('keeps a last line whole that ends where the bytes to keep do', () => {
  expect(linesOf(['12\n34'], { bytesMax: 5, lineLengthMax: 10 })).toEqual({ lines: ['12', '34'], truncated: false });
});

it('strips control sequences and reversing marks, keeps tabs', () => {
  expect(plainText('\u001b[31mred\u001b[0m \u001b]0;title\u0007a\tb\u0000\u202ec\r')).toBe('red a\tbc');
});
