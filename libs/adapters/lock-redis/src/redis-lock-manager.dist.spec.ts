import { createRequire } from 'node:module';
import { randomUUID } from 'node:crypto';
import type * as IoRedis from 'ioredis';
import { migrate, openEventStore } from '@caisson/event-store-postgres';
import type { LockRequest } from '@caisson/event-sourcing';
import {
  createTestDatabase,
  describeLockManagerContract,
  eventually,
  systemClock,
  testRedisUrl,
} from '@caisson/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RedisLockManager } from './redis-lock-manager.js';

const { Redis } = createRequire(import.meta.url)('ioredis') as typeof IoRedis;

const log = { info: (): void => undefined, warn: (): void => undefined };

const keyOf = (tenantId: string, resource: string): string => `caisson:lock:${tenantId}:${resource}`;

async function openFixture() {
  const database = await createTestDatabase();
  await migrate({ ownerUrl: database.url });
  const [store, other] = await Promise.all([
    openEventStore({ url: database.url }),
    openEventStore({ url: database.url }),
  ]);
  const [locks, otherLocks] = [store, other].map(
    (opened) => new RedisLockManager({ url: testRedisUrl(), inner: opened.locks, clock: systemClock, log }),
  ) as [RedisLockManager, RedisLockManager];
  await eventually('Redis', () => locks.isConnected && otherLocks.isConnected);
  const redis = new Redis(testRedisUrl());
  return {
    locks,
    otherLocks,
    redis,
    inner: store.locks,
    events: store.events,
    expire: async (tenantId: string, resource: string): Promise<void> => {
      await redis.del(keyOf(tenantId, resource));
      const text = 'update lease set expires_at = clock_timestamp() where tenant_id = $1 and resource = $2';
      await store.pool.query(text, [tenantId, resource]);
    },
    close: async () => {
      redis.disconnect();
      await Promise.all([locks.close(), otherLocks.close()]);
      await Promise.all([store.close(), other.close()]);
      await database.drop();
    },
  };
}

describeLockManagerContract('Redis before Postgres', openFixture);

describe('The key in Redis', () => {
  let fixture: Awaited<ReturnType<typeof openFixture>>;
  beforeAll(async () => {
    fixture = await openFixture();
  });
  afterAll(() => fixture.close());

  const newLock = (given: Partial<LockRequest> = {}): LockRequest => ({
    tenantId: randomUUID(),
    resource: 'deployment:1',
    ttlMs: 10_000,
    waitMs: 0,
    ...given,
  });

  it('is there while the lock is held, lives shortly, and goes with it', async () => {
    const request = newLock();
    const key = keyOf(request.tenantId, request.resource);
    await fixture.locks.withLock(request, async () => {
      const ttlMs = await fixture.redis.pttl(key);
      expect(ttlMs).toBeGreaterThan(2000);
      expect(ttlMs).toBeLessThanOrEqual(3000);
    });
    expect(await fixture.redis.exists(key)).toBe(0);
  });

  it('is counted by what was asked of Redis and what came of it', async () => {
    const calls: string[] = [];
    const { inner } = fixture;
    const locks = new RedisLockManager({
      ...{ url: testRedisUrl(), inner, clock: systemClock, log },
      observer: { asked: (operation, outcome) => void calls.push(`${operation} ${outcome}`) },
    });
    await eventually('Redis', () => locks.isConnected);
    const request = newLock({ ttlMs: 900 });
    await locks.withLock(request, async () => {
      await eventually('a renewal', () => calls.includes('renew done'));
      await expect(locks.withLock(request, () => Promise.resolve())).rejects.toMatchObject({
        code: 'lock-unavailable',
      });
    });
    await locks.close();
    await locks.withLock(newLock(), () => Promise.resolve());
    expect(new Set(calls)).toEqual(new Set(['lock done', 'renew done', 'lock held', 'release done', 'lock failed']));
  });

  it('left behind by a crash keeps others out for three seconds at most', async () => {
    const request = newLock({ waitMs: 10_000 });
    await fixture.redis.set(keyOf(request.tenantId, request.resource), 'of a dead process', 'PX', 3000);
    const beganMs = performance.now();
    await fixture.locks.withLock(request, () => Promise.resolve());
    expect(performance.now() - beganMs).toBeLessThan(4000);
  });

  it('lets one in at a time when many want in', async () => {
    const request = newLock({ waitMs: 20_000 });
    let inside = 0;
    let most = 0;
    let visits = 0;
    const worker = async (index: number): Promise<void> => {
      for (let round = 0; round < 5; round += 1) {
        await (index % 2 === 0 ? fixture.locks : fixture.otherLocks).withLock(request, async () => {
          inside += 1;
          most = Math.max(most, inside);
          visits += 1;
          await new Promise((resolve) => setImmediate(resolve));
          inside -= 1;
        });
      }
    };
    await Promise.all(Array.from({ length: 12 }, (_, index) => worker(index)));
    expect([most, visits]).toEqual([1, 60]);
  });
});
