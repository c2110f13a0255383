import { randomUUID } from 'node:crypto';
import { migrate } from '@caisson/event-store-postgres';
import type { Clock } from '@caisson/kernel';
import { createTestDatabase, eventually, type TestDatabase } from '@caisson/testing';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CreateAttemptLog } from './create-attempt-log.migration.js';
import { CHARACTERS_MAX, LINES_MAX } from './pending-lines.js';
import { PostgresAttemptLogs } from './postgres-attempt-logs.js';

let database: TestDatabase;
/** Sees everything. */
let pool: pg.Pool;
let services: pg.Pool;
let logs: PostgresAttemptLogs;
const lost: unknown[] = [];
const clock: Clock = {
  now: () => new Date().toISOString(),
  monotonicMs: () => performance.now(),
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
};

beforeAll(async () => {
  database = await createTestDatabase();
  const url = new URL(database.url);
  const name = `app_${url.pathname.slice(1)}`;
  await migrate({ ownerUrl: url.href, migrations: [CreateAttemptLog], appRole: { name, password: 'app' } });
  pool = new pg.Pool({ connectionString: database.url, max: 2 });
  [url.username, url.password] = [name, 'app'];
  services = new pg.Pool({ connectionString: url.href, max: 4 });
  logs = new PostgresAttemptLogs(services, clock, (error) => lost.push(error));
});
afterAll(async () => {
  await Promise.all([pool.end(), services.end()]);
  await database.drop();
});

const newRef = () => ({ tenantId: randomUUID(), attemptId: `${randomUUID()}/web[0]/1.1` });

it('gives lines back by their numbers, whoever wrote them, before anybody says that it is over', async () => {
  const ref = newRef();
  const log = logs.open(ref);
  for (let line = 0; line < 5; line += 1) log.add(`line ${line}`);
  const seen = await eventually('the lines to be readable', async () => {
    const page = await logs.read(ref, 0, 100);
    return page.lines.length === 5 ? page : undefined;
  });
  expect(seen).toEqual({ lines: ['line 0', 'line 1', 'line 2', 'line 3', 'line 4'], nextOffset: 5 });
  const successor = new PostgresAttemptLogs(services, clock, (error) => lost.push(error)).open(ref);
  successor.add('another executor');
  await successor.flush();
  expect(await logs.read(ref, 3, 2)).toEqual({ lines: ['line 3', 'line 4'], nextOffset: 5 });
  expect(await logs.read(ref, 4, 10)).toEqual({ lines: ['line 4', 'another executor'], nextOffset: 6 });
  expect(await logs.read(ref, 6, 10)).toEqual({ lines: [], nextOffset: 6 });
  expect(lost).toEqual([]);
});

it('shows nothing to another tenant', async () => {
  const ref = newRef();
  const log = logs.open(ref);
  log.add('theirs');
  await log.flush();
  expect(await logs.read({ ...ref, tenantId: randomUUID() }, 0, 10)).toEqual({ lines: [], nextOffset: 0 });
});

it.each([
  ['lines', () => Array.from({ length: LINES_MAX + 50 }, () => 'x')],
  ['characters', () => Array.from({ length: 300 }, () => 'x'.repeat(10_000))],
])('is cut off after too many %s, and says so', async (_what, lines) => {
  const ref = newRef();
  const log = logs.open(ref);
  for (const line of lines()) log.add(line);
  await log.flush();
  const { rows } = await pool.query<{ lines: string; count: number }>(
    'select sum(line_count)::int as count, sum(length(lines))::int as lines from attempt_log where attempt_id = $1',
    [ref.attemptId],
  );
  expect(rows[0]?.count).toBeLessThanOrEqual(LINES_MAX + 1);
  expect(Number(rows[0]?.lines)).toBeLessThanOrEqual(CHARACTERS_MAX + LINES_MAX);
  const { lines: end } = await logs.read(ref, (rows[0]?.count ?? 0) - 1, 10);
  expect(end).toEqual(['(The rest is left out. The end is with the task.)']);
  const later = logs.open(ref);
  for (let line = 0; line < LINES_MAX; line += 1) later.add('more');
  await later.flush();
  later.add('and more');
  await later.flush();
  const after = await pool.query('select from attempt_log where attempt_id = $1', [ref.attemptId]);
  expect(after.rowCount).toBeLessThanOrEqual(2);
});

it('keeps what no database keeps as a sign that something was there', async () => {
  const ref = newRef();
  const log = logs.open(ref);
  log.add('a\u0000b\ud800c\nd');
  await log.flush();
  expect((await logs.read(ref, 0, 10)).lines).toEqual(['a\uFFFDb\uFFFDc d']);
});

it('forgets a tenant’s old lines', async () => {
  const ref = newRef();
  await pool.query(
    `insert into attempt_log (tenant_id, attempt_id, line_from, line_count, lines, created_at)
     values ($1, 'old', 0, 1, 'old', now() - interval '31 days')`,
    [ref.tenantId],
  );
  const log = logs.open(ref);
  log.add('new');
  await log.flush();
  const { rows } = await pool.query('select lines from attempt_log where tenant_id = $1', [ref.tenantId]);
  expect(rows).toEqual([{ lines: 'new' }]);
});

it('says that lines were lost, and goes on', async () => {
  const broken = new pg.Pool({ connectionString: 'postgres://nobody@127.0.0.1:1/none', max: 1 });
  const reasons: unknown[] = [];
  const log = new PostgresAttemptLogs(broken, clock, (error) => reasons.push(error)).open(newRef());
  log.add('lost');
  await log.flush();
  expect(reasons).toHaveLength(1);
  await broken.end();
});
