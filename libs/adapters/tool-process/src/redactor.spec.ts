import { expect, it } from 'vitest';
import { createRedactor } from './redactor.js';

const SECRET = 'pa"ss wörd/+&?x';
const redactor = createRedactor([SECRET, 'first line\nsecond line', 'abc', '']);

const FORMS: readonly { readonly reason: string; readonly text: string }[] = [
  { reason: 'as it is', text: SECRET },
  { reason: 'JSON-escaped', text: JSON.stringify({ password: SECRET }) },
  { reason: 'URL-encoded', text: `https://x/?p=${encodeURIComponent(SECRET)}` },
  { reason: 'form-encoded', text: new URLSearchParams({ p: SECRET }).toString() },
  { reason: 'hexadecimal', text: Buffer.from(SECRET).toString('hex') },
  { reason: 'upper-case hexadecimal', text: Buffer.from(SECRET).toString('hex').toUpperCase() },
  ...[0, 1, 2, 3].flatMap((offset) => [
    {
      reason: `base64 after ${offset} bytes`,
      text: Buffer.from(`${'u'.repeat(offset)}${SECRET}tail`).toString('base64'),
    },
    { reason: `base64url after ${offset}`, text: Buffer.from(`${'u'.repeat(offset)}${SECRET}`).toString('base64url') },
  ]),
];

it.each(FORMS)('removes a secret $reason', ({ text }) => {
  expect(redactor.redact(text)).toContain('(sensitive)');
});

it('removes each line of a secret of several lines', () => {
  expect(redactor.redact('> second line <')).toBe('> (sensitive) <');
});

it('leaves other text and values too short to be secrets alone', () => {
  expect(redactor.redact('abc says hello')).toBe('abc says hello');
  expect(createRedactor([]).redact('anything')).toBe('anything');
});
