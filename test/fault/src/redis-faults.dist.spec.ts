import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { migrate, openEventStore, type OpenedEventStore } from '@caisson/event-store-postgres';
import type { LockRequest } from '@caisson/event-sourcing';
import { startRedis, type LocalRedis } from '@caisson/local';
import { RedisLockManager } from '@caisson/lock-redis';
import { createTestDatabase, eventually, systemClock, type TestDatabase } from '@caisson/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { KeptLog } from './kept-log.js';
import { LyingRedis } from './lying-redis.js';

const newLock = (given: Partial<LockRequest> = {}): LockRequest => ({
  tenantId: randomUUID(),
  resource: 'deployment:1',
  ttlMs: 5000,
  waitMs: 0,
  ...given,
});

describe('Locks while Redis fails', () => {
  let database: TestDatabase;
  let store: OpenedEventStore;
  let other: OpenedEventStore;
  let directory: string;
  let redis: LocalRedis;
  let log: KeptLog;
  let lost: string[];
  let locks: RedisLockManager;
  let otherLocks: RedisLockManager;

  beforeAll(async () => {
    database = await createTestDatabase();
    await migrate({ ownerUrl: database.url });
    [store, other] = await Promise.all([openEventStore({ url: database.url }), openEventStore({ url: database.url })]);
    directory = await mkdtemp(join(tmpdir(), 'caisson-redis-'));
  });
  afterAll(async () => {
    await Promise.all([store.close(), other.close()]);
    await database.drop();
    await rm(directory, { recursive: true, force: true });
  });
  beforeEach(async () => {
    redis = await startRedis({ directory });
    log = new KeptLog();
    lost = [];
    const observer = { lost: (resource: string): unknown => lost.push(resource) };
    const common = { url: redis.url, clock: systemClock, log };
    locks = new RedisLockManager({ ...common, inner: store.locks, observer });
    otherLocks = new RedisLockManager({ ...common, inner: other.locks });
    await eventually('Redis', () => locks.isConnected && otherLocks.isConnected);
  });
  afterEach(async () => {
    await Promise.all([locks.close(), otherLocks.close()]);
    await redis.stop('SIGKILL');
  });

  const isFree = (through: RedisLockManager, request: LockRequest): Promise<boolean> =>
    through
      .withLock(request, () => Promise.resolve(true))
      .catch((error: unknown) => {
        expect(error).toMatchObject({ code: 'lock-unavailable' });
        return false;
      });

  it('keeps what is held, and locks go on, when Redis is killed and comes back', async () => {
    const request = newLock();
    await locks.withLock(request, async ({ signal }) => {
      await redis.stop('SIGKILL');
      expect(await isFree(otherLocks, request)).toBe(false);
      expect(await isFree(otherLocks, newLock())).toBe(true);
      expect(await isFree(locks, newLock())).toBe(true);
      redis = await startRedis({ directory }); // Empty: it would hand out the lock again.
      await eventually('Redis', () => locks.isConnected && otherLocks.isConnected);
      await eventually('Redis in use', async () => {
        await isFree(otherLocks, newLock());
        return log.count('answers again') > 0;
      });
      expect(await isFree(otherLocks, request)).toBe(false);
      expect(signal.aborted).toBe(false);
    });
    expect(await isFree(otherLocks, request)).toBe(true);
    expect(log.count('warn Redis does not answer')).toBe(2); // Once for each of the two.
  });

  it('waits for a silent Redis once and not for each lock', async () => {
    process.kill(redis.pid, 'SIGSTOP');
    const firstMs = await timeOf(() => isFree(locks, newLock()));
    expect(firstMs).toBeLessThan(2500);
    const nextMs = await timeOf(async () => {
      for (let count = 0; count < 20; count += 1) expect(await isFree(locks, newLock())).toBe(true);
    });
    expect(nextMs).toBeLessThan(2500); // One of them tries Redis again.
    process.kill(redis.pid, 'SIGCONT');
    await eventually('Redis in use', async () => {
      await isFree(locks, newLock());
      return log.count('answers again') === 1;
    });
  });

  it('lets nobody else in when its keys are wiped', async () => {
    const request = newLock();
    const client = new Redis(redis.url);
    await locks.withLock(request, async ({ signal }) => {
      await client.flushall();
      expect(await isFree(otherLocks, request)).toBe(false);
      await eventually('the loss', () => lost.length === 1);
      expect(signal.aborted).toBe(false);
      expect(await isFree(otherLocks, request)).toBe(false);
    });
    expect(await isFree(otherLocks, request)).toBe(true);
    client.disconnect();
  });

  it('lets work go on when Redis says of everything that somebody holds it', async () => {
    const requests = Array.from({ length: 20 }, () => newLock());
    const client = new Redis(redis.url);
    for (const { resource, tenantId } of requests)
      await client.set(`caisson:lock:${tenantId}:${resource}`, 'of nobody');
    for (const request of requests) expect(await isFree(locks, request)).toBe(true);
    expect(log.count('says that a lock is held that was free')).toBe(1);
    await locks.withLock(newLock(), async () => {
      const held = newLock();
      await otherLocks.withLock(held, async () => expect(await isFree(locks, held)).toBe(false));
    });
    client.disconnect();
  });

  it('lets one work at a time when Redis grants every lock to everybody', async () => {
    const lying = await LyingRedis.start();
    const common = { url: lying.url, clock: systemClock, log };
    const everybody = [store, other].map(({ locks: inner }) => new RedisLockManager({ ...common, inner }));
    await eventually('the lying Redis', () => everybody.every(({ isConnected }) => isConnected));
    const request = newLock({ waitMs: 20_000 });
    let atWork = 0;
    const overlaps: number[] = [];
    const work = async (): Promise<void> => {
      atWork += 1;
      if (atWork > 1) overlaps.push(atWork);
      await new Promise((resolve) => setImmediate(resolve));
      atWork -= 1;
    };
    const turns = Array.from({ length: 10 }, () => everybody).flat();
    await Promise.all(turns.map((through) => through.withLock(request, work)));
    expect(overlaps).toEqual([]);
    expect(lying.grants).toBeGreaterThanOrEqual(turns.length);
    await Promise.all(everybody.map((through) => through.close()));
    await lying.stop();
  });

  it('keeps its limits of waiting while Redis is away', async () => {
    const request = newLock();
    await redis.stop('SIGKILL');
    await locks.withLock(request, async () => {
      const tookMs = await timeOf(() => isFree(otherLocks, { ...request, waitMs: 300 }));
      expect(tookMs).toBeGreaterThan(250);
      expect(tookMs).toBeLessThan(1500);
    });
  });
});

async function timeOf(work: () => Promise<unknown>): Promise<number> {
  const beganMs = performance.now();
  await work();
  return performance.now() - beganMs;
}
