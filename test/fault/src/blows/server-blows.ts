import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { Redis } from 'ioredis';
import type { FaultStack } from '../stack/fault-stack.js';
import type { Blow } from './blow.js';

/** More than Postgres has (`max_connections`). */
const CONNECTIONS = 200;

/** Of them, so many may still be on their way when the first is refused. */
const AT_ONCE = 20;

/** Faults of Postgres, Kafka, Redis and the sandbox cloud themselves. */
export const SERVER_BLOWS: readonly Blow[] = [
  {
    name: 'Postgres crashes',
    rows: ['F24'],
    weight: 3,
    aim: () => ({
      says: 'kill -9 of a Postgres backend: the server ends all sessions and recovers',
      lastsMs: 0,
      strike: crashPostgres,
    }),
  },
  {
    name: 'sessions of Postgres are ended',
    rows: ['F25'],
    weight: 2,
    aim: (random) => {
      const share = random.pick([0.2, 0.5, 1]);
      return {
        says: `${share * 100} % of the sessions of Postgres are ended`,
        lastsMs: 0,
        strike: (stack) => endSessions(stack, 'random() < $1', share),
      };
    },
  },
  {
    name: 'the session of the relay ends',
    rows: ['F60', 'F3'],
    weight: 1,
    aim: () => ({
      says: 'the session of the relay is ended',
      lastsMs: 0,
      strike: (stack) => endSessions(stack, 'application_name like $1', '%relay'),
    }),
  },
  {
    name: 'Postgres has no connection left',
    rows: ['F28'],
    weight: 1,
    aim: (random) => {
      const held: pg.Client[] = [];
      return {
        says: 'all connections of Postgres are taken, and half of the sessions ended',
        lastsMs: random.between(1_000, 5_000),
        strike: async (stack) => {
          await endSessions(stack, 'random() < $1', 0.5);
          await takeConnections(stack, held);
        },
        end: async () => {
          await Promise.all(held.splice(0).map((client) => client.end().catch(() => undefined)));
        },
      };
    },
  },
  {
    name: 'somebody locks the events',
    rows: ['F27'],
    weight: 1,
    aim: (random) => {
      const lastsMs = random.between(500, 5_000);
      return {
        says: `the table event is locked for ${lastsMs} ms`,
        lastsMs: 0,
        strike: (stack) => lockEvents(stack, lastsMs),
      };
    },
  },
  {
    name: 'a foreign transaction is long',
    rows: ['F29'],
    weight: 1,
    aim: (random) => {
      const lastsMs = random.between(2_000, 8_000);
      return {
        says: `a foreign transaction with an id is open for ${lastsMs} ms`,
        lastsMs: 0,
        strike: (stack) => inTransaction(stack, 'select pg_current_xact_id()', lastsMs),
      };
    },
  },
  {
    name: 'Kafka is restarted',
    rows: ['F31'],
    weight: 2,
    aim: (random) => {
      const signal = random.pick(['SIGTERM', 'SIGKILL'] as const);
      const awayMs = random.between(0, 4_000);
      return {
        says: `${signal} Kafka, back after ${awayMs} ms`,
        lastsMs: 0,
        strike: async ({ stack }) => {
          await stack.kafka.stop(signal);
          await pause(awayMs);
          await stack.kafka.restart();
        },
      };
    },
  },
  {
    name: 'Kafka comes back with nothing',
    rows: ['F34', 'F37'],
    weight: 2,
    aim: () => ({
      says: 'kill -9 Kafka, its data removed, and back',
      lastsMs: 0,
      strike: async (fault) => {
        await fault.stack.kafka.stop('SIGKILL');
        await rm(join(fault.dataOf('kafka'), 'data'), { recursive: true, force: true });
        await fault.stack.kafka.restart();
      },
    }),
  },
  {
    name: 'Redis is killed',
    rows: ['F42'],
    weight: 1,
    aim: (random) => {
      const awayMs = random.between(0, 4_000);
      return {
        says: `kill -9 Redis, back and empty after ${awayMs} ms`,
        lastsMs: 0,
        strike: async ({ stack }) => {
          await stack.redis.stop('SIGKILL');
          await pause(awayMs);
          await stack.redis.restart();
        },
      };
    },
  },
  {
    name: 'Redis forgets everything, again and again',
    rows: ['F42', 'F43'],
    weight: 1,
    aim: (random) => {
      const times = random.between(1, 40);
      return { says: `flushall of Redis, ${times} times`, lastsMs: 0, strike: (stack) => flushRedis(stack, times) };
    },
  },
  {
    name: 'the cloud goes wrong',
    rows: ['F56'],
    weight: 4,
    aim: (random) => {
      const behaviour = random.pick([
        { kind: 'lose-answer' },
        { kind: 'fail', status: 503 },
        { kind: 'fail', status: 500 },
        { kind: 'delay', ms: random.between(100, 4_000) },
      ] as const);
      const method = random.pick(['POST', 'PATCH', 'DELETE', 'GET'] as const);
      const times = random.between(1, 3);
      return {
        says: `the cloud: ${JSON.stringify(behaviour)} at the next ${times} of ${method}`,
        lastsMs: 0,
        strike: ({ stack }) => askCloud(stack.sandboxUrl, 'POST', { match: { method }, behaviour, times }),
        end: ({ stack }) => askCloud(stack.sandboxUrl, 'DELETE'),
      };
    },
  },
];

