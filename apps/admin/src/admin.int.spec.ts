import { BreakerRules } from '@caisson/contracts';
import { ManageBreakers } from '@caisson/drift';
import { migrate, openEventStore, type OpenedEventStore } from '@caisson/event-store-postgres';
import { systemClock } from '@caisson/service';
import { createTestDatabase, newAppend, newContext, type TestDatabase } from '@caisson/testing';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KNOWN_MIGRATIONS } from './known-migrations.js';
import { runAdmin } from './program.js';

const BY = ['--by', 'mia', '--because', 'release 1.2 reads it'];

let database: TestDatabase;
let store: OpenedEventStore;

beforeAll(async () => {
  database = await createTestDatabase();
  await migrate({ ownerUrl: database.url });
  store = await openEventStore({ url: database.url });
});

afterAll(async () => {
  await store.close();
  await database.drop();
});

/** Runs a command line as a person does. */
async function admin(...args: readonly string[]): Promise<{ code: number; out: string; complaint: string }> {
  const [out, complaints]: [string[], string[]] = [[], []];
  const code = await runAdmin(args, {
    environment: { CAISSON_DATABASE_URL: database.url },
    print: (line) => out.push(line),
    complain: (line) => complaints.push(line),
  });
  return { code, out: out.join('\n'), complaint: complaints.join('\n') };
}

/** What was recorded about a thing. */
async function ordersAbout(tenantId: string, thing: string): Promise<readonly object[]> {
  const { events } = await store.events.load({ stream: { tenantId, streamId: `recovery-${thing}` } });
  return events.map(({ context, data, type }) => ({ type, actor: context.actor, data }));
}

describe('a parked stream', () => {
  it('is listed, shown, and released once, with the name of who did it', async () => {
    const append = newAppend();
    await store.events.append(append);
    const { streamId, tenantId } = append.stream;
    await store.consumers.transact('planner', [append.stream], (transaction) => {
      transaction.park(append.stream, 1, 'ZodError: no\nsuch member');
      return Promise.resolve();
    });

    const { out } = await admin('parked', 'list');
    expect(out.split('\n')).toHaveLength(2);
    expect(out).toMatch(new RegExp(`planner +${tenantId} +${streamId} +1 +ZodError: no such member`));
    expect((await admin('parked', 'list', '--consumer', 'executor')).out).toBe('No stream is parked.');
    const [listed] = JSON.parse((await admin('parked', 'list', '--json')).out) as readonly object[];
    expect(listed).toEqual({
      consumer: 'planner',
      tenantId,
      streamId,
      fromVersion: 1,
      reason: 'ZodError: no\nsuch member',
    });

    const shown = await admin('parked', 'show', 'planner', tenantId, streamId);
    expect(JSON.parse(shown.out)).toMatchObject({
      reason: 'ZodError: no\nsuch member',
      event: { subject: streamId, sequence: 1, data: { label: 'one' } },
      waitingBehind: 0,
    });

    const released = await admin('parked', 'release', 'planner', tenantId, streamId, ...BY);
    expect([released.code, released.complaint]).toEqual([0, '']);
    expect(await store.consumers.parked('planner')).toEqual([]);
    expect(await ordersAbout(tenantId, 'planner')).toEqual([
      {
        type: 'StreamReleaseOrdered',
        actor: 'operator:mia',
        data: { consumer: 'planner', streamId, fromVersion: 1, reason: 'ZodError: no\nsuch member', because: BY[3] },
      },
    ]);

    const again = await admin('parked', 'release', 'planner', tenantId, streamId, ...BY);
    expect(again).toMatchObject({ code: 1, complaint: expect.stringContaining('is not parked for planner') as string });
    expect(await ordersAbout(tenantId, 'planner')).toHaveLength(1);
  });

  it('is not released without a name and a reason', async () => {
    const answer = await admin('parked', 'release', 'planner', 't', 's', '--by', 'mia');
    expect(answer).toMatchObject({ code: 2, complaint: expect.stringContaining('--because') as string });
  });
});

