import { once } from 'node:events';
import { connect, type AddressInfo } from 'node:net';
import { migrate, openEventStore, type OpenedEventStore } from '@caisson/event-store-postgres';
import { Relay, type NewEvent } from '@caisson/event-sourcing';
import { createHttpAdapter, InProcessRateLimiter, prepareHttp, Rates } from '@caisson/http';
import { PostgresIdempotentAnswers } from '@caisson/idempotency-postgres';
import { createLogger, Metrics } from '@caisson/observability';
import { systemClock, systemIds } from '@caisson/service';
import { TENANCY_COLLECTIONS, tenantIdOf } from '@caisson/tenancy';
import { createTestDatabase, eventually, newAppend, newStream, type TestDatabase } from '@caisson/testing';
import { Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ApiModule } from '../api.module.js';
import { OIDC_DEFAULTS, RATE_DEFAULTS } from '../settings.js';
import { signIn } from '../sign-in.harness.js';
import type { LiveHub } from './live-hub.js';
import { openLiveHub } from './open-live-hub.js';

const settings = {
  ...{ jwtSecret: 's'.repeat(32), jwtIssuer: 'caisson', jwtAudience: 'caisson-api' },
  encryptionKey: `k1:${'A'.repeat(43)}=`,
  selfRegistration: false,
  minVersionWaitMs: 0,
  ...OIDC_DEFAULTS,
};
const live = { liveStreamsMax: 6, liveStreamsPerTenantMax: 4, liveBeatMs: 200, liveBufferBytes: 64 * 1024 };
const log = createLogger({ service: 'api', level: 'silent' });
const TENANT = tenantIdOf('default');
const OTHER = tenantIdOf('other');

let database: TestDatabase;
let store: OpenedEventStore;
let app: NestFastifyApplication;
let hub: LiveHub;
let relay: Relay;
let metrics: Metrics;
let base: string;
const open = new Set<AbortController>();
/** By role and tenant. */
const tokens = new Map<string, string>();

beforeAll(async () => {
  Logger.overrideLogger(false);
  database = await createTestDatabase();
  await migrate({ ownerUrl: database.url });
  store = await openEventStore({ url: database.url });
  relay = new Relay({ outbox: store.outbox, wakeups: store.wakeups, clock: systemClock });
  relay.start();
  metrics = new Metrics(false);
  hub = openLiveHub({ ...store, settings: live, clock: systemClock, log, metrics });
  hub.start();
  const runtime = { store: store.events, clock: systemClock, service: 'api' };
  const logs = { read: async () => ({ lines: [], nextOffset: 0 }) };
  const installed = { of: async () => new Map<string, string>() };
  const answers = new PostgresIdempotentAnswers(store.pool);
  const rates = new Rates(new InProcessRateLimiter(systemClock), RATE_DEFAULTS, () => undefined);
  const ports = {
    settings,
    runtime,
    clock: systemClock,
    ids: systemIds,
    log,
    logs,
    answers,
    rates,
    installed,
    live: hub,
    ...store,
  };
  app = await NestFactory.create<NestFastifyApplication>(ApiModule.register(ports), createHttpAdapter());
  prepareHttp(app, { log, metrics });
  await app.listen(0, '127.0.0.1');
  for (const role of ['admin', 'viewer'] as const) {
    for (const tenantId of [TENANT, OTHER]) {
      tokens.set(`${role} ${tenantId}`, (await signIn(store, settings, { role, tenantId })).token);
    }
  }
  base = `http://127.0.0.1:${(app.getHttpServer().address() as AddressInfo).port}/api/v1`;
});
afterEach(async () => {
  for (const watch of open) watch.abort();
  open.clear();
  await eventually('all streams to be closed', async () => (await streams()) === 0);
});
afterAll(async () => {
  await relay.stop();
  await hub.stop();
  await app.close();
  await store.close();
  await database.drop();
});

function tokenFor(role: 'admin' | 'viewer' = 'admin', tenantId: string = TENANT): string {
  return tokens.get(`${role} ${tenantId}`) ?? '';
}

