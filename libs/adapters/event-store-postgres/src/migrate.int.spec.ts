import { randomUUID } from 'node:crypto';
import { createTestDatabase, newAppend, type TestDatabase } from '@caisson/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pg } from './connection.js';
import { migrate } from './migrate.js';
import { EVENT_STORE_MIGRATIONS } from './migrations/event-store-migrations.js';
import { sqlMigration } from './migrations/sql-migration.js';
import { openEventStore } from './open-event-store.js';

const APP_PASSWORD = 'app';
const OWN_MIGRATIONS = EVENT_STORE_MIGRATIONS.map((Migration) => new Migration().name);

async function query(url: string, ...statement: [string, unknown[]?]) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await client.query(...statement);
  } finally {
    await client.end();
  }
}

function asApp(database: TestDatabase): string {
  const url = new URL(database.url);
  url.username = 'caisson_app';
  url.password = APP_PASSWORD;
  return url.href;
}

describe('migrate', () => {
  it('is safe to call from many at once: each migration runs once', async () => {
    const database = await createTestDatabase();
    const extra = sqlMigration('CreateExtra1999000000001', [
      'create table extra (id int)',
      'insert into extra values (1)',
    ]);
    const options = { ownerUrl: database.url, appRole: { password: APP_PASSWORD }, migrations: [extra] };
    const ran = await Promise.all(Array.from({ length: 4 }, () => migrate(options)));
    expect(ran.flat().sort()).toEqual([...OWN_MIGRATIONS, 'CreateExtra1999000000001'].sort());
    expect((await query(database.url, 'select id from extra')).rows).toEqual([{ id: 1 }]);
    expect(await migrate(options)).toEqual([]);
    await database.drop();
  });

  it('makes one role for many databases of a server at once', async () => {
    const name = `role_${randomUUID().replaceAll('-', '')}`;
    const databases = await Promise.all([1, 2, 3].map(() => createTestDatabase()));
    await Promise.all(
      databases.map(({ url }) => migrate({ ownerUrl: url, appRole: { name, password: APP_PASSWORD } })),
    );
    for (const database of databases) {
      const url = new URL(database.url);
      url.username = name;
      url.password = APP_PASSWORD;
      expect((await query(url.href, 'select from event')).rows).toEqual([]);
      await database.drop();
    }
    await query(new URL('/postgres', databases[0]!.url).href, `drop role ${name}`);
  });

  it('needs no superuser: an owner who may make roles is enough', async () => {
    const database = await createTestDatabase();
    const suffix = randomUUID().replaceAll('-', '');
    await query(database.url, `create role owner_${suffix} login createrole password 'o'`);
    await query(database.url, `alter database ${new URL(database.url).pathname.slice(1)} owner to owner_${suffix}`);
    const owner = new URL(database.url);
    owner.username = `owner_${suffix}`;
    owner.password = 'o';
    const appRole = { name: `app_${suffix}`, password: 'a' };
    await migrate({ ownerUrl: owner.href, appRole });
    await migrate({ ownerUrl: owner.href, appRole });
    const app = new URL(database.url);
    app.username = appRole.name;
    app.password = appRole.password;
    const store = await openEventStore({ url: app.href });
    const request = newAppend();
    expect(await store.events.append(request)).toMatchObject({ outcome: 'appended' });
    expect((await store.events.load({ stream: request.stream })).events).toHaveLength(1);
    await store.close();
    await expect(query(owner.href, 'delete from event')).rejects.toMatchObject({ code: '23001' });
    await database.drop();
    await query(new URL('/postgres', database.url).href, `drop role app_${suffix}; drop role owner_${suffix}`);
  });

  it('keeps what worked when a later migration fails, and goes on from there', async () => {
    const database = await createTestDatabase();
    const good = sqlMigration('CreateGood1999000000001', ['create table good (id int)']);
    const bad = sqlMigration('CreateBad1999000000002', ['create table half (id int)', 'select no_such_column']);
    const attempt = migrate({ ownerUrl: database.url, migrations: [good, bad] });
    await expect(attempt).rejects.toMatchObject({ code: 'store-refused', retryable: false });
    const tables = await query(
      database.url,
      `select to_regclass('good') is not null as good, to_regclass('half') as half`,
    );
    expect(tables.rows).toEqual([{ good: true, half: null }]);
    const fixed = sqlMigration('CreateBad1999000000002', ['create table half (id int)']);
    expect(await migrate({ ownerUrl: database.url, migrations: [good, fixed] })).toEqual(['CreateBad1999000000002']);
    await database.drop();
  });

  it('says that it can be tried again while the database is away', async () => {
    const attempt = migrate({ ownerUrl: 'postgres://nobody@127.0.0.1:1/none' });
    await expect(attempt).rejects.toMatchObject({ code: 'store-unavailable', retryable: true });
  });

  it('refuses a name without a place in the order', () => {
    expect(() => sqlMigration('CreateThing', [])).toThrow('13 digits');
  });
});

