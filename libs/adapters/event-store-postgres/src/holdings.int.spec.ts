import { createTestDatabase, eventually, newAppend, newStream, type TestDatabase } from '@caisson/testing';
import type { AppendRequest, Holding, StreamRef } from '@caisson/event-sourcing';
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { pg } from './connection.js';
import { migrate } from './migrate.js';
import { openEventStore, type OpenedEventStore } from './open-event-store.js';

const QUOTA = 'tasks-in-flight';

let database: TestDatabase;
let stores: readonly OpenedEventStore[];
let tenantId: string;

beforeAll(async () => {
  database = await createTestDatabase();
  await migrate({ ownerUrl: database.url, appRole: { password: 'app' } });
  const url = new URL(database.url);
  [url.username, url.password] = ['caisson_app', 'app'];
  stores = await Promise.all([1, 2].map(() => openEventStore({ url: url.href })));
});
afterAll(async () => {
  await Promise.all(stores.map((store) => store.close()));
  await database.drop();
});
beforeEach(() => {
  tenantId = randomUUID();
});

const limit = (ceilings: Record<string, number | null>) =>
  append(newAppend({ stream: newStream(tenantId) }), {
    documents: [{ collection: 'quota', id: 'q', body: { ceilings } }],
  });

const append = (request: AppendRequest, more: Partial<AppendRequest>, store = stores[0]!) =>
  store.events.append({ ...request, ...more });

/** A stream says what it holds from now on. */
async function hold(stream: StreamRef, amount: number, { claims = true, store = stores[0]! } = {}) {
  const { head } = await store.events.load({ stream });
  const holds: Holding[] = [{ quota: QUOTA, amount, claims }];
  return append({ ...newAppend({ stream }), expected: head }, { holds }, store);
}

const used = async () => (await stores[0]!.quotas.read(tenantId)).find(({ name }) => name === QUOTA);

describe('a claim of a place', () => {
  it('that is refused tells what is used with what the same group took', async () => {
    await limit({ deployments: 2 });
    const claim = () => {
      const stream = newStream(tenantId);
      const documents = [{ collection: 'deployment', id: stream.streamId, body: { status: 'planned' } }];
      return append(newAppend({ stream }), { claims: ['deployments'], documents });
    };
    const answers = await Promise.all([claim(), claim(), claim(), claim()]); // In one tick, so in few groups.
    expect(answers.filter(({ outcome }) => outcome === 'appended')).toHaveLength(2);
    const refused = answers.filter(({ outcome }) => outcome === 'exhausted');
    expect(refused).toEqual(
      Array.from({ length: 2 }, () => ({ outcome: 'exhausted', quota: 'deployments', used: 2, limit: 2 })),
    );
  });
});

describe('what streams hold of a quota', () => {
  it('is added up, and changes with their facts', async () => {
    const [one, other] = [newStream(tenantId), newStream(tenantId)];
    await hold(one, 3);
    await hold(other, 2.25);
    expect(await used()).toEqual({ name: QUOTA, used: 5.25 });
    await hold(one, 0);
    expect(await used()).toEqual({ name: QUOTA, used: 2.25 });
  });

  it('never is more than the limit, when 200 come at once through two processes', async () => {
    await limit({ [QUOTA]: 50 });
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, index) => hold(newStream(tenantId), 1, { store: stores[index % 2]! })),
    );
    expect(answers.filter(({ outcome }) => outcome === 'appended')).toHaveLength(50);
    const refused = answers.filter(({ outcome }) => outcome === 'exhausted');
    expect(refused).toHaveLength(150);
    expect(refused.at(-1)).toEqual({ outcome: 'exhausted', quota: QUOTA, used: 50, limit: 50 });
    expect(await used()).toEqual({ name: QUOTA, used: 50, limit: 50 });
  });

  it('is refused whole when there is room for a part only', async () => {
    await limit({ [QUOTA]: 10 });
    await hold(newStream(tenantId), 7);
    const stream = newStream(tenantId);
    expect(await hold(stream, 4)).toEqual({ outcome: 'exhausted', quota: QUOTA, used: 7, limit: 10 });
    expect((await hold(stream, 3)).outcome).toBe('appended');
  });

  it('may shrink, stay and be recorded above a limit that was lowered', async () => {
    const stream = newStream(tenantId);
    await hold(stream, 9);
    await limit({ [QUOTA]: 4 });
    expect((await hold(stream, 9)).outcome).toBe('appended');
    expect((await hold(stream, 8)).outcome).toBe('appended');
    expect((await hold(stream, 9)).outcome).toBe('exhausted');
    expect((await hold(stream, 9, { claims: false })).outcome).toBe('appended');
  });

  it('is the business of one tenant', async () => {
    await limit({ [QUOTA]: 0 });
    expect((await hold(newStream(randomUUID()), 5)).outcome).toBe('appended');
    expect((await hold(newStream(tenantId), 1)).outcome).toBe('exhausted');
  });

  it('is not changed by an append that came too late, nor twice by a repeated one', async () => {
    await limit({ [QUOTA]: 5 });
    const stream = newStream(tenantId);
    const holds: Holding[] = [{ quota: QUOTA, amount: 5, claims: true }];
    const first = newAppend({ stream });
    expect((await append(first, { holds })).outcome).toBe('appended');
    expect((await append(first, { holds })).outcome).toBe('repeated');
    expect((await append(newAppend({ stream }), { holds: [{ ...holds[0]!, amount: 1 }] })).outcome).toBe('conflict');
    expect(await used()).toMatchObject({ used: 5 });
  });
});