async function streams(): Promise<number> {
  const text = await metrics.text();
  return Number(/^caisson_live_streams (\d+)/m.exec(text)?.[1] ?? 0);
}

/** Everything that happened has its number: who watches from now on does not see it. */
async function allNumbered(): Promise<void> {
  await eventually('all events to be numbered', async () => {
    const { rows } = await store.pool.query<{ waits: boolean }>('select exists (select from outbox) as waits');
    return rows[0]?.waits === false;
  });
}

/** Records facts in a stream of their own. */
async function happen(labels: readonly (string | number)[], more: Partial<NewEvent> & { tenantId?: string } = {}) {
  const { tenantId = TENANT, ...event } = more;
  const stream = newStream(tenantId);
  const events: NewEvent[] = labels.map((label) => ({
    ...{ type: 'ThingChanged', schemaVersion: 1, data: { label } },
    publicForm: { type: 'caisson.deployment.deployment-changed.v1' },
    ...event,
  }));
  const result = await store.events.append(newAppend({ stream, events }));
  if (result.outcome !== 'appended') throw new Error(result.outcome);
}

interface Seen {
  readonly id: number;
  readonly type: string;
  readonly tenantid: string;
  readonly label: unknown;
}

/** A watcher that reads everything. */
class Watch {
  readonly seen: Seen[] = [];
  text = '';
  ended = false;

  static async start(query = '', headers: Record<string, string> = {}): Promise<Watch> {
    const abort = new AbortController();
    open.add(abort);
    const response = await fetch(`${base}/events${query}`, {
      headers: { authorization: `Bearer ${tokenFor()}`, ...headers },
      signal: abort.signal,
    });
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/event-stream; charset=utf-8']);
    const watch = new Watch();
    void watch.#read(response).catch(() => undefined);
    return watch;
  }

  get labels(): readonly unknown[] {
    return this.seen.map(({ label }) => label);
  }

  /** The place to come back to. */
  get lastId(): string {
    return [...this.text.matchAll(/^id: (\d+)$/gm)].at(-1)?.[1] ?? '';
  }

  async until(count: number): Promise<readonly unknown[]> {
    await eventually(`${count} events`, () => this.seen.length >= count);
    return this.labels;
  }

  async #read(response: Response): Promise<void> {
    const decoder = new TextDecoder();
    let rest = '';
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
      const text = decoder.decode(chunk, { stream: true });
      this.text += text;
      const frames = `${rest}${text}`.split('\n\n');
      rest = frames.pop() ?? '';
      for (const frame of frames) this.#see(frame);
    }
    this.ended = true;
  }

  #see(frame: string): void {
    const data = /^data: (.*)$/m.exec(frame)?.[1];
    if (data === undefined) return;
    const event = JSON.parse(data) as { type: string; tenantid: string; data: { label?: unknown } };
    const id = Number(/^id: (\d+)$/m.exec(frame)?.[1]);
    this.seen.push({ id, type: event.type, tenantid: event.tenantid, label: event.data.label });
  }
}

async function refused(query: string, headers: Record<string, string> = {}) {
  const response = await fetch(`${base}/events${query}`, {
    headers: { authorization: `Bearer ${tokenFor()}`, ...headers },
    signal: AbortSignal.timeout(5_000),
  });
  const { code } = (await response.json()) as { code: string };
  return { status: response.status, code, retryAfter: response.headers.get('retry-after') };
}

