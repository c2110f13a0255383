import { randomBytes, randomUUID } from 'node:crypto';
import { asTenant, migrate } from '@caisson/event-store-postgres';
import { createTestDatabase, type TestDatabase } from '@caisson/testing';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { AesSecretBox } from '@caisson/secret-box';
import { CreateArtifact } from './create-artifact.migration.js';
import { ARTIFACT_BYTES_MAX, PostgresArtifactStore } from './postgres-artifact-store.js';

let database: TestDatabase;
/** Sees everything. */
let pool: pg.Pool;
let services: pg.Pool;
let store: PostgresArtifactStore;
const content = Buffer.from('plan file with a canary: sesame-0815');

beforeAll(async () => {
  database = await createTestDatabase();
  pool = new pg.Pool({ connectionString: database.url, max: 4 });
  services = new pg.Pool({ connectionString: await migratedAsServicesSeeIt(database.url), max: 4 });
  store = new PostgresArtifactStore(services, new AesSecretBox([{ id: 'k1', key: randomBytes(32) }]));
});
afterAll(async () => {
  await Promise.all([pool.end(), services.end()]);
  await database.drop();
});

it('gives back what was put, under its content address', async () => {
  const tenantId = randomUUID();
  const ref = await store.put(tenantId, content);
  expect(ref.digest).toMatch(/^sha256:[0-9a-f]{64}$/);
  expect(Buffer.from((await store.get(tenantId, ref)) ?? [])).toEqual(content);
});

it('keeps the same bytes once', async () => {
  const tenantId = randomUUID();
  expect(await store.put(tenantId, content)).toEqual(await store.put(tenantId, content));
  const counted = await pool.query('select from artifact where tenant_id = $1', [tenantId]);
  expect(counted.rowCount).toBe(1);
});

it('has nothing in clear', async () => {
  const tenantId = randomUUID();
  await store.put(tenantId, content);
  const rows = await pool.query<{ sealed: Buffer }>('select sealed from artifact where tenant_id = $1', [tenantId]);
  expect(rows.rows[0]?.sealed.includes('sesame')).toBe(false);
});

it('shows nothing to another tenant', async () => {
  const ref = await store.put(randomUUID(), content);
  expect(await store.get(randomUUID(), ref)).toBeUndefined();
});

it('refuses bytes that were moved to another tenant, or changed', async () => {
  const [mine, theirs] = [randomUUID(), randomUUID()];
  const ref = await store.put(mine, content);
  await pool.query(
    `insert into artifact (tenant_id, artifact_id, sealed)
     select $1, artifact_id, sealed from artifact where tenant_id = $2`,
    [theirs, mine],
  );
  await expect(store.get(theirs, ref)).rejects.toMatchObject({ code: 'artifact-corrupt', retryable: false });
  await pool.query('update artifact set sealed = set_byte(sealed, 40, get_byte(sealed, 40) # 1) where tenant_id = $1', [
    mine,
  ]);
  await expect(store.get(mine, ref)).rejects.toMatchObject({ code: 'artifact-corrupt' });
});

it('refuses what is too large', async () => {
  await expect(store.put(randomUUID(), Buffer.alloc(ARTIFACT_BYTES_MAX + 1))).rejects.toMatchObject({
    code: 'artifact-too-large',
  });
});

it('lets services see the rows of one tenant at a time, and none without a tenant', async () => {
  const [mine, theirs] = [randomUUID(), randomUUID()];
  await store.put(mine, content);
  await store.put(theirs, content);
  expect((await services.query('select from artifact')).rowCount).toBe(0);
  const own = await asTenant(services, { tenantId: mine, what: 'look' }, (client) =>
    client.query<{ tenant_id: string }>('select tenant_id from artifact'),
  );
  expect(own.rows.map((row) => row.tenant_id)).toEqual([mine]);
  const moved = asTenant(services, { tenantId: mine, what: 'write as another' }, (client) =>
    client.query("insert into artifact (tenant_id, artifact_id, sealed) values ($1, 'x', '')", [theirs]),
  );
  await expect(moved).rejects.toMatchObject({ code: 'store-refused' });
});

/** The schema in place, and the URL of a role as services have it: row level security holds for it. */
async function migratedAsServicesSeeIt(ownerUrl: string): Promise<string> {
  const url = new URL(ownerUrl);
  const name = `app_${url.pathname.slice(1)}`;
  await migrate({ ownerUrl, migrations: [CreateArtifact], appRole: { name, password: 'app' } });
  url.username = name;
  url.password = 'app';
  return url.href;
}