describe('the tasks in flight of a run', () => {
  /** A deployment says, in its stream, where its run is. */
  async function runIs(id: string, state: string) {
    const stream = { tenantId, streamId: `deployment-${id}` };
    const { head } = await stores[0]!.events.load({ stream });
    return append(
      { ...newAppend({ stream }), expected: head },
      { documents: [{ collection: 'run', id, body: { state } }] },
    );
  }

  it.each(['completed', 'cancelled', 'failed', 'rolled_back'])(
    'are none once it is %s, whoever says so',
    async (end) => {
      const [runId, other] = [randomUUID(), randomUUID()];
      for (const id of [runId, other]) {
        await hold({ tenantId, streamId: `execution-${id}` }, 3);
        await runIs(id, 'executing');
      }
      await runIs(runId, 'cancelling');
      expect(await used()).toMatchObject({ used: 6 });
      await runIs(runId, end);
      expect(await used()).toMatchObject({ used: 3 });
    },
  );
});

describe('locks of quotas', () => {
  const NO_LIMITS = { [QUOTA]: null, 'monthly-cost': null, deployments: null, 'active-runs': null };
  let other: InstanceType<typeof pg.Client>;

  beforeEach(async () => {
    other = new pg.Client({ connectionString: database.url });
    await other.connect();
    await limit({ ...NO_LIMITS, [QUOTA]: 5 });
  });
  afterEach(async () => {
    await other.end();
  });

  /** Another process has locked something; what is appended meanwhile waits for it and must not hold these quotas. */
  async function meanwhile(locked: { text: string; key: string }, act: () => Promise<unknown>, names: string[]) {
    await other.query('begin');
    await other.query(`${locked.text} for update`, [tenantId, locked.key]);
    const acting = act();
    await eventually('the append to wait', async () => {
      const waits = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
      return (await other.query(waits)).rowCount === 1;
    });
    const quotas = 'select from quota where tenant_id = $1 and name = any ($2) for update nowait';
    const { rowCount } = await other.query(quotas, [tenantId, names]);
    await other.query('rollback');
    return { free: rowCount, answer: await acting };
  }

  it.each([
    { what: 'claims', more: { claims: ['deployments'] } },
    { what: 'grows under a limit', more: { holds: [{ quota: QUOTA, amount: 1, claims: true }] } },
  ])('are taken after the stream by a lone append that $what', async ({ more }) => {
    const stream = newStream(tenantId);
    const { head } = await hold(stream, 0).then(() => stores[0]!.events.load({ stream }));
    const lone = () => append({ ...newAppend({ stream }), expected: head }, more);
    const locked = { text: 'select from stream where tenant_id = $1 and stream_id = $2', key: stream.streamId };
    const seen = await meanwhile(locked, lone, Object.keys(NO_LIMITS));
    expect(seen).toMatchObject({ free: 4, answer: { outcome: 'appended' } });
  });

  it('are taken all in one order where ceilings are set', async () => {
    const documents = [
      { collection: 'deployment', id: randomUUID(), body: { status: 'planning' } },
      { collection: 'quota', id: randomUUID(), body: { ceilings: NO_LIMITS } },
    ];
    const set = () => append(newAppend({ stream: newStream(tenantId) }), { documents });
    const locked = { text: 'select from quota where tenant_id = $1 and name = $2', key: QUOTA };
    const seen = await meanwhile(locked, set, ['deployments', 'active-runs']);
    expect(seen).toMatchObject({ free: 2, answer: { outcome: 'appended' } });
  });
});