describe('the live stream', () => {
  it('tells what happens from now on, as CloudEvents, to several watchers', async () => {
    await happen(['before']);
    await allNumbered();
    const [one, two] = [await Watch.start(), await Watch.start()];
    await happen(['a', 'b']);
    await happen(['c']);
    expect(await one.until(3)).toEqual(['a', 'b', 'c']);
    expect(await two.until(3)).toEqual(['a', 'b', 'c']);
  });

  it('shows a tenant nothing of another one', async () => {
    const [mine, others] = [
      await Watch.start(),
      await Watch.start('', { authorization: `Bearer ${tokenFor('admin', OTHER)}` }),
    ];
    await happen(['theirs'], { tenantId: OTHER });
    await happen(['mine']);
    expect(await mine.until(1)).toEqual(['mine']);
    expect(await others.until(1)).toEqual(['theirs']);
    expect([...mine.seen, ...others.seen].map(({ tenantid }) => tenantid)).toEqual([TENANT, OTHER]);
  });

  it('is filtered by type and by what a role may see', async () => {
    const keyIssued = { publicForm: { type: 'caisson.tenancy.tenant-created.v1' } };
    const started = { publicForm: { type: 'caisson.execution.task-started.v1' } };
    const viewer = await Watch.start('', { authorization: `Bearer ${tokenFor('viewer')}` });
    const tasks = await Watch.start('?type=caisson.execution.*,caisson.drift.drift-detected.v1');
    await happen(['key'], keyIssued);
    await happen(['change']);
    await happen(['task'], started);
    expect(await viewer.until(2)).toEqual(['change', 'task']);
    expect(await tasks.until(1)).toEqual(['task']);
  });

  it('gives a sign of life with the place that was reached', async () => {
    const watch = await Watch.start('?type=caisson.drift.*');
    await happen(['hidden']);
    const head = await eventually('the number of the event', async () => {
      const last = await store.feed.head();
      return (await store.feed.readAfter({ afterGlobalSeq: last - 1, limit: 1 })).entries.length > 0 ? last : undefined;
    });
    await eventually('a beat at the head', () => watch.text.includes(`: beat\nid: ${head}\n\n`));
    expect(watch.seen).toEqual([]);
  });
});

describe('coming back', () => {
  it.each([
    ['a moment later, from what is kept', 20],
    ['much later, from the store', 700],
  ])('%s', async (_when, missed) => {
    const first = await Watch.start();
    await happen(['seen']);
    await first.until(1);
    const lastId = first.lastId;
    const labels = Array.from({ length: missed }, (_, index) => index);
    for (let start = 0; start < missed; start += 50) await happen(labels.slice(start, start + 50));
    await first.until(1 + missed); // The reader has passed them: they come from before it, not from what it reads next.
    const again = await Watch.start('', { 'last-event-id': lastId });
    await happen(['live']);
    expect(await again.until(missed + 1)).toEqual([...labels, 'live']);
  });

  it('from the beginning gives everything of the tenant, in order and once, while more happens', async () => {
    const all = await Watch.start('', { 'last-event-id': '0' });
    for (let index = 0; index < 20; index += 1) await happen([`more-${index}`]);
    const { rows } = await eventually('everything to be numbered', async () => {
      const found = await store.pool.query<{ seq: string; label: unknown }>(
        `select q.global_seq as seq, e.data->'label' as label from event_seq q join event e using (event_id)
          where e.tenant_id = $1 and e.public_type is not null order by q.global_seq`,
        [TENANT],
      );
      return found.rows.at(-1)?.label === 'more-19' ? found : undefined;
    });
    await all.until(rows.length);
    expect(all.seen.map(({ id }) => id)).toEqual(rows.map(({ seq }) => Number(seq)));
  });

  it('refuses a place that is none', async () => {
    for (const id of ['-1', '1e3', 'x', '1'.repeat(18)]) {
      expect(await refused('', { 'last-event-id': id })).toMatchObject({ status: 400, code: 'invalid-header' });
    }
    const ahead = String((await store.feed.head()) + 1_000_000);
    expect(await refused('', { 'last-event-id': ahead })).toMatchObject({ status: 400, code: 'live-position-unknown' });
  });
});

