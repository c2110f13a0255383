import { randomUUID } from 'node:crypto';
import { createTestDatabase, newAppend, newStream, type TestDatabase } from '@caisson/testing';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { pg } from './connection.js';
import { migrate } from './migrate.js';
import { openEventStore, type OpenedEventStore } from './open-event-store.js';
import { asTenant } from './tenant-transaction.js';

/** The schema belongs to a role that is no superuser, which row level security would not bind. */
const OWNER = `owner_${randomUUID().replaceAll('-', '')}`;
const PASSWORD = 'secret';
const THING = 'thing';

let database: TestDatabase;
let store: OpenedEventStore;

const urlFor = (name: string): string => {
  const url = new URL(database.url);
  url.username = name;
  url.password = PASSWORD;
  return url.href;
};

beforeAll(async () => {
  database = await createTestDatabase();
  await administer(
    `create role ${OWNER} login createrole password '${PASSWORD}'`,
    `grant create on schema public to ${OWNER}`,
  );
  await migrate({ ownerUrl: urlFor(OWNER) });
  await migrate({ ownerUrl: database.url, appRole: { password: PASSWORD } });
  store = await openEventStore({ url: urlFor('caisson_app'), poolMax: 1 });
  await Promise.all(['a', 'b'].map((tenantId) => write(tenantId)));
});
afterAll(async () => {
  await store.close();
  await database.drop();
});

async function administer(...statements: readonly string[]): Promise<void> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  for (const statement of statements) await client.query(statement);
  await client.end();
}

/** A document of a tenant, under an id that both tenants use. */
async function write(tenantId: string): Promise<void> {
  const documents = [{ collection: THING, id: 'same', body: { of: tenantId } }];
  await store.events.append({ ...newAppend({ stream: newStream(tenantId) }), documents });
}

const seenAs = (tenantId: string, text: string) =>
  asTenant(store.pool, { tenantId, what: 'look' }, async (client) => (await client.query(text)).rows as object[]);

describe('a document', () => {
  it('is read by its tenant', async () => {
    expect(await store.documents.get('a', THING, 'same')).toMatchObject({ body: { of: 'a' } });
    expect(await store.documents.find({ tenantId: 'b', collection: THING, limit: 9 })).toMatchObject([
      { body: { of: 'b' } },
    ]);
    expect(await store.documents.get('c', THING, 'same')).toBeUndefined();
  });

  it('is its tenant’s also when one statement reads for several', async () => {
    const query = vi.spyOn(store.pool, 'query');
    const asked = ['b', 'a', 'c', 'b'].map((tenantId) => store.documents.get(tenantId, THING, 'same'));
    const [b, a] = [{ body: { of: 'b' } }, { body: { of: 'a' } }];
    expect(await Promise.all(asked)).toMatchObject([b, a, undefined, b]);
    expect(query).toHaveBeenCalledOnce();
    query.mockRestore();
    expect(await store.pool.query('select from document')).toMatchObject({ rowCount: 0 });
  });

  it('of another tenant is not there, also when no condition asks for the tenant', async () => {
    expect(await seenAs('a', `select tenant_id from document where collection = '${THING}'`)).toEqual([
      { tenant_id: 'a' },
    ]);
    expect(await seenAs('a', `select from document where tenant_id = 'b'`)).toEqual([]);
  });

  it('is nobody’s for who does not say for which tenant, also after somebody else did', async () => {
    await seenAs('a', 'select 1');
    await store.documents.get('a', THING, 'same');
    await store.documents.find({ tenantId: 'a', collection: THING, limit: 9 });
    const { rows } = await store.pool.query('select tenant_id from document');
    expect(rows).toEqual([]);
  });

  it('is not written for another tenant', async () => {
    const text = `insert into document (tenant_id, collection, id, version, body) values ('b', 'x', 'y', 1, '{}')`;
    await expect(seenAs('a', text)).rejects.toMatchObject({ code: 'store-refused' });
    expect(await seenAs('a', `update document set body = '{}' where tenant_id = 'b' returning id`)).toEqual([]);
  });
});

describe('an event', () => {
  it.each(['event', 'stream'])('of another tenant is not there, in %s', async (table) => {
    expect(await seenAs('a', `select distinct tenant_id from ${table}`)).toEqual([{ tenant_id: 'a' }]);
    const { rows } = await store.pool.query(`select distinct tenant_id from ${table} order by tenant_id`);
    expect(rows).toEqual([{ tenant_id: 'a' }, { tenant_id: 'b' }]); // Work across tenants, on a connection for that.
  });

  it.each(['event', 'stream', 'snapshot', 'document', 'quota'])(
    'is nobody’s on another connection, in %s',
    async (table) => {
      const client = new pg.Client({ connectionString: urlFor('caisson_app') });
      await client.connect();
      const { rows } = await client.query(`select from ${table}`);
      await client.end();
      expect(rows).toEqual([]);
    },
  );

  it('is not read by its stream for another tenant', async () => {
    const { rows } = await store.pool.query<{ stream_id: string }>(
      `select stream_id from stream where tenant_id = 'b'`,
    );
    const streamId = rows[0]?.stream_id ?? '';
    expect((await store.events.load({ stream: { tenantId: 'b', streamId } })).events).toHaveLength(1);
    expect((await store.events.load({ stream: { tenantId: 'a', streamId } })).events).toEqual([]);
    for (const reading of ['load_stream', 'read_stream']) {
      const text = `select version from ${reading}('a', '${streamId}', null, null, null)`;
      expect([reading, await seenAs('a', text)]).toEqual([reading, [{ version: null }]]);
    }
  });
});

it('counts of another tenant are not there either', async () => {
  await administer(`insert into quota (tenant_id, name, used) values ('a', 'deployments', 1), ('b', 'deployments', 2)`);
  expect(await seenAs('a', 'select used from quota')).toEqual([{ used: '1' }]);
  expect(await store.quotas.read('b')).toEqual([{ name: 'deployments', used: 2 }]);
  expect((await store.pool.query('select from quota')).rows).toEqual([]);
});
