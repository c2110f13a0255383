import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { AesSecretBox, parseSecretKeys } from './aes-secret-box.js';

const first = { id: '2026-01', key: randomBytes(32) };
const second = { id: '2026-02', key: randomBytes(32) };
const box = new AesSecretBox([first]);
const plain = Buffer.from('the quick brown secret');
const refused = expect.objectContaining({ name: 'Fault', code: 'secret-unreadable', retryable: false }) as Error;

describe('a secret box', () => {
  it('opens what it sealed, in the place it was sealed for', () => {
    expect(Buffer.from(box.open(box.seal(plain, 'tenant|state|a'), 'tenant|state|a'))).toEqual(plain);
    expect(box.open(box.seal(new Uint8Array(), 'a'), 'a')).toHaveLength(0);
  });

  it('never seals the same way twice and never shows the content', () => {
    const [one, other] = [box.seal(plain, 'a'), box.seal(plain, 'a')];
    expect(Buffer.from(one)).not.toEqual(Buffer.from(other));
    expect(Buffer.from(one).includes(plain)).toBe(false);
  });

  it('refuses another place', () => {
    expect(() => box.open(box.seal(plain, 'tenant-a|state|x'), 'tenant-b|state|x')).toThrow(refused);
  });

  it('refuses any changed bit', () => {
    const sealed = box.seal(plain, 'a');
    for (let index = 0; index < sealed.length; index += 1) {
      const changed = Uint8Array.from(sealed);
      changed[index] = (changed[index] ?? 0) ^ 1;
      expect(() => box.open(changed, 'a')).toThrow(refused);
    }
  });

  it('refuses bytes cut short, and bytes that were never sealed', () => {
    const sealed = box.seal(plain, 'a');
    for (let length = 0; length < sealed.length; length += 1) {
      expect(() => box.open(sealed.subarray(0, length), 'a')).toThrow(refused);
    }
  });

  it('reads what an older key sealed, and writes with the first', () => {
    const old = box.seal(plain, 'a');
    const changed = new AesSecretBox([second, first]);
    expect(Buffer.from(changed.open(old, 'a'))).toEqual(plain);
    expect(() => box.open(changed.seal(plain, 'a'), 'a')).toThrow(/"2026-02" is not configured/);
  });

  it('refuses another key under the same id', () => {
    const impostor = new AesSecretBox([{ ...first, key: randomBytes(32) }]);
    expect(() => impostor.open(box.seal(plain, 'a'), 'a')).toThrow(refused);
  });

  it('is not made of bad keys', () => {
    expect(() => new AesSecretBox([])).toThrow(/needs a key/);
    expect(() => new AesSecretBox([{ id: 'a', key: randomBytes(16) }])).toThrow(/32 bytes/);
    expect(() => new AesSecretBox([{ id: 'a b', key: randomBytes(32) }])).toThrow(/id of a secret key/);
    expect(() => new AesSecretBox([first, first])).toThrow(/same id/);
  });
});

it('reads keys from configuration', () => {
  const text = `${first.id}:${first.key.toString('base64')}, ${second.id}:${second.key.toString('base64')}`;
  expect(parseSecretKeys(text).map(({ id }) => id)).toEqual([first.id, second.id]);
  expect(() => parseSecretKeys('a:AAAA')).toThrow(/32 bytes/);
  expect(() => parseSecretKeys('nonsense')).toThrow(/id:base64/);
});
