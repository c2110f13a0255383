import { PostgresSeenEvents, type PublicEvent } from '@caisson/contracts';
import { createTestDatabase, type TestDatabase } from '@caisson/testing';
import type pgModule from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { pg } from './connection.js';

// What other teams remember handled events with, in a database of their own.

let database: TestDatabase;
let pool: pgModule.Pool;
let seen: PostgresSeenEvents<pgModule.PoolClient>;

beforeAll(async () => {
  database = await createTestDatabase();
  pool = new pg.Pool({ connectionString: database.url });
  await pool.query('create table bill (event_id text)');
  seen = new PostgresSeenEvents(pool, 'billing');
  await seen.createTable();
});

afterAll(async () => {
  await pool.end();
  await database.drop();
});

const eventOf = (id: string): PublicEvent => ({ id }) as PublicEvent;
const bill = (id: string) => async (client: pgModule.PoolClient) => {
  await client.query('insert into bill (event_id) values ($1)', [id]);
};

async function bills(id: string): Promise<number> {
  const { rowCount } = await pool.query('select from bill where event_id = $1', [id]);
  return rowCount ?? 0;
}

it('handles an event once, with many at it at the same time', async () => {
  const answers = await Promise.all(Array.from({ length: 8 }, () => seen.once(eventOf('a'), bill('a'))));
  expect(answers.filter(Boolean)).toHaveLength(1);
  expect(await seen.once(eventOf('a'), bill('a'))).toBe(false);
  expect(await bills('a')).toBe(1);
});

it('keeps the effect and the memory of it together, or neither', async () => {
  const fails = async (client: pgModule.PoolClient): Promise<void> => {
    await bill('b')(client);
    throw new Error('half way');
  };
  await expect(seen.once(eventOf('b'), fails)).rejects.toThrow('half way');
  expect(await bills('b')).toBe(0);
  expect(await seen.once(eventOf('b'), bill('b'))).toBe(true);
  expect(await bills('b')).toBe(1);
});

it('keeps groups apart, and forgets what is old enough', async () => {
  const other = new PostgresSeenEvents(pool, 'audit');
  expect(await other.once(eventOf('a'), () => Promise.resolve())).toBe(true);
  await other.forgetBefore(new Date(Date.now() + 60_000));
  expect(await other.once(eventOf('a'), () => Promise.resolve())).toBe(true);
  expect(await seen.once(eventOf('a'), bill('a'))).toBe(false);
});
