import { describe, expect, it } from 'vitest';
import { deterministicId, isUuid, uuidV7 } from './ids.js';

describe('ids', () => {
  it('that follow from a name stay what they are: stored events are named by them', () => {
    expect(deterministicId('a', 1)).toBe('bfff61a1-3d9b-5268-9d44-be369bff25c5');
    expect(deterministicId('event', 't', 's', 'c', 3)).toBe('ea9670d0-95e9-5f22-a397-93242ffbb7a0');
  });

  it('tell names apart that only join to the same text', () => {
    expect(deterministicId('ab', 'c')).not.toBe(deterministicId('a', 'bc'));
  });

  it('of version 7 begin with the time and carry version and variant', () => {
    const id = uuidV7(1_700_000_000_000, new Uint8Array([255, 255, 255, 255, 1, 2, 3, 4, 5, 6]));
    expect(id).toBe('018bcfe5-6800-7fff-bfff-010203040506');
    expect(isUuid(id)).toBe(true);
  });
});
