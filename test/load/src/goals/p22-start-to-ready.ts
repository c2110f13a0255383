import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describeMissing, findPrerequisites, SERVICE_NAMES, startDistributedStack } from '@caisson/local';
import { freePort, startPostgresServer } from '@caisson/postgres-server';
import type { Comparison, Contest, Goal, Round, Side } from '../harness/goal.js';
import { endProcess, startedWith, startUntilReady, type Program } from './footprint-process.js';

const FLOOR = 'Nest on Fastify, one controller';
const POSTGRES = 'PostgreSQL alone';
const STANDALONE = 'standalone';
const FLOOR_PROGRAM = fileURLToPath(new URL('../floors/nest-floor.js', import.meta.url));
const STANDALONE_PROGRAM = fileURLToPath(new URL('../../../../apps/standalone/dist/main.js', import.meta.url));

/** P22: from the spawn of a process until its readiness answers 200, everything it depends on being up. */
export const startToReady: Goal = {
  id: 'P22',
  title: 'start → ready, per service and standalone',
  sliceMs: 1_000,
  missing: () => describeMissing(findPrerequisites()),
  prepare: async (): Promise<Contest> => {
    const directory = await mkdtemp(join(tmpdir(), 'caisson-bench-start-'));
    await chmod(directory, 0o755); // As root, Postgres runs as another user, who must get in.
    const stack = await startDistributedStack({ directory: join(directory, 'stack'), durable: true });
    const services: Side[] = [];
    for (const name of SERVICE_NAMES) {
      const service = stack.services.get(name);
      if (service?.pid === undefined) throw new Error(`${name} does not run`);
      const program = { ...startedWith(service.pid), readyUrl: `${service.url}/readyz` };
      await service.stop();
      services.push(startSide(name, () => Promise.resolve(program)));
    }
    return {
      sides: [
        startSide(FLOOR, floorProgram),
        ...services,
        postgresSide(join(directory, 'postgres')),
        startSide(STANDALONE, () => standaloneProgram(join(directory, 'standalone'))),
      ],
      comparisons: comparisons(),
      notes: [
        'Files are warm; a slice is one start. Ready: migrated, connected, in the consumer group where there is one.',
        'standalone starts its own Postgres; its ratio is taken after the start of a Postgres alone was taken off.',
      ],
      close: async () => {
        await stack.stop();
        await rm(directory, { recursive: true, force: true });
      },
    };
  },
};

function comparisons(): readonly Comparison[] {
  const msOf = (round: Round, side: string): number | undefined => round.get(side)?.['p50Ms'];
  const overFloor = (round: Round, ms: number | undefined): number | undefined => {
    const floor = msOf(round, FLOOR);
    return ms === undefined || floor === undefined ? undefined : ms / floor;
  };
  const services = SERVICE_NAMES.map((name) => ({
    title: `${name} ÷ floor`,
    of: (round: Round) => overFloor(round, msOf(round, name)),
    ...{ atLeast: false, gate: 2.5, goal: 1.8 },
  }));
  const standalone = (round: Round): number | undefined => {
    const [whole, postgres] = [msOf(round, STANDALONE), msOf(round, POSTGRES)];
    return overFloor(round, whole === undefined || postgres === undefined ? undefined : whole - postgres);
  };
  return [
    ...services,
    { title: 'standalone less PostgreSQL ÷ floor', of: standalone, atLeast: false, gate: 4, goal: 3 },
  ];
}

function startSide(name: string, programOf: () => Promise<Program>): Side {
  return {
    name,
    measure: async () => {
      const { ms, child } = await startUntilReady(await programOf());
      await endProcess(child);
      return { p50Ms: ms };
    },
  };
}

async function floorProgram(): Promise<Program> {
  const port = await freePort();
  return {
    args: [FLOOR_PROGRAM, String(port)],
    environment: inherited(),
    readyUrl: `http://127.0.0.1:${port}/readyz`,
  };
}

async function standaloneProgram(dataDirectory: string): Promise<Program> {
  const port = await freePort();
  return {
    args: [STANDALONE_PROGRAM],
    environment: {
      ...inherited(),
      CAISSON_DATA_DIR: dataDirectory,
      CAISSON_READY_FILE: join(dataDirectory, 'ready.json'),
      CAISSON_PORT: String(port),
      CAISSON_LOG_LEVEL: 'warn',
    },
    readyUrl: `http://127.0.0.1:${port}/readyz`,
  };
}

function postgresSide(dataDirectory: string): Side {
  return {
    name: POSTGRES,
    measure: async () => {
      const started = performance.now();
      const server = await startPostgresServer({ dataDirectory, persistent: true, durable: true, password: 'bench' });
      const ms = performance.now() - started;
      await server.stop();
      return { p50Ms: ms };
    },
  };
}

function inherited(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
