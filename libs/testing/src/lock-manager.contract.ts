import { randomUUID } from 'node:crypto';
import type { EventStore, HeldLock, LockManager, LockRequest } from '@caisson/event-sourcing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newAppend, newStream } from './appends.js';
import { eventually } from './eventually.js';

/** Locks to test, and the store whose streams they fence. */
export interface LockManagerFixture {
  readonly locks: LockManager;
  /** The same locks, as another process has them. */
  readonly otherLocks: LockManager;
  readonly events: EventStore;
  /** Takes a lock away from its holder, as if its time had run out. */
  expire(tenantId: string, resource: string): Promise<void>;
  close(): Promise<void>;
}

/** What every lock manager promises. Run it from the adapter's `*.int.spec.ts`. */
export function describeLockManagerContract(name: string, createFixture: () => Promise<LockManagerFixture>): void {
  describe(`${name} keeps the lock contract`, () => {
    let fixture: LockManagerFixture;
    let locks: LockManager;
    let otherLocks: LockManager;
    beforeAll(async () => {
      fixture = await createFixture();
      ({ locks, otherLocks } = fixture);
    });
    afterAll(() => fixture.close());

    const newLock = (given: Partial<LockRequest> = {}): LockRequest => ({
      tenantId: randomUUID(),
      resource: `deployment:${randomUUID()}`,
      ttlMs: 10_000,
      waitMs: 0,
      ...given,
    });

    it('gives what the work gives, and throws what it throws', async () => {
      expect(await locks.withLock(newLock(), async () => 'done')).toBe('done');
      const failure = new Error('work failed');
      await expect(locks.withLock(newLock(), () => Promise.reject(failure))).rejects.toBe(failure);
    });

    it('lets one in at a time, and the next one right after', async () => {
      const request = newLock({ waitMs: 10_000 });
      let inside = 0;
      let most = 0;
      const visit = (through: LockManager): Promise<number> =>
        through.withLock(request, async ({ fencingToken }) => {
          inside += 1;
          most = Math.max(most, inside);
          await new Promise((resolve) => setImmediate(resolve));
          inside -= 1;
          return fencingToken;
        });
      const tokens = await Promise.all(Array.from({ length: 8 }, (_, index) => visit(index % 2 ? locks : otherLocks)));
      expect(most).toBe(1);
      expect(new Set(tokens).size).toBe(8);
    });

    it('refuses at once, or after the wait, while another holds it', async () => {
      const request = newLock();
      await locks.withLock(request, async () => {
        const refusal = { code: 'lock-unavailable', retryable: true };
        await expect(otherLocks.withLock(request, async () => 'in')).rejects.toMatchObject(refusal);
        await expect(otherLocks.withLock({ ...request, waitMs: 60 }, async () => 'in')).rejects.toMatchObject(refusal);
        await expect(locks.withLock(request, async () => 'in')).rejects.toMatchObject(refusal);
        expect(await otherLocks.withLock({ ...request, tenantId: 'other' }, async () => 'in')).toBe('in');
      });
      expect(await otherLocks.withLock(request, async () => 'in')).toBe('in');
    });

    it('lets go after work that failed', async () => {
      const request = newLock();
      await expect(locks.withLock(request, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
      expect(await otherLocks.withLock(request, async () => 'in')).toBe('in');
    });

    it('gives rising tokens', async () => {
      const request = newLock();
      const tokens: number[] = [];
      for (const through of [locks, otherLocks, locks]) {
        tokens.push(await through.withLock(request, async (lock) => lock.fencingToken));
      }
      expect(tokens).toEqual([...tokens].sort((a, b) => a - b));
      expect(new Set(tokens).size).toBe(3);
    });

    it('says whether the last holder let go', async () => {
      const request = newLock();
      const isTakenOver = (through: LockManager) =>
        through.withLock({ ...request, waitMs: 5_000 }, async ({ tookOver }) => tookOver);
      expect(await isTakenOver(locks)).toBe(false);
      await locks.withLock(request, async () => {
        await fixture.expire(request.tenantId, request.resource);
        expect(await isTakenOver(otherLocks)).toBe(true);
      });
      expect(await isTakenOver(otherLocks)).toBe(false);
    });

    it('renews by itself: work may take longer than the lock lasts', async () => {
      const request = newLock({ ttlMs: 800 });
      await locks.withLock(request, async ({ signal }) => {
        const endsAtMs = performance.now() + 1_700;
        await eventually('twice the duration to pass', () => performance.now() > endsAtMs);
        expect(signal.aborted).toBe(false);
        await expect(otherLocks.withLock(request, async () => 'in')).rejects.toMatchObject({
          code: 'lock-unavailable',
        });
      });
    });

    it('tells a holder that lost it, and its release harms nobody', async () => {
      const request = newLock({ ttlMs: 600 });
      await locks.withLock(request, async ({ signal }) => {
        await fixture.expire(request.tenantId, request.resource);
        await otherLocks.withLock({ ...request, ttlMs: 10_000, waitMs: 5_000 }, async () => {
          await eventually('the signal', () => signal.aborted);
          expect(signal.reason).toMatchObject({ code: 'lock-lost' });
        });
      });
      expect(await otherLocks.withLock(request, async () => 'in')).toBe('in');
    });

    it('lets a holder that lost it release nothing of the next one', async () => {
      const request = newLock({ ttlMs: 60_000 });
      let next: Promise<string> | undefined;
      let leave = (): void => undefined;
      await locks.withLock(request, async () => {
        await fixture.expire(request.tenantId, request.resource);
        await new Promise<void>((entered) => {
          next = otherLocks.withLock({ ...request, waitMs: 5_000 }, async () => {
            entered();
            await new Promise<void>((resolve) => {
              leave = resolve;
            });
            return 'left';
          });
        });
      });
      await expect(locks.withLock(request, async () => 'in')).rejects.toMatchObject({ code: 'lock-unavailable' });
      leave();
      expect(await next).toBe('left');
    });

    it("ends the work's signal with the request's, and gives up waiting with it", async () => {
      const stop = new AbortController();
      const request = newLock();
      await locks.withLock({ ...request, signal: stop.signal }, async ({ signal }) => {
        const waiting = otherLocks.withLock({ ...request, waitMs: 60_000, signal: stop.signal }, async () => 'in');
        stop.abort();
        expect(signal.aborted).toBe(true);
        await expect(waiting).rejects.toMatchObject({ code: 'lock-unavailable' });
      });
    });

    describe('fencing', () => {
      it('refuses a stale holder from the moment the next one holds the lock', async () => {
        const stream = newStream();
        const request = newLock({ tenantId: stream.tenantId, ttlMs: 60_000, fences: [stream.streamId] });
        const append = async (lock: HeldLock) => {
          const { head } = await fixture.events.load({ stream });
          return fixture.events.append(newAppend({ stream, expected: head, fencingToken: lock.fencingToken }));
        };
        await locks.withLock(request, async (stale) => {
          expect(await append(stale)).toMatchObject({ outcome: 'appended' });
          await fixture.expire(request.tenantId, request.resource);
          const token = await otherLocks.withLock(request, async (current) => {
            expect(await append(stale)).toEqual({ outcome: 'fenced', fencingToken: current.fencingToken });
            expect(await append(current)).toMatchObject({ outcome: 'appended' });
            return current.fencingToken;
          });
          expect(await append(stale)).toEqual({ outcome: 'fenced', fencingToken: token });
        });
        expect((await fixture.events.load({ stream })).head.version).toBe(2);
      });

      it('works for streams that have no event yet', async () => {
        const stream = newStream();
        const request = newLock({ tenantId: stream.tenantId, fences: [stream.streamId] });
        const stale = await locks.withLock(request, async (lock) => lock.fencingToken);
        const token = await otherLocks.withLock(request, async (lock) => lock.fencingToken);
        expect(await fixture.events.append(newAppend({ stream, fencingToken: stale }))).toEqual({
          outcome: 'fenced',
          fencingToken: token,
        });
        expect(await fixture.events.append(newAppend({ stream, fencingToken: token }))).toMatchObject({
          outcome: 'appended',
        });
      });

      it('leaves other streams and writers without a token alone', async () => {
        const stream = newStream();
        const request = newLock({ tenantId: stream.tenantId, fences: [stream.streamId] });
        await locks.withLock(request, async () => undefined);
        expect(await fixture.events.append(newAppend({ stream }))).toMatchObject({ outcome: 'appended' });
        expect(await fixture.events.append(newAppend({ fencingToken: 1 }))).toMatchObject({ outcome: 'appended' });
      });
    });
  });
}
