import { createServer, connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { AddressInfo } from 'node:net';
import { createTestDatabase, eventually, newAppend, newStream, type TestDatabase } from '@caisson/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { pg, TIMEOUTS_MS } from './connection.js';
import { migrate } from './migrate.js';
import { openEventStore, type OpenedEventStore } from './open-event-store.js';
import { PostgresOutbox } from './postgres-outbox.js';

/** A TCP link to the database whose answers can be swallowed, and which can be cut. */
async function startLink(target: URL) {
  const sockets = new Set<Socket>();
  let swallowsAnswers = false;
  let swallowed = 0;
  const server = createServer((near) => {
    const far = connect(Number(target.port), target.hostname);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => sockets.delete(socket));
    }
    near.on('data', (bytes) => far.write(bytes)).on('close', () => far.destroy());
    far.on('close', () => near.destroy());
    far.on('data', (bytes) => {
      if (swallowsAnswers) swallowed += bytes.length;
      else near.write(bytes);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = new URL(target.href);
  url.port = String((server.address() as AddressInfo).port);
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: url.href,
    cut,
    swallowAnswers: (on: boolean): void => {
      swallowsAnswers = on;
      swallowed = 0;
    },
    swallowedBytes: () => swallowed,
    stop: async (): Promise<void> => {
      const closed = new Promise((resolve) => server.close(resolve));
      cut();
      await closed;
    },
  };
}

describe('an outage', () => {
  let database: TestDatabase;
  let link: Awaited<ReturnType<typeof startLink>>;
  let store: OpenedEventStore;
  let direct: OpenedEventStore;
  beforeAll(async () => {
    database = await createTestDatabase();
    await migrate({ ownerUrl: database.url });
    link = await startLink(new URL(database.url));
    store = await openEventStore({ url: link.url });
    direct = await openEventStore({ url: database.url });
  });
  afterAll(async () => {
    await Promise.all([store.close(), direct.close()]);
    await link.stop();
    await database.drop();
  });
  beforeEach(() => link.swallowAnswers(false));

  it('that loses the answer of a commit leaves it unknown; the same append again tells', async () => {
    await store.events.append(newAppend()); // So that a connection is there.
    const request = newAppend();
    link.swallowAnswers(true);
    const unknown = expect(store.events.append(request)).rejects.toMatchObject({
      code: 'store-unavailable',
      retryable: true,
    });
    await eventually('the answer to be swallowed', () => link.swallowedBytes() > 0);
    link.cut();
    await unknown;
    link.swallowAnswers(false);
    expect(await store.events.append(request)).toEqual({ outcome: 'repeated', version: 1 });
  });

  it('that loses the request writes nothing; the same append again does', async () => {
    const request = newAppend();
    const attempt = store.events.append(request);
    link.cut(); // Before the batch was sent: it gathers until the end of this turn.
    const first = await attempt.catch((error: unknown) => error);
    const second = await eventually('the database to be back', () => store.events.append(request));
    const outcomes = [first, second].map((result) => (result as { outcome?: string }).outcome);
    expect(['appended', 'repeated']).toContain(outcomes[1]);
    expect((await direct.events.load({ stream: request.stream })).head.version).toBe(1);
  });

  it('ends all that is on the way with retryable faults, and afterwards everything works again', async () => {
    link.swallowAnswers(true);
    const stream = newStream();
    const calls = [
      store.events.load({ stream }),
      store.events.append(newAppend({ stream })),
      store.documents.get('tenant', 'thing', 'id'),
      store.jobs.claim({ queue: 'outage', worker: 'w', limit: 1, leaseMs: 1_000 }),
      store.consumers.transact('outage', [stream], async () => undefined),
      store.consumers.checkpoint('outage'),
      store.locks.withLock({ tenantId: 'tenant', resource: 'outage', ttlMs: 1_000, waitMs: 0 }, async () => undefined),
      store.outbox.tryLead(() => undefined),
      store.ping(),
      store.now(),
    ];
    const results = Promise.allSettled(calls);
    await eventually('answers to be swallowed', () => link.swallowedBytes() > 0);
    link.cut();
    for (const result of await results) {
      expect(result).toMatchObject({ status: 'rejected', reason: { code: 'store-unavailable', retryable: true } });
    }
    link.swallowAnswers(false);
    await eventually('the database to be back', () => store.ping().then(() => true));
    const [told, here] = [await store.now(), Date.now()]; // The test and the database are on one machine.
    expect(Math.abs(Date.parse(told) - here)).toBeLessThan(60_000);
    await store.consumers.transact('outage', [stream], async (transaction) => transaction.advance(stream, 1));
    expect(await eventually('the lead', () => store.outbox.tryLead(() => undefined))).toBe(true);
    await store.outbox.resign();
  });

  it('of wake-ups ends by itself, with one wake-up for what was missed', async () => {
    const onWake = vi.fn();
    const stopListening = store.wakeups.listen('outage', onWake);
    direct.wakeups.wake('outage');
    await eventually('a wake-up from another process', () => onWake.mock.calls.length === 1);
    link.cut();
    await eventually('the wake-up after the connection came back', () => onWake.mock.calls.length === 2);
    await eventually('wake-ups to arrive again', () => {
      direct.wakeups.wake('outage');
      return onWake.mock.calls.length > 2;
    });
    stopListening();
  });

  it('that ends the connection of a consumer whose handlers are at work only fails its page', async () => {
    const stream = newStream();
    const work = store.consumers.transact('planner', [stream], async (transaction) => {
      link.cut();
      await eventually('the cut to be noticed', async () => {
        await new Promise((resolve) => setImmediate(resolve));
        return store.ping().then(
          () => true,
          () => false,
        );
      });
      transaction.advance(stream, 1);
    });
    await expect(work).rejects.toMatchObject({ code: 'store-unavailable', retryable: true });
  });

  it('that swallows what the leader of the relay hears ends its lead, so that another can take it', async () => {
    const hasty = new URL(link.url);
    hasty.searchParams.set('query_timeout', '300');
    const outbox = new PostgresOutbox(hasty.href, 'hasty relay');
    const onLost = vi.fn();
    expect(await outbox.tryLead(onLost)).toBe(true);
    link.swallowAnswers(true);
    await expect(outbox.next(1)).rejects.toMatchObject({ code: 'store-unavailable', retryable: true });
    expect(onLost).toHaveBeenCalledOnce();
    link.swallowAnswers(false);
    await eventually('the lead to be free', () => outbox.tryLead(onLost));
    expect(await outbox.next(1)).toEqual(expect.any(Array));
    await outbox.resign();
  });

  it('that is a password being changed is as good as any other: it passes', async () => {
    const stranger = new URL(database.url);
    stranger.username = 'nobody_of_that_name';
    const refused = openEventStore({ url: stranger.href });
    await expect(refused).rejects.toMatchObject({ code: 'store-unavailable', retryable: true });
  });

  it('is no matter for a page whose handlers take longer than a transaction may be idle', async () => {
    const strict = new URL(database.url);
    strict.searchParams.set('idle_in_transaction_session_timeout', '300');
    const slow = await openEventStore({ url: strict.href });
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    try {
      await slow.consumers.transact('planner', [newStream()], async () => {
        for (let lookedMs = 0; lookedMs < 900; lookedMs += 100) {
          await vi.advanceTimersByTimeAsync(TIMEOUTS_MS.idleInTransaction / 2);
          await pause(100);
        }
      });
    } finally {
      vi.useRealTimers();
      await slow.close();
    }
  });
});

describe('statements', () => {
  it('are one per append, shared by those that wait, and without a notification in it', async () => {
    const database = await createTestDatabase();
    await migrate({ ownerUrl: database.url });
    const store = await openEventStore({ url: database.url });
    await store.events.append(newAppend());
    const query = vi.spyOn(pg.Client.prototype, 'query');
    const texts = (): string[] =>
      query.mock.calls.map(([config]) => (config as unknown as { text?: string }).text ?? '');
    const appends = (): number => texts().filter((text) => text.includes('append_events')).length;
    await store.events.append(newAppend());
    expect(appends()).toBe(1);
    query.mockClear();
    await Promise.all(Array.from({ length: 100 }, () => store.events.append(newAppend())));
    expect(appends()).toBe(1);
    expect(texts().filter((text) => text.includes('pg_notify'))).toEqual([]); // Nobody else is there.
    query.mockRestore();
    await store.close();
    await database.drop();
  });

  it('that notify other processes are few, however many appends they tell of', async () => {
    const database = await createTestDatabase();
    await migrate({ ownerUrl: database.url });
    const store = await openEventStore({ url: database.url });
    const other = await openEventStore({ url: database.url });
    let woken = 0;
    other.wakeups.listen('outbox', () => (woken += 1));
    await eventually('the two to know each other', async () => {
      await store.events.append(newAppend());
      return woken > 0;
    });
    const query = vi.spyOn(pg.Client.prototype, 'query');
    const startedAtMs = performance.now();
    for (let round = 0; round < 200; round += 1) await store.events.append(newAppend());
    const spacesOf5Ms = (performance.now() - startedAtMs) / 5;
    const texts = query.mock.calls.map(([config]) => (config as unknown as { text?: string }).text ?? '');
    expect(texts.filter((text) => text.includes('append_events')).length).toBe(200);
    expect(texts.filter((text) => text.includes('pg_notify')).length).toBeLessThanOrEqual(spacesOf5Ms + 10);
    query.mockRestore();
    await Promise.all([store.close(), other.close()]);
    await database.drop();
  });

  it('are none while nothing happens', async () => {
    const database = await createTestDatabase();
    await migrate({ ownerUrl: database.url });
    const store = await openEventStore({ url: database.url });
    const query = vi.spyOn(pg.Client.prototype, 'query');
    const startedAtMs = performance.now();
    await eventually('some time to pass', () => performance.now() - startedAtMs > 500);
    expect(query.mock.calls.length).toBeLessThanOrEqual(1); // It greets the others once.
    query.mockRestore();
    await store.close();
    await database.drop();
  });
});
