import { createHmac } from 'node:crypto';
import { expect, it } from 'vitest';
import { isSignedByGithub } from './github-signature.js';

const secret = "It's a Secret to Everybody";
const body = Buffer.from('Hello, World!');
// The example of GitHub's documentation, "Validating webhook deliveries".
const signature = 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17';

it('takes the signature of the documentation', () => {
  expect(isSignedByGithub(signature, secret, body)).toBe(true);
});

it.each([
  ['nothing', undefined],
  ['two headers', [signature, signature]],
  ['SHA-1', `sha1=${createHmac('sha1', secret).update(body).digest('hex')}`],
  ['upper case', signature.toUpperCase()],
  ['a short one', signature.slice(0, -2)],
  ['a long one', `${signature}00`],
  ['no hexadecimal', `sha256=${'z'.repeat(64)}`],
  ['another secret', `sha256=${createHmac('sha256', 'other').update(body).digest('hex')}`],
  ['another body', `sha256=${createHmac('sha256', secret).update('Hello, World').digest('hex')}`],
])('refuses %s', (_reason, header) => {
  expect(isSignedByGithub(header, secret, body)).toBe(false);
});