describe('a job that was given up', () => {
  it('is listed and opened again, with the name of who did it', async () => {
    const stream = newAppend().stream;
    await store.consumers.transact('drift-detector', [stream], (transaction) => {
      transaction.enqueue(stream, { queue: 'drift', key: 'scan-1', payload: {} });
      return Promise.resolve();
    });
    const claim = () => store.jobs.claim({ queue: 'drift', worker: 'w', limit: 1, leaseMs: 10_000 });
    const [job] = await claim();
    await store.jobs.fail(job!, 'a defect');

    const { out } = await admin('jobs', 'list', '--queue', 'drift');
    expect(out).toMatch(new RegExp(`${job!.jobId} +${stream.tenantId} +drift +scan-1 +1 .* a defect`));
    expect((await admin('jobs', 'list', '--queue', 'planning')).out).toBe('No job was given up.');

    expect(await admin('jobs', 'reopen', job!.jobId, ...BY)).toMatchObject({ code: 0 });
    expect(await claim()).toMatchObject([{ key: 'scan-1', attempt: 1 }]);
    expect(await ordersAbout(stream.tenantId, 'drift')).toMatchObject([
      { type: 'JobReopenOrdered', actor: 'operator:mia', data: { jobId: job!.jobId, reason: 'a defect' } },
    ]);
    for (const id of [job!.jobId, '0', 'all', '99999999']) {
      expect(await admin('jobs', 'reopen', id, ...BY)).toMatchObject({ code: 1 });
    }
  });
});

describe('a list', () => {
  it('says that it is not whole', async () => {
    const streams = Array.from({ length: 1_001 }, () => newAppend().stream);
    await store.consumers.transact('crowded', streams, (transaction) => {
      for (const stream of streams) {
        transaction.park(stream, 1, 'a defect');
        transaction.enqueue(stream, { queue: 'crowded', key: stream.streamId, payload: {} });
      }
      return Promise.resolve();
    });
    const claim = () => store.jobs.claim({ queue: 'crowded', worker: 'w', limit: 1_001, leaseMs: 60_000 });
    for (let jobs = await claim(); jobs.length > 0; jobs = await claim()) {
      await Promise.all(jobs.map((job) => store.jobs.fail(job, 'a defect')));
    }
    for (const [what, narrowed] of [
      ['parked', '--consumer'],
      ['jobs', '--queue'],
    ] as const) {
      const listed = await admin(what, 'list', narrowed, 'crowded', '--json');
      expect(JSON.parse(listed.out)).toHaveLength(1_000);
      expect(listed).toMatchObject({ code: 0, complaint: `… and more than these 1000; use ${narrowed}.` });
    }
  });
});

describe('events', () => {
  it('are not published again without the owner of the tables, a topic of ours and a place to begin', async () => {
    const republish = (...args: readonly string[]) => admin('events', 'republish', ...args, ...BY);
    const topic = 'caisson.deployment.events.v1';
    expect(await republish('--topic', topic, '--from', '1')).toMatchObject({
      code: 1,
      complaint: expect.stringContaining('CAISSON_DATABASE_OWNER_URL') as string,
    });
    expect(await republish('--topic', 'orders', '--from', '1')).toMatchObject({ code: 1 });
    for (const from of ['0', 'yesterday', '2026-13-02T10:15:00Z', '-1']) {
      expect(await republish('--topic', topic, '--from', from)).toMatchObject({ code: 2 });
    }
  });
});

describe('the command line', () => {
  it('understands what docs/how-to/recover-from-unknown.md says', async () => {
    const page = readFileSync(join(import.meta.dirname, '../../../docs/how-to/recover-from-unknown.md'), 'utf8');
    const lines = [...page.matchAll(/^npx caisson-admin (.*)$/gm)].map(([, line = '']) => line);
    expect(lines.length).toBeGreaterThan(4);
    for (const line of lines) {
      const args = [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, word = '']) => quoted ?? word);
      expect([line, (await admin(...args)).code]).not.toEqual([line, 2]);
    }
  });

  it('says what there is, and what it does not know', async () => {
    const help = await admin('--help');
    expect(help.code).toBe(0);
    for (const word of ['parked', 'jobs', 'CAISSON_DATABASE_URL']) expect(help.out).toContain(word);
    expect(await admin('parked', 'drop')).toMatchObject({ code: 2, out: '' });
  });

  it('says which setting is missing', async () => {
    const complaints: string[] = [];
    const code = await runAdmin(['parked', 'list'], {
      environment: {},
      print: () => undefined,
      complain: (line) => complaints.push(line),
    });
    expect([code, complaints.join()]).toEqual([1, expect.stringContaining('CAISSON_DATABASE_URL')]);
  });
});

