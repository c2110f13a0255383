import { describe, expect, it } from 'vitest';
import { LiveLimits } from './live-limits.js';

describe('the places of live streams', () => {
  it('are limited by tenant and by process, and come back once', () => {
    const limits = new LiveLimits({ perProcess: 3, perTenant: 2 });
    const first = limits.take('a');
    limits.take('a');
    expect(() => limits.take('a')).toThrow(/live-streams-exhausted/);
    limits.take('b');
    expect(() => limits.take('c')).toThrow(/This process/);
    first();
    first();
    expect(limits.total).toBe(2);
    limits.take('c');
    expect(() => limits.take('b')).toThrow(/This process/);
  });
});
