import { randomBytes, randomUUID } from 'node:crypto';
import { createTestDatabase, type TestDatabase } from '@caisson/testing';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { AesSecretBox } from './aes-secret-box.js';
import { CreateArtifact1764000000200 } from './create-artifact.migration.js';
import { ARTIFACT_BYTES_MAX, PostgresArtifactStore } from './postgres-artifact-store.js';

let database: TestDatabase;
let pool: pg.Pool;
let store: PostgresArtifactStore;
const content = Buffer.from('plan file with a canary: sesame-0815');

beforeAll(async () => {
  database = await createTestDatabase();
  pool = new pg.Pool({ connectionString: database.url, max: 4 });
  await new CreateArtifact1764000000200().up(pool as never);
  store = new PostgresArtifactStore(pool, new AesSecretBox([{ id: 'k1', key: randomBytes(32) }]));
});
afterAll(async () => {
  await pool.end();
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

it('lets a role that does not own the table see only its own tenant', async () => {
  const [mine, theirs] = [randomUUID(), randomUUID()];
  await store.put(mine, content);
  await store.put(theirs, content);
  const role = `reader_${randomUUID().replaceAll('-', '')}`;
  await pool.query(`create role ${role}; grant select on artifact to ${role}`);
  const client = await pool.connect();
  await client.query('begin');
  await client.query(`set local role ${role}`);
  const before = await client.query('select from artifact');
  await client.query("select set_config('app.tenant', $1, true)", [mine]);
  const own = await client.query<{ tenant_id: string }>('select tenant_id from artifact');
  await client.query('rollback');
  client.release();
  await pool.query(`drop owned by ${role}; drop role ${role}`);
  expect(before.rowCount).toBe(0);
  expect(own.rows.map((row) => row.tenant_id)).toEqual([mine]);
});
