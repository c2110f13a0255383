import { randomUUID } from 'node:crypto';
import { migrate } from '@caisson/event-store-postgres';
import { createTestDatabase, type TestDatabase } from '@caisson/testing';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SERVICES } from './standalone.js';

/**
 * Row level security alone, without any condition of the application, on every table of every service. A new table is
 * in it: it has a policy, or stands below with the reason why it needs none.
 */

/** Tables whose rows say nothing of a tenant. */
const OF_NO_TENANT: Readonly<Record<string, string>> = {
  checkpoint: 'how far a consumer of the installation has come in the global order',
  event_seq: 'numbers of events; what an event says is in `event`',
  installed_engine: 'which engines a service of the installation has',
  migration: 'which changes of the schema were made',
  outbox: 'ids of events that have no number yet; what an event says is in `event`',
  outgoing: 'numbers of events that wait to be sent',
  sequencer: 'the last number that was given',
};

const [MINE, FOREIGN] = ['tenant-a', 'tenant-b'];
/** By type of column: a value that any column of it takes. */
const VALUES: Readonly<Record<string, string>> = {
  ...{ text: `'1'`, uuid: `'${randomUUID()}'`, bigint: '1', integer: '1', 'double precision': '1', boolean: 'true' },
  numeric: '1',
  ...{ json: `'{}'`, jsonb: `'{}'`, bytea: `'x'`, 'timestamp with time zone': 'now()' },
};

interface Table {
  readonly name: string;
  /** It has a column of it. */
  readonly namesTenant: boolean;
  readonly forced: boolean;
}

let database: TestDatabase;
let tables: readonly Table[];
/** As services are, on a connection that works for nobody in particular. */
let services: pg.Client;

beforeAll(async () => {
  database = await createTestDatabase();
  const migrations = [...new Set(SERVICES.flatMap((service) => service.migrations))];
  await migrate({ ownerUrl: database.url, migrations, appRole: { password: 'app' } });
  tables = await asOwner<Table>(
    `select c.relname as name, c.relrowsecurity and c.relforcerowsecurity as forced, exists (
        select from pg_attribute a where a.attrelid = c.oid and a.attname = 'tenant_id') as "namesTenant"
      from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') order by c.relname`,
  );
  for (const { name } of guarded()) for (const tenantId of [MINE, FOREIGN]) await fill(name, tenantId);
  services = await connectAsServices('-c app.across=on');
});
afterAll(async () => {
  await services.end();
  await database.drop();
});

const guarded = (): readonly Table[] => tables.filter(({ name }) => !(name in OF_NO_TENANT));

async function asOwner<Row extends object>(text: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  try {
    return (await client.query<Row>(text)).rows;
  } finally {
    await client.end();
  }
}

async function connectAsServices(options: string): Promise<pg.Client> {
  const url = new URL(database.url);
  url.username = 'caisson_app';
  url.password = 'app';
  const client = new pg.Client({ connectionString: url.href, options });
  await client.connect();
  return client;
}

/** Writes a row of a tenant, with some value in every column that needs one. */
async function fill(table: string, tenantId: string): Promise<void> {
  const columns = await asOwner<{ name: string; type: string }>(
    `select column_name as name, data_type as type from information_schema.columns
      where table_schema = 'public' and table_name = '${table}' and is_identity = 'NO' and column_default is null
        and (is_nullable = 'NO' or column_name = 'tenant_id')`,
  );
  const values = columns.map(({ name, type }) => {
    if (name === 'tenant_id') return `'${tenantId}'`;
    return type === 'uuid' ? 'gen_random_uuid()' : VALUES[type];
  });
  await asOwner(`insert into ${table} (${columns.map(({ name }) => name).join(', ')}) values (${values.join(', ')})`);
}

/** What a statement does in a transaction of one tenant, which is taken back. */
async function asTenant(tenantId: string, text: string): Promise<pg.QueryResult<{ tenant_id: string }>> {
  await services.query('begin');
  try {
    await services.query(`set local app.tenant = '${tenantId}'`);
    return await services.query<{ tenant_id: string }>(text);
  } finally {
    await services.query('rollback');
  }
}

describe('a table', () => {
  it('has a policy, or a reason to need none', () => {
    const open = tables.filter(({ forced }) => !forced).map(({ name }) => name);
    expect(open).toEqual(Object.keys(OF_NO_TENANT));
  });

  it('that needs none does not name a tenant', () => {
    const naming = tables.filter(({ name, namesTenant }) => namesTenant && name in OF_NO_TENANT);
    expect(naming).toEqual([]);
  });

  it('lets only who owns it see across tenants without having said so', async () => {
    const client = await connectAsServices('');
    for (const { name } of guarded())
      expect([name, (await client.query(`select from ${name}`)).rowCount]).toEqual([name, 0]);
    await client.end();
  });

  it('shows a tenant its own rows only, whatever is asked', async () => {
    for (const { name } of guarded()) {
      const seen = await asTenant(MINE, `select distinct tenant_id from ${name}`);
      expect([name, seen.rows]).toEqual([name, [{ tenant_id: MINE }]]);
    }
  });

  it('lets a tenant change nothing foreign', async () => {
    for (const { name } of guarded()) {
      const changes = [`update ${name} set tenant_id = tenant_id`, `delete from ${name}`];
      for (const change of changes) {
        const changed = await asTenant(MINE, `${change} where tenant_id = '${FOREIGN}'`).catch(refusedBy);
        expect([change, changed]).toEqual([change, expect.objectContaining({ rowCount: 0 })]);
      }
    }
  });
});

/** Rights that a role does not have at all are as good as none of the rows. */
function refusedBy(error: unknown): { readonly rowCount: number } {
  if (error instanceof pg.DatabaseError && error.code === '42501') return { rowCount: 0 };
  throw error;
}
