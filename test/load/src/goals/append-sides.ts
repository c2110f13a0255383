import { getPostgreSQLEventStore } from '@event-driven-io/emmett-postgresql';
import pg from 'pg';
import { NO_STREAM, type EventContext, type StreamHead } from '@caisson/event-sourcing';
import { migrate, openEventStore, type OpenedEventStore } from '@caisson/event-store-postgres';
import { queryOnce, type BenchServer } from '../harness/bench-server.js';
import { runClosedLoop } from '../harness/closed-loop.js';
import type { Figures, Side } from '../harness/goal.js';
import { findPgbench, runPgbench } from '../harness/pgbench.js';
import { SAMPLE_DATA, SAMPLE_JSON, SAMPLE_METADATA } from './sample-event.js';

/** Names of the sides of P1 and P2. */
export const APPEND_SIDES = {
  bare: 'pgbench, one bare insert',
  plain: 'pgbench, our rows in plain SQL',
  ours: 'Caisson append',
  driver: 'node-postgres, one bare insert',
  emmett: 'Emmett appendToStream',
} as const;

/** A side that owns connections. */
export interface OpenSide extends Side {
  close(): Promise<void>;
}

const TENANT = 'acme';
const BARE_TABLE = `create table bare (global_position bigint generated always as identity primary key,
  stream_id text, version bigint, type text, data jsonb, metadata jsonb, created_at timestamptz default now(),
  unique (stream_id, version))`;
const BARE_INSERT = 'insert into bare (stream_id, version, type, data, metadata) values';

/** FL1: one row of 1 KB per commit, one client per caller. */
export async function bareSide(server: BenchServer, callers: number): Promise<OpenSide | undefined> {
  const program = findPgbench();
  if (program === undefined) return undefined;
  const url = await server.createDatabase('bare');
  await queryOnce(url, BARE_TABLE);
  const script = `\\set v :v + 1
${BARE_INSERT} ('s-' || :run || '-' || :client_id, :v, 'TaskCompleted', :data::jsonb, :meta::jsonb);
`;
  return pgbenchSide({ name: APPEND_SIDES.bare, program, url, script, callers, server, table: 'bare' });
}

/** FL1s: the rows of our store (version, event, outbox) in one statement, without anything of ours in the way. */
export async function plainSide(server: BenchServer, callers: number): Promise<OpenSide | undefined> {
  const program = findPgbench();
  if (program === undefined) return undefined;
  const url = await server.createDatabase('plain');
  await migrate({ ownerUrl: url });
  const script = `\\set seen :v
\\set v :v + 1
with moved as (
  insert into stream (tenant_id, stream_id, version, head_hash)
    values ('${TENANT}', 's-' || :run || '-' || :client_id, :v::bigint, :hash::text)
    on conflict (tenant_id, stream_id) do update set version = excluded.version, head_hash = excluded.head_hash
      where stream.version = :seen::bigint
    returning tenant_id, stream_id, version),
recorded as (
  insert into event (event_id, tenant_id, stream_id, version, type, schema_version, data, command_id, correlation_id,
      causation_id, actor, service, occurred_at, hash)
    select gen_random_uuid(), tenant_id, stream_id, version, 'task-completed', 1, :data::json, 'command', 'correlation',
      'causation', 'bench', 'bench', '20260302T101500.000Z', :hash::text from moved
    returning event_id)
insert into outbox (event_id, context) select event_id, 'execution' from recorded;
`;
  return pgbenchSide({ name: APPEND_SIDES.plain, program, url, script, callers, server, table: 'outbox' });
}

interface PgbenchSide {
  readonly name: string;
  readonly program: string;
  readonly url: string;
  readonly script: string;
  readonly callers: number;
  readonly server: BenchServer;
  /** Gains one row per call. */
  readonly table: string;
}

function pgbenchSide(side: PgbenchSide): OpenSide {
  let run = 0;
  return {
    name: side.name,
    measure: async (sliceMs) => {
      run += 1;
      const before = await countOf(side.url, side.table);
      const figures = await runPgbench({
        ...side,
        clients: side.callers,
        sliceMs,
        serverPid: side.server.pid,
        variables: {
          v: '0',
          run: String(run),
          data: SAMPLE_JSON,
          meta: JSON.stringify(SAMPLE_METADATA),
          hash: 'a'.repeat(64),
        },
      });
      await expectRows(side, before + figures.calls);
      return figures;
    },
    close: () => Promise.resolve(),
  };
}

/** One prepared insert per call, one connection per caller: what the driver costs. */
export async function driverSide(server: BenchServer, callers: number): Promise<OpenSide> {
  const url = await server.createDatabase('driver');
  await queryOnce(url, BARE_TABLE);
  const pool = new pg.Pool({ connectionString: url, max: callers });
  pool.on('error', () => undefined); // The server's end closes idle connections.
  const insert = { name: 'insert', text: `${BARE_INSERT} ($1, $2, 'TaskCompleted', $3, $4)` };
  const metadata = JSON.stringify(SAMPLE_METADATA);
  let run = 0;
  return {
    name: APPEND_SIDES.driver,
    measure: async (sliceMs) => {
      run += 1;
      const before = await countOf(url, 'bare');
      const versions = new Array<number>(callers).fill(0);
      const figures = await runClosedLoop({
        callers,
        sliceMs,
        serverPid: server.pid,
        call: async (caller) => {
          const version = (versions[caller] ?? 0) + 1;
          versions[caller] = version;
          await pool.query({ ...insert, values: [`s-${run}-${caller}`, version, SAMPLE_JSON, metadata] });
        },
      });
      await expectRows({ name: APPEND_SIDES.driver, url, table: 'bare' }, before + figures.calls);
      return figures;
    },
    close: () => pool.end(),
  };
}

