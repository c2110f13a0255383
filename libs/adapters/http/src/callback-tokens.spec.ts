import { expect, it } from 'vitest';
import { CallbackTokens, type CallbackTarget } from './callback-tokens.js';

const tokens = new CallbackTokens('s'.repeat(32));
const target: CallbackTarget = {
  tenantId: '7b2f6d0e-8f0a-4d6e-9d1c-1f2e3d4c5b6a',
  runId: '0197f3c2-8d40-7c1e-9a57-2b6f3c4d5e6f',
  phase: 'apply',
  unitId: 'gate[3]',
  cycle: 2,
  attempt: 1,
};

it('names the wait that it was signed for', () => {
  expect(tokens.read(tokens.sign(target))).toEqual(target);
});

it('is nothing when it was changed or signed by somebody else', () => {
  const [said = '', mac = ''] = tokens.sign(target).split('.');
  const forged = Buffer.from(JSON.stringify(['other', 'run', 'apply', 'gate', 1, 1])).toString('base64url');
  const foreign = new CallbackTokens('x'.repeat(32)).sign(target);
  const umlauts = 'ä'.repeat(mac.length);
  for (const token of [
    '',
    said,
    `${said}.`,
    `${forged}.${mac}`,
    foreign,
    `${said}.${mac}.x`,
    `${said}.${mac.slice(1)}`,
    `${said}.${umlauts}`,
  ]) {
    expect(tokens.read(token)).toBeUndefined();
  }
});

it('lives on while its secret is the previous one, and not longer', () => {
  const given = tokens.sign(target);
  const rotated = new CallbackTokens('n'.repeat(32), 's'.repeat(32));
  expect(rotated.read(given)).toEqual(target);
  expect(tokens.read(rotated.sign(target))).toBeUndefined(); // What is new is signed with the new one.
  expect(new CallbackTokens('n'.repeat(32)).read(given)).toBeUndefined();
});
