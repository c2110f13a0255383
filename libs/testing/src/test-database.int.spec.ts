import pg from 'pg';
import { expect, it } from 'vitest';
import { createTestDatabase } from './test-database.js';

it('gives each test an empty database of its own', async () => {
  const [first, second] = await Promise.all([createTestDatabase(), createTestDatabase()]);
  const client = new pg.Client({ connectionString: first.url });
  await client.connect();
  await client.query('create table only_here (id int)');
  await client.end();
  const other = new pg.Client({ connectionString: second.url });
  await other.connect();
  const found = await other.query<{ name: string | null }>("select to_regclass('only_here')::text as name");
  await other.end();
  expect(found.rows[0]?.name).toBeNull();
  await Promise.all([first.drop(), second.drop()]);
});

it('cuts nobody off who is leaving: the pool of a test has ended before its connections have', async () => {
  const cutOff: Error[] = [];
  for (let round = 1; round <= 15; round += 1) {
    const database = await createTestDatabase();
    const pool = new pg.Pool({ connectionString: database.url, max: 8 });
    pool.on('error', (error) => cutOff.push(error));
    await Promise.all(Array.from({ length: 8 }, () => pool.query('select 1')));
    await pool.end();
    await database.drop();
  }
  expect(cutOff).toEqual([]);
});
