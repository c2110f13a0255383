import { expect, it } from 'vitest';
import { InProcessRateLimiter } from './in-process-rate-limiter.js';
import type { BucketPolicy, RateCheck, WindowPolicy } from './rate-limiter.js';

const BURST: BucketPolicy = { kind: 'bucket', name: 'address', capacity: 10, refillPerMinute: 60 };
const WINDOW: WindowPolicy = { kind: 'window', name: 'caller', limit: 100, windowMs: 60_000 };

function setUp() {
  let nowMs = 5_000;
  const limiter = new InProcessRateLimiter({ monotonicMs: () => nowMs });
  const ask = async (...checks: readonly RateCheck[]) => limiter.take(checks);
  return {
    ask,
    pass: (ms: number) => (nowMs += ms),
    burst: async (key = 'a') => (await ask({ key, policy: BURST }))[0]!,
    window: async (key = 'a') => (await ask({ key, policy: WINDOW }))[0]!,
  };
}

it('lets a burst of 10 at 60 a minute through, not the 11th, and one more after a second', async () => {
  const { burst, pass } = setUp();
  for (let index = 0; index < 10; index += 1) {
    expect(await burst()).toMatchObject({ allowed: true, remaining: 9 - index });
  }
  expect(await burst()).toEqual({ allowed: false, remaining: 0, nextMs: 1_000 });
  pass(999);
  expect((await burst()).allowed).toBe(false);
  pass(1);
  expect((await burst()).allowed).toBe(true);
  expect((await burst()).allowed).toBe(false);
  pass(3_600_000);
  expect(await burst()).toMatchObject({ allowed: true, remaining: 9 });
});

it('lets 100 through in any 60 seconds, and not the 101st', async () => {
  const { pass, window } = setUp();
  for (let index = 0; index < 100; index += 1) {
    expect((await window()).allowed).toBe(true);
    pass(500);
  }
  expect(await window()).toEqual({ allowed: false, remaining: 0, nextMs: 10_000 });
  pass(9_999);
  expect((await window()).allowed).toBe(false);
  pass(1);
  expect((await window()).allowed).toBe(true);
  expect(await window()).toMatchObject({ allowed: false, nextMs: 500 });
});

it('counts each key for itself, and refused requests not at all', async () => {
  const { ask, burst, window } = setUp();
  for (let index = 0; index < 12; index += 1) await burst();
  expect((await burst('b')).allowed).toBe(true);
  const both = { ...(await window()) };
  for (let index = 0; index < 5; index += 1) {
    const states = await ask({ key: 'a', policy: BURST }, { key: 'a', policy: WINDOW });
    expect(states.map(({ allowed }) => allowed)).toEqual([false, true]);
  }
  expect((await window()).remaining).toBe(both.remaining - 1);
});