/** Ours, through the store's public port: expected version, tenant, hash chain, outbox row. The relay is off. */
export async function ourSide(server: BenchServer, callers: number): Promise<OpenSide> {
  const url = await server.createDatabase('caisson');
  await migrate({ ownerUrl: url });
  const store = await openEventStore({ url });
  let run = 0;
  return {
    name: APPEND_SIDES.ours,
    measure: async (sliceMs) => {
      run += 1;
      const before = await countOf(url, 'outbox');
      const figures = await runClosedLoop({
        callers,
        sliceMs,
        serverPid: server.pid,
        call: appender(store, callers, run),
      });
      await expectRows({ name: APPEND_SIDES.ours, url, table: 'outbox' }, before + figures.calls);
      await expectNoGaps(url);
      return figures;
    },
    close: () => store.close(),
  };
}

/** A caller's next append: one event of 991 bytes to its own stream, at the version it saw. */
export function appender(store: OpenedEventStore, callers: number, run: number): (caller: number) => Promise<void> {
  const heads = new Array<StreamHead>(callers).fill(NO_STREAM);
  return async (caller) => {
    const expected = heads[caller] ?? NO_STREAM;
    const context: EventContext = {
      correlationId: `correlation-${run}`,
      causationId: `causation-${run}`,
      actor: 'service:bench',
      commandId: `${run}-${caller}-${expected.version}`,
      occurredAt: '2026-03-02T10:15:00.000Z',
      service: 'bench',
    };
    const answer = await store.events.append({
      stream: { tenantId: TENANT, streamId: `bench-${run}-${caller}` },
      expected,
      context,
      events: [
        {
          type: 'task-completed',
          schemaVersion: 1,
          data: SAMPLE_DATA,
          publicForm: { type: 'caisson.execution.task-succeeded.v1' },
        },
      ],
    });
    if (answer.outcome !== 'appended') throw new Error(`append was answered with ${answer.outcome}`);
    heads[caller] = answer.head;
  };
}

/** Emmett, one connection per caller: own stream, expected version. It has no outbox and no hash chain. */
export async function emmettSide(server: BenchServer, callers: number): Promise<OpenSide> {
  const url = await server.createDatabase('emmett');
  const pool = new pg.Pool({ connectionString: url, max: callers });
  pool.on('error', () => undefined); // The server's end closes idle connections.
  const store = getPostgreSQLEventStore(url, { connectionOptions: { pool, pooled: true } });
  await store.schema.migrate();
  let run = 0;
  return {
    name: APPEND_SIDES.emmett,
    measure: async (sliceMs) => {
      run += 1;
      const heads = new Array<bigint>(callers).fill(0n);
      const figures = await runClosedLoop({
        callers,
        sliceMs,
        serverPid: server.pid,
        call: async (caller) => {
          const event = { type: 'TaskCompleted', data: SAMPLE_DATA, metadata: SAMPLE_METADATA };
          const expectedStreamVersion = heads[caller] ?? 0n;
          const options = expectedStreamVersion === 0n ? {} : { expectedStreamVersion };
          const answer = await store.appendToStream(`bench-${run}-${caller}`, [event], options);
          heads[caller] = answer.nextExpectedStreamVersion;
        },
      });
      return figures;
    },
    close: async () => {
      await store.close();
      await pool.end();
    },
  };
}

async function countOf(url: string, table: string): Promise<number> {
  const [row] = await queryOnce<{ count: string }>(url, `select count(*) as count from ${table}`);
  return Number(row?.count);
}

async function expectRows(at: { name: string; url: string; table: string }, wanted: number): Promise<void> {
  const found = await countOf(at.url, at.table);
  if (found !== wanted) throw new Error(`${at.name}: ${found} rows in ${at.table}, ${wanted} appends`);
}

async function expectNoGaps(url: string): Promise<void> {
  const gaps = await queryOnce(
    url,
    `select stream_id from event group by tenant_id, stream_id
       having min(version) <> 1 or max(version) <> count(*) limit 1`,
  );
  if (gaps.length > 0) throw new Error('a stream has a gap');
}

/** Keeps sides that are there. */
export function present(sides: readonly (OpenSide | undefined)[]): readonly OpenSide[] {
  return sides.filter((side) => side !== undefined);
}

/** Closes sides and the server. */
export async function closeAll(sides: readonly OpenSide[], server: BenchServer): Promise<void> {
  for (const side of sides) await side.close();
  await server.stop();
}

/** CPU of client and server per call, in microseconds. */
export function cpuOf(figures: Figures | undefined): number | undefined {
  const { clientCpuUs, serverCpuUs } = figures ?? {};
  return clientCpuUs === undefined || serverCpuUs === undefined ? undefined : clientCpuUs + serverCpuUs;
}
