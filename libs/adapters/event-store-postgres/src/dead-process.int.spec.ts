import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import {
  createTestDatabase,
  eventually,
  newAppend,
  newStream,
  startSourceProcess,
  type TestDatabase,
} from '@caisson/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { migrate } from './migrate.js';
import { openEventStore, type OpenedEventStore } from './open-event-store.js';
import { isKnownDead, processIdentity } from './process-identity.js';

const TTL_MS = 1_500;

let database: TestDatabase;
let store: OpenedEventStore;
const children: ChildProcess[] = [];
beforeAll(async () => {
  database = await createTestDatabase();
  await migrate({ ownerUrl: database.url });
  store = await openEventStore({ url: database.url });
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});
afterAll(async () => {
  await store.close();
  await database.drop();
});

/** Runs `body` in a process of its own, with `store` opened and `say(value)` to tell the test something. */
function startChild(body: string) {
  const source = new URL('./open-event-store.ts', import.meta.url).href;
  const code = `
    import { openEventStore } from ${JSON.stringify(source)};
    const store = await openEventStore({ url: ${JSON.stringify(database.url)} });
    const say = (value) => process.stdout.write(JSON.stringify(value) + '\\n');
    ${body}`;
  const child = startSourceProcess(code, new URL('..', import.meta.url));
  children.push(child);
  const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
  const hear = async (): Promise<unknown> => {
    const line = await lines.next();
    if (line.done === true) throw new Error('the child ended');
    return JSON.parse(line.value);
  };
  return { child, hear };
}

const forEver = 'new Promise((resolve) => setTimeout(resolve, 1e8))';

describe('a lease holder', () => {
  it('that was stopped past its time can write nothing when it wakes up', { timeout: 60_000 }, async () => {
    const stream = newStream();
    const lock = { tenantId: stream.tenantId, resource: 'deployment:1', ttlMs: TTL_MS, fences: [stream.streamId] };
    const { child, hear } = startChild(`
      const request = ${JSON.stringify(newAppend({ stream }))};
      await store.locks.withLock({ ...${JSON.stringify(lock)}, waitMs: 0 }, async ({ fencingToken, signal }) => {
        // The clock jumps when the process was stopped, wherever in its code that was.
        let last = performance.now();
        say('holding');
        for (let isSuspended = false; !isSuspended; last = performance.now()) {
          await new Promise((resolve) => setTimeout(resolve, 10));
          isSuspended = performance.now() - last > ${TTL_MS};
        }
        const outcome = await store.events.append({ ...request, fencingToken });
        while (!signal.aborted) await new Promise((resolve) => setTimeout(resolve, 10));
        say({ outcome, reason: signal.reason.code });
      });
      say('released');
      await store.close();`);
    expect(await hear()).toBe('holding');
    child.kill('SIGSTOP');
    await store.locks.withLock({ ...lock, ttlMs: 60_000, waitMs: 10_000 }, async ({ fencingToken, signal }) => {
      const stoppedAtMs = performance.now();
      await eventually('the stop to be long', () => performance.now() - stoppedAtMs > TTL_MS);
      child.kill('SIGCONT');
      expect(await hear()).toEqual({ outcome: { outcome: 'fenced', fencingToken }, reason: 'lock-lost' });
      expect(await hear()).toBe('released');
      expect(signal.aborted).toBe(false);
      // Neither its write nor its release did anything.
      expect((await store.events.load({ stream })).events).toEqual([]);
      const lease = await store.pool.query('select token::int from lease where tenant_id = $1', [stream.tenantId]);
      expect(lease.rows).toEqual([{ token: fencingToken }]);
      expect(await store.events.append(newAppend({ stream, fencingToken }))).toMatchObject({ outcome: 'appended' });
    });
  });

  it('that was killed on this machine holds nothing up', { timeout: 60_000 }, async () => {
    const lock = { tenantId: 'tenant', resource: 'deployment:killed', ttlMs: 600_000, waitMs: 0 };
    const { child, hear } = startChild(`
      await store.locks.withLock(${JSON.stringify(lock)}, async () => { say('holding'); await ${forEver}; });`);
    expect(await hear()).toBe('holding');
    await expect(store.locks.withLock(lock, async () => 'in')).rejects.toMatchObject({ code: 'lock-unavailable' });
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(await store.locks.withLock(lock, async () => 'in')).toBe('in');
  });
});

describe('a worker', () => {
  it('that was killed on this machine holds no job up', { timeout: 60_000 }, async () => {
    await store.events.append(newAppend({ jobs: [{ queue: 'killed', key: 'a', payload: null }] }));
    const { child, hear } = startChild(`
      const jobs = await store.jobs.claim({ queue: 'killed', worker: store.identity, limit: 1, leaseMs: 600_000 });
      say(jobs.length); await ${forEver};`);
    expect(await hear()).toBe(1);
    child.kill('SIGKILL');
    await once(child, 'exit');
    const claim = { queue: 'killed', worker: store.identity, limit: 1, leaseMs: 600_000 };
    expect(await store.jobs.claim(claim)).toMatchObject([{ key: 'a', attempt: 2 }]);
  });
});

describe('process identity', () => {
  it('says nothing about processes that live, or ran elsewhere, or are named otherwise', () => {
    const [host, , started] = processIdentity().split('/');
    expect(isKnownDead(processIdentity())).toBe(false);
    expect(isKnownDead(`other-host/${process.pid}/1`)).toBe(false);
    expect(isKnownDead('worker-1')).toBe(false);
    expect(isKnownDead(`${host}/0x1/${started}`)).toBe(false);
  });

  it('knows that another process has the number now', () => {
    const [host, pid] = processIdentity().split('/');
    expect(isKnownDead(`${host}/${pid}/1`)).toBe(true);
  });
});