/** When one backend dies by a signal, Postgres trusts none of its memory: it ends all, and recovers from its log. */
async function crashPostgres({ database }: FaultStack): Promise<void> {
  const found = await database.query<{ readonly pid: number }>(
    `select pid from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid() limit 1`,
  );
  const pid = found.rows[0]?.pid;
  if (pid !== undefined) process.kill(pid, 'SIGKILL');
}

async function endSessions({ database }: FaultStack, which: string, value: unknown): Promise<void> {
  await database.query(
    `select pg_terminate_backend(pid) from pg_stat_activity
      where backend_type = 'client backend' and pid <> pg_backend_pid() and ${which}`,
    [value],
  );
}

async function takeConnections({ stack }: FaultStack, held: pg.Client[]): Promise<void> {
  for (let refused = false; !refused && held.length < CONNECTIONS;) {
    const clients = Array.from({ length: AT_ONCE }, () => new pg.Client({ connectionString: stack.databaseUrl }));
    const outcomes = await Promise.allSettled(
      clients.map((client) => {
        client.on('error', () => undefined);
        return client.connect();
      }),
    );
    clients.forEach((client, index) => outcomes[index]?.status === 'fulfilled' && held.push(client));
    refused = outcomes.some(({ status }) => status === 'rejected');
  }
}

function lockEvents(stack: FaultStack, forMs: number): Promise<void> {
  return inTransaction(stack, 'lock table event in exclusive mode', forMs);
}

async function inTransaction({ database }: FaultStack, statement: string, forMs: number): Promise<void> {
  const client = await database.connect();
  try {
    await client.query('begin');
    await client.query(statement);
    await pause(forMs);
    await client.query('rollback');
    client.release();
  } catch (error) {
    client.release(error instanceof Error ? error : true); // Another fault ended it.
  }
}

async function flushRedis({ stack }: FaultStack, times: number): Promise<void> {
  const client = new Redis(stack.redis.server.url, { maxRetriesPerRequest: 1, lazyConnect: true });
  client.on('error', () => undefined);
  for (let time = 0; time < times; time += 1) {
    await client.flushall().catch(() => undefined); // Another fault may have taken it away.
    await pause(50);
  }
  client.disconnect();
}

async function askCloud(url: string, method: 'POST' | 'DELETE', fault?: object): Promise<void> {
  const response = await fetch(`${url}/v1/faults`, {
    method,
    ...(fault === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(fault) }),
    signal: AbortSignal.timeout(10_000),
  });
  if (!response.ok) throw new Error(`The sandbox cloud refused the fault: ${await response.text()}`);
}