describe('the schema', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase();
    await migrate({ ownerUrl: database.url, appRole: { password: APP_PASSWORD } });
    const store = await openEventStore({ url: asApp(database) });
    await store.events.append(newAppend());
    await store.close();
  });
  afterAll(() => database.drop());

  it.each(["update event set type = 'Other'", 'delete from event', 'truncate event', 'truncate event cascade'])(
    'refuses even its owner: %s',
    async (statement) => {
      await expect(query(database.url, statement)).rejects.toMatchObject({ code: '23001' });
    },
  );

  it.each([
    'insert into event select * from event',
    "update event set type = 'Other'",
    'delete from event',
    'truncate event',
    'alter table event disable trigger all',
    'drop table event',
    'update stream set version = 0',
    'update stream set fence = 0',
    "insert into stream (tenant_id, stream_id) values ('a', 'b')",
    'delete from stream',
    'delete from outbox',
    'update outbox set context = null',
    'insert into event_seq select 7, event_id, context, clock_timestamp() from outbox',
    'delete from event_seq',
    'delete from outgoing',
    'update sequencer set last_global_seq = 0',
    'delete from migration',
    'create table mine (id int)',
    'create function append_events(json) returns int language sql return 1',
    'create role other superuser',
  ])("refuses the application's role: %s", async (statement) => {
    await expect(query(asApp(database), statement)).rejects.toMatchObject({ code: '42501' });
  });

  it('appends where it should, whatever its caller has of the same name', async () => {
    const client = new pg.Client({ connectionString: asApp(database) });
    await client.connect();
    try {
      for (const table of ['stream', 'event', 'outbox']) {
        await client.query(`create temp table ${table} (like public.${table})`);
      }
      for (const type of ['json', 'jsonb', 'record', 'text']) {
        await client.query(`create domain pg_temp.${type} as pg_catalog.text check (false)`);
      }
      await client.query('set search_path = pg_temp, public, pg_catalog');
      const ids = { item: 0, tenant_id: 'a', stream_id: 'shadowed' };
      const head = { expected_version: 0, expected_hash: '', next_version: 1, next_hash: 'x' };
      const context = { command_id: 'c', correlation_id: 'c', causation_id: 'c', actor: 'a', service: 's' };
      const event = { event_id: randomUUID(), version: 1, type: 'T', schema_version: 1, occurred_at: '-', hash: 'x' };
      const values = [
        { ...ids, ...head },
        { ...ids, ...event, ...context },
      ].map((row) => JSON.stringify([row]));
      const answer = await client.query('select append_events($1, $2, null, null, true) is null as appended', values);
      expect(answer.rows).toEqual([{ appended: true }]);
      expect((await client.query('select from pg_temp.stream')).rowCount).toBe(0);
    } finally {
      await client.end();
    }
    await query(
      database.url,
      `do $$ begin
      assert exists (select from event where stream_id = 'shadowed') and exists (select from stream where version = 1);
    end $$`,
    );
  });

  it('lets only the given role append', async () => {
    const name = `stranger_${randomUUID().replaceAll('-', '')}`;
    await query(database.url, `create role ${name} login password 'x'`);
    const url = new URL(database.url);
    url.username = name;
    url.password = 'x';
    const call = query(url.href, `select append_events('[]', '[]', null, null, false)`);
    await expect(call).rejects.toMatchObject({ code: '42501' });
    await query(database.url, `drop role ${name}`);
  });
});