describe('a stream is refused', () => {
  it('with wrong filters', async () => {
    expect(await refused('?type=caisson.deployment.run-complete.v1')).toMatchObject({ code: 'invalid-parameter' });
    expect(await refused('?type=deployment')).toMatchObject({ status: 400, code: 'invalid-parameter' });
    expect(await refused('?tenant=other')).toMatchObject({ status: 400, code: 'invalid-parameter' });
    const nobodys = await refused(`?deployment=${systemIds.next()}`);
    expect(nobodys).toMatchObject({ status: 404, code: 'deployment-not-found' });
    const viewer = { authorization: `Bearer ${tokenFor('viewer')}` };
    expect(await refused('?type=caisson.tenancy.*', viewer)).toMatchObject({ status: 403, code: 'permission-denied' });
  });

  it('without a token, and never takes one from the address', async () => {
    expect(await refused(`?token=${tokenFor()}`, { authorization: '' })).toMatchObject({ status: 401 });
  });

  it('when a tenant has too many, or the process, until one is closed', async () => {
    await Promise.all([Watch.start(), Watch.start(), Watch.start()]);
    await Watch.start();
    const full = { status: 503, code: 'live-streams-exhausted', retryAfter: '10' };
    expect(await refused('')).toEqual(full);
    const other = { authorization: `Bearer ${tokenFor('admin', OTHER)}` };
    await Promise.all([Watch.start('', other), Watch.start('', other)]);
    expect(await refused('', other)).toEqual(full);
    for (const watch of open) watch.abort();
    await eventually('a free place', async () => (await streams()) === 0);
    await happen(['after']);
    expect(await (await Watch.start('', { 'last-event-id': '0' })).until(1)).not.toEqual([]);
  });
});

describe('a stream ends', () => {
  it('when its token has ended', async () => {
    const past = { now: () => new Date(Date.now() - 31 * 60_000 + 2_000).toISOString() };
    const clock = { ...systemClock, ...past };
    const { token } = await signIn(store, settings, { role: 'admin', tenantId: TENANT, clock });
    const watch = await Watch.start('', { authorization: `Bearer ${token}` });
    await eventually('the end', () => watch.ended);
    expect(watch.text).toMatch(/: rights\nretry: \d+\n\n$/);
  });

  it('within 5 s when its session is ended', async () => {
    const { principalId, token } = await signIn(store, settings, { role: 'admin', tenantId: TENANT });
    const watch = await Watch.start('', { authorization: `Bearer ${token}` });
    const documents = [{ collection: TENANCY_COLLECTIONS.session, id: principalId, body: { sessions: [] } }];
    const events = [1, 2].map(() => ({ type: 'ThingChanged', schemaVersion: 1, data: {} })); // Newer than the first.
    await store.events.append({ ...newAppend({ stream: newStream(TENANT), events }), documents });
    const began = Date.now();
    await eventually('the end', () => watch.ended);
    expect(Date.now() - began).toBeLessThan(5_000);
    expect(watch.text).toMatch(/: rights\nretry: \d+\n\n$/);
  });

  it('for a watcher who does not read, and for nobody else', async () => {
    const { port } = new URL(base);
    const socket = connect(Number(port), '127.0.0.1');
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    socket.pause();
    socket.write(`GET /api/v1/events HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${tokenFor()}\r\n\r\n`);
    const watch = await Watch.start();
    await eventually('two streams', async () => (await streams()) === 2);
    const large = { data: { label: 'x'.repeat(200_000) } };
    let sent = 0;
    for (; (await streams()) === 2; sent += 10) {
      await happen(Array.from({ length: 10 }), large); // Until the buffers of the kernel are full, and ours.
      expect(sent).toBeLessThan(1_000);
      await watch.until(sent + 10);
    }
    expect(await metrics.text()).toMatch(/caisson_live_streams_ended_total\{reason="(slow|stalled)"\} 1/);
    await happen(['on']);
    expect((await watch.until(sent + 1)).at(-1)).toBe('on');
    socket.destroy();
  });

  it('with a hint when the process stops, which takes no new one', async () => {
    const watch = await Watch.start();
    await hub.stop();
    await eventually('the end', () => watch.ended);
    expect(watch.text).toMatch(/: stopping\nretry: \d+\n\n$/);
    expect(await refused('')).toMatchObject({ status: 503, code: 'service-unavailable', retryAfter: '1' });
  });
});
