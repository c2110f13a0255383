import { setTimeout as delay } from 'node:timers/promises';
import { createTestDatabase } from '@caisson/testing';
import { afterEach, expect, it, vi } from 'vitest';
import { startExecutor } from './executor.harness.js';

const WINDOW_SECONDS = 10;

afterEach(() => vi.restoreAllMocks());

it('asks the database at most twice a second while nothing is to be done', { timeout: 60_000 }, async () => {
  const database = await createTestDatabase();
  const executor = await startExecutor(database.url, new Map());
  await delay(2_000); // Its first looks are over.
  const client = await executor.stores.pool.connect();
  const asked = vi.spyOn(Object.getPrototypeOf(client) as typeof client, 'query');
  client.release();
  await delay(WINDOW_SECONDS * 1000);
  const queries = asked.mock.calls.length;
  await executor.stop();
  await database.drop();
  expect(queries).toBeGreaterThan(0);
  expect(queries).toBeLessThanOrEqual(2 * WINDOW_SECONDS + 4); // The borders of the window cut rounds in two.
});