describe('a stream that is verified', () => {
  it('is as it was written, or the version that is not is named', async () => {
    const append = newAppend();
    await store.events.append(append);
    const { streamId, tenantId } = append.stream;
    const intact = await admin('events', 'verify', tenantId, streamId);
    expect([intact.code, intact.out]).toEqual([
      0,
      expect.stringContaining(`${streamId} of ${tenantId} is as it was written: ${append.events.length} events`),
    ]);

    expect(await admin('events', 'verify', tenantId)).toEqual({
      code: 0,
      out: `1 streams are as they were written: ${append.events.length} events.`,
      complaint: '',
    });
    expect((await admin('events', 'verify')).code).toBe(0);

    const client = await store.pool.connect();
    await client.query("set session_replication_role = 'replica'"); // Past the triggers, as who has the disk can.
    await client.query("update event set data = '{}' where tenant_id = $1 and version = 1", [tenantId]);
    client.release(true);
    const ofTenant = await admin('events', 'verify', tenantId);
    expect([ofTenant.code, ofTenant.complaint]).toEqual([
      1,
      `${streamId} of ${tenantId} is not as it was written: version 1, the event is not as it was written.\n` +
        '1 of 1 streams are not as they were written. Compare a backup.',
    ]);
    expect((await admin('events', 'verify')).complaint).toMatch(/^1 of \d\d?\d? streams are not/m);
    const broken = await admin('events', 'verify', tenantId, streamId);
    expect([broken.code, broken.complaint]).toEqual([1, expect.stringContaining('version 1, the event is not as')]);
    expect((await admin('events', 'verify', tenantId, 'deployment-none')).complaint).toContain('There is no stream');
  });
});

describe('a lease', () => {
  it('is listed and taken from its holder, with the name of who did it', async () => {
    const { tenantId } = newAppend().stream;
    const resource = 'deployment-d1';
    const whileHeld = async ({ signal }: { readonly signal: AbortSignal }): Promise<unknown> => {
      const listed = await admin('leases', 'list', '--tenant', tenantId);
      expect(listed.out).toMatch(new RegExp(`^${tenantId} +${resource} +\\S+ +\\d+ +20`, 'm'));
      expect(await admin('leases', 'break', tenantId, resource, ...BY)).toMatchObject({ code: 0, complaint: '' });
      expect((await admin('leases', 'list', '--tenant', tenantId)).out).toBe('Nobody holds a lease.');
      return signal;
    };
    await store.locks.withLock({ tenantId, resource, ttlMs: 20_000, waitMs: 0 }, whileHeld);
    expect(await ordersAbout(tenantId, 'lease')).toEqual([
      {
        type: 'LeaseBreakOrdered',
        actor: 'operator:mia',
        data: {
          resource,
          holder: store.identity,
          token: expect.any(Number) as number,
          expiresAt: expect.any(String) as string,
          because: BY[3],
        },
      },
    ]);
    expect(await admin('leases', 'break', tenantId, resource, ...BY)).toMatchObject({
      code: 1,
      complaint: expect.stringContaining('Nobody holds deployment-d1') as string,
    });
    expect(await ordersAbout(tenantId, 'lease')).toHaveLength(1);
  });
});

describe('the breaker of a provider', () => {
  it('is closed once, with the name of who did it and why', async () => {
    const { tenantId } = newAppend().stream;
    const breakers = new ManageBreakers(
      { store: store.events, clock: systemClock, service: 'drift-detector' },
      store.documents,
    );
    for (const deploymentId of ['a', 'b', 'c']) {
      const look = {
        scanId: `scan-${deploymentId}`,
        deploymentId,
        verdict: 'unreadable',
        at: systemClock.now(),
      } as const;
      const context = { ...newContext({ service: 'drift-detector' }), tenantId };
      await breakers.recordLook({ provider: 'aws', look, rules: BreakerRules.parse({}), context });
    }
    expect(await breakers.open(tenantId, ['aws'])).toEqual(['aws']);

    expect(await admin('breakers', 'close', tenantId, 'aws', ...BY)).toMatchObject({ code: 0, complaint: '' });
    expect(await breakers.open(tenantId, ['aws'])).toEqual([]);
    const closed = await store.documents.get(tenantId, 'drift-breaker', 'aws');
    expect(closed?.body).toMatchObject({ status: 'closed', closedBy: 'operator:mia', reason: BY[3] });
    expect(await admin('breakers', 'close', tenantId, 'aws', ...BY)).toMatchObject({
      code: 1,
      complaint: expect.stringContaining('is not open') as string,
    });
  });
});

describe('the schema', () => {
  it('is told with what is missing, and with what a newer release ran', async () => {
    const behind = await admin('migrations', 'status');
    expect([behind.code, behind.out]).toEqual([1, expect.stringMatching(/^CreateEventStore\d+ +run$/m)]);
    expect(behind.out).toMatch(/^CreateDriftSchedule\d+ +missing$/m);
    expect(behind.complaint).toMatch(/^\d+ of \d+ migrations are missing\./);

    await migrate({ ownerUrl: database.url, migrations: KNOWN_MIGRATIONS });
    await store.pool.query(
      `insert into migration (timestamp, name) values (9000000000000, 'FromTomorrow9000000000000')`,
    );
    const whole = await admin('migrations', 'status');
    expect(whole).toMatchObject({ code: 0, complaint: '' });
    expect(whole.out).not.toContain('missing');
    expect(whole.out.split('\n').at(-1)).toMatch(/^FromTomorrow9000000000000 +newer$/);
  });
});
