import { describe, expect, it } from 'vitest';
import { newClusterId } from './kafka.js';

describe('the id of a new cluster', () => {
  it('never begins like an option of the formatter', () => {
    for (let first = 0; first < 256; first += 1) {
      const id = newClusterId(Buffer.alloc(16, first));
      expect(id).toMatch(/^[\w][\w-]{21}$/);
    }
  });
});
