import { randomUUID } from 'node:crypto';
import { InProcessRateLimiter, type BucketPolicy, type WindowPolicy } from '@caisson/http';
import { eventually, systemClock, testRedisUrl } from '@caisson/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { RedisRateLimiter } from './redis-rate-limiter.js';

const BURST: BucketPolicy = { kind: 'bucket', name: 'address', capacity: 10, refillPerMinute: 60 };
const WINDOW: WindowPolicy = { kind: 'window', name: 'caller', limit: 100, windowMs: 60_000 };

const log = { info: (): void => undefined, warn: (): void => undefined };
const open = (url = testRedisUrl(), onAway?: (isAway: boolean) => void) =>
  new RedisRateLimiter({
    ...{ url, clock: systemClock, log, fallback: new InProcessRateLimiter(systemClock) },
    ...(onAway === undefined ? {} : { onAway }),
  });

/** Two replicas. */
let limiters: readonly RedisRateLimiter[] = [];
beforeAll(async () => {
  limiters = [open(), open()];
  await eventually('Redis', () => limiters.every(({ isConnected }) => isConnected));
});
afterAll(() => Promise.all(limiters.map((limiter) => limiter.close())));

const take = async (index: number, key: string, policy: BucketPolicy | WindowPolicy) =>
  (await limiters[index % limiters.length]!.take([{ key, policy }]))[0]!;

it('lets a burst of 10 at 60 a minute through two replicas, not the 11th, and one more after a second', async () => {
  const key = randomUUID();
  for (let index = 0; index < 10; index += 1) expect((await take(index, key, BURST)).allowed).toBe(true);
  const refused = await take(0, key, BURST);
  expect(refused).toMatchObject({ allowed: false, remaining: 0 });
  expect(refused.nextMs).toBeGreaterThan(0);
  expect(refused.nextMs).toBeLessThanOrEqual(1_000);
  await eventually('one more', async () => (await take(1, key, BURST)).allowed);
});

it('lets 100 of 200 at once through over two replicas, and tells the others when', async () => {
  const key = randomUUID();
  const states = await Promise.all(Array.from({ length: 200 }, (_, index) => take(index, key, WINDOW)));
  expect(states.filter(({ allowed }) => allowed)).toHaveLength(100);
  for (const { allowed, nextMs } of states) {
    if (!allowed) expect(nextMs).toBeGreaterThan(0);
    expect(nextMs).toBeLessThanOrEqual(60_000);
  }
});

it('opens the window again when the oldest request leaves it', async () => {
  const key = randomUUID();
  const brief: WindowPolicy = { ...WINDOW, limit: 2, windowMs: 300 };
  const states = [await take(0, key, brief), await take(1, key, brief), await take(0, key, brief)];
  expect(states.map(({ allowed }) => allowed)).toEqual([true, true, false]);
  await eventually('one more', async () => (await take(1, key, brief)).allowed);
});

it('takes from no limit when one of them refuses', async () => {
  const key = randomUUID();
  for (let index = 0; index < 10; index += 1) await take(index, key, BURST);
  const both = () =>
    limiters[0]!.take([
      { key, policy: BURST },
      { key, policy: WINDOW },
    ]);
  expect((await both()).map(({ allowed }) => allowed)).toEqual([false, true]);
  expect((await both())[1]).toMatchObject({ remaining: 100, nextMs: 0 });
});

it('counts alone while Redis is away, at once, and says so', async () => {
  const told: boolean[] = [];
  const lonely = open('redis://127.0.0.1:1', (isAway) => told.push(isAway));
  const key = randomUUID();
  const beganMs = performance.now();
  const states = [];
  for (let index = 0; index < 11; index += 1) states.push((await lonely.take([{ key, policy: BURST }]))[0]);
  expect(states.map((state) => state?.allowed)).toEqual([...Array.from({ length: 10 }, () => true), false]);
  expect(performance.now() - beganMs).toBeLessThan(500);
  expect(told).toEqual([true]);
  await lonely.close();
});
