import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { SecretEnvelopes } from './secret-envelopes.js';

const first = { id: 'k1', key: randomBytes(32) };
const second = { id: 'k2', key: randomBytes(32) };
const envelopes = new SecretEnvelopes([first]);
const place = 'acme|credential|aws|1';
const refused = expect.objectContaining({ name: 'Fault', code: 'secret-unreadable', retryable: false }) as Error;

describe('envelopes', () => {
  it('open what they sealed, in its place, and show none of it', () => {
    const sealed = envelopes.seal('open sesame', place);
    expect(envelopes.open(sealed, place)).toBe('open sesame');
    expect(JSON.stringify(sealed)).not.toContain('sesame');
    expect(sealed.keyId).toBe('k1');
    for (const other of ['globex|credential|aws|1', 'acme|credential|gcp|1', 'acme|credential|aws|2']) {
      expect(() => envelopes.open(sealed, other)).toThrow(refused);
    }
  });

  it('keep parts of two envelopes apart', () => {
    const [one, other] = [envelopes.seal('one', place), envelopes.seal('other', place)];
    expect(one.dataKey).not.toBe(other.dataKey);
    expect(() => envelopes.open({ ...one, content: other.content }, place)).toThrow(refused);
    expect(() => envelopes.open({ ...one, dataKey: one.content }, place)).toThrow(refused);
  });

  it('go under a new key without a change of what is in them, and need the old key no more', () => {
    const sealed = envelopes.seal('open sesame', place);
    const rewrapped = new SecretEnvelopes([second, first]).rewrap(sealed, place);
    expect(rewrapped).toMatchObject({ keyId: 'k2', content: sealed.content });
    expect(new SecretEnvelopes([second]).open(rewrapped, place)).toBe('open sesame');
    expect(() => new SecretEnvelopes([second]).open(sealed, place)).toThrow(refused);
    expect(() => new SecretEnvelopes([second]).rewrap(sealed, place)).toThrow(refused);
  });
});
