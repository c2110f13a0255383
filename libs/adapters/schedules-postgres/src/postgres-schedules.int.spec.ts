import { migrate, openEventStore, type OpenedEventStore } from '@caisson/event-store-postgres';
import { createTestDatabase, type TestDatabase } from '@caisson/testing';
import { Pool } from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CreateDriftSchedule } from './create-drift-schedule.migration.js';
import { PostgresSchedules, type StoredTurn } from './postgres-schedules.js';

let database: TestDatabase;
let services: OpenedEventStore;
let schedules: PostgresSchedules;

beforeAll(async () => {
  database = await createTestDatabase();
  const url = new URL(database.url);
  const name = `app_${url.pathname.slice(1)}`;
  await migrate({ ownerUrl: url.href, migrations: [CreateDriftSchedule], appRole: { name, password: 'app' } });
  [url.username, url.password] = [name, 'app'];
  services = await openEventStore({ url: url.href });
  schedules = new PostgresSchedules(services.pool);
});
afterAll(async () => {
  await services.close();
  await database.drop();
});

const turn = (deploymentId: string, more: Partial<StoredTurn> = {}): StoredTurn => ({
  tenantId: 't',
  deploymentId,
  version: 1,
  cron: '0 3 * * *',
  timeZone: 'UTC',
  spreadMinutes: undefined,
  autoRemediate: true,
  baseAt: '2026-01-01T03:00:00.000Z',
  dueAt: '2026-01-01T03:00:10.000Z',
  ...more,
});
const LATER = '2999-01-01T00:00:00.000Z';

it('gives what is due, the longest due first, of all tenants', async () => {
  const second = turn('a', { dueAt: '2026-01-01T03:00:20.000Z', spreadMinutes: 5 });
  await schedules.put(second);
  await schedules.put(turn('b', { tenantId: 'u' }));
  await schedules.put(turn('c', { dueAt: LATER }));
  await schedules.put(turn('d', { dueAt: undefined, baseAt: undefined }));
  expect(await schedules.due(10)).toEqual([turn('b', { tenantId: 'u' }), second]);
  expect(await schedules.due(1)).toHaveLength(1);
  await schedules.remove({ tenantId: 'u', deploymentId: 'b', version: 2 });
  expect(await schedules.due(10)).toEqual([second]);
});

it('lets a newer schedule stand', async () => {
  await schedules.put(turn('e', { version: 3, cron: '0 4 * * *' }));
  await schedules.put(turn('e', { version: 2 }));
  await schedules.moveOn([turn('e', { version: 2, dueAt: LATER })]);
  const due = await schedules.due(10);
  expect(due.find(({ deploymentId }) => deploymentId === 'e')).toMatchObject({ version: 3, cron: '0 4 * * *' });
});

it('keeps one that was removed from coming back with what is told late', async () => {
  const dueOf = async (id: string) => (await schedules.due(10)).filter(({ deploymentId }) => deploymentId === id);
  await schedules.remove({ tenantId: 't', deploymentId: 'g', version: Number.MAX_SAFE_INTEGER });
  await schedules.put(turn('g', { version: 7 }));
  expect(await dueOf('g')).toEqual([]);
  await schedules.put(turn('h', { version: 1 }));
  await schedules.remove({ tenantId: 't', deploymentId: 'h', version: 3 });
  await schedules.put(turn('h', { version: 2 }));
  expect(await dueOf('h')).toEqual([]);
  await schedules.put(turn('h', { version: 4 }));
  expect(await dueOf('h')).toHaveLength(1);
  await schedules.remove({ tenantId: 't', deploymentId: 'h', version: 5 });
});

it('moves on what was taken', async () => {
  await schedules.put(turn('f'));
  const due = await schedules.due(10);
  await schedules.moveOn(due.map((taken) => ({ ...taken, dueAt: LATER, baseAt: LATER })));
  expect(await schedules.due(10)).toEqual([]);
});

it('says what the database could not do, and whether to try again', async () => {
  const away = new PostgresSchedules(new Pool({ connectionString: 'postgres://127.0.0.1:1/none' }));
  for (const call of [
    () => away.put(turn('a')),
    () => away.remove(turn('a')),
    () => away.due(1),
    () => away.moveOn([turn('a')]),
  ]) {
    await expect(call()).rejects.toMatchObject({ code: 'store-unavailable', retryable: true });
  }
});
