import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { StateCredentials, type StateGrant } from './state-credentials.js';

const grant: StateGrant = {
  tenantId: 'tenant|a',
  deploymentId: 'deployment',
  unitId: 'web[1]',
  fencingToken: 7,
  mode: 'write',
};
const [first, second] = [
  { id: 'k1', key: randomBytes(32) },
  { id: 'k2', key: randomBytes(32) },
];
let now = '2026-01-01T00:00:00.000Z';
const clock = { now: () => now, monotonicMs: () => 0, sleep: () => Promise.resolve() };

it('finds in a credential what it was issued for, until it expires', () => {
  const credentials = new StateCredentials([first], clock);
  const credential = credentials.issue(grant, 60_000);
  expect(credentials.verify(credential)).toEqual({ outcome: 'valid', grant });
  now = '2026-01-01T00:00:59.999Z';
  expect(credentials.verify(credential).outcome).toBe('valid');
  now = '2026-01-01T00:01:00.000Z';
  expect(credentials.verify(credential)).toEqual({ outcome: 'expired' });
});

it('accepts what an older key signed, and signs with the first', () => {
  const old = new StateCredentials([first], clock).issue(grant, 60_000);
  const changed = new StateCredentials([second, first], clock);
  expect(changed.verify(old).outcome).toBe('valid');
  expect(new StateCredentials([first], clock).verify(changed.issue(grant, 60_000)).outcome).toBe('forged');
});

it('refuses any changed character', () => {
  const credentials = new StateCredentials([first], clock);
  const credential = credentials.issue(grant, 60_000);
  for (let index = 0; index < credential.length - 1; index += 1) {
    const other = credential[index] === 'A' ? 'B' : 'A';
    const changed = credential.slice(0, index) + other + credential.slice(index + 1);
    expect(credentials.verify(changed).outcome).toBe('forged');
  }
});

it.each(['', '.', '..', 'k1..', 'k1.e30.', 'a.b.c.d', '\u0000', 'k1.'.padEnd(5_000, 'x')])('refuses %j', (text) => {
  expect(new StateCredentials([first], clock).verify(text)).toEqual({ outcome: 'forged' });
});

it('is not made of bad keys', () => {
  expect(() => new StateCredentials([], clock)).toThrow(/need a key/);
  expect(() => new StateCredentials([{ id: 'a.b', key: randomBytes(32) }], clock)).toThrow(/must match/);
  expect(() => new StateCredentials([{ id: 'a', key: randomBytes(8) }], clock)).toThrow(/32 bytes/);
});
