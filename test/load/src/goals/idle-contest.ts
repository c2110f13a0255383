import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import {
  SERVICE_NAMES,
  startDistributedStack,
  startStandaloneProcess,
  type DistributedStack,
  type StandaloneProcess,
} from '@caisson/local';
import { freePort } from '@caisson/postgres-server';
import { queryOnce } from '../harness/bench-server.js';
import type { Comparison, Contest, Figures, Side } from '../harness/goal.js';
import { processTimeUs, residentBytes } from '../harness/processor-time.js';
import { endProcess } from './footprint-process.js';

/** The one side of P23 and P24: a window in which nobody asks for anything. */
export const IDLE_WINDOW = 'idle window';

const FLOOR = 'floor';
const FLOOR_PROGRAM = fileURLToPath(new URL('../floors/idle-floor.js', import.meta.url));
const SETTLE_MS = 10_000;
const MIB = 2 ** 20;

/** Starts the distributed stack, a standalone and the floor, lets them settle, and watches them all at once. */
export async function idleContest(comparisons: readonly Comparison[]): Promise<Contest> {
  const directory = await mkdtemp(join(tmpdir(), 'caisson-bench-idle-'));
  await chmod(directory, 0o755); // As root, Postgres runs as another user, who must get in.
  const stack = await startDistributedStack({ directory: join(directory, 'stack'), durable: true });
  const standalone = await startStandaloneProcess({ dataDirectory: join(directory, 'standalone'), durable: true });
  const floor = await startFloor(stack);
  await sleep(SETTLE_MS);
  return {
    sides: [windowSide(stack, new Map([...pidsOf(stack, standalone), [FLOOR, floor.pid ?? 0]]))],
    comparisons,
    notes: [
      'Everything runs at once and idles: the five services on Kafka, Redis and Postgres, a standalone, and the floor.',
      'Floor: a process that loads the same libraries, opens the same connections and does nothing.',
      'standalone is its Node process, without its Postgres. `commitsPerS` are of the five services together.',
    ],
    close: async () => {
      await endProcess(floor);
      await standalone.stop();
      await stack.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

function pidsOf(stack: DistributedStack, standalone: StandaloneProcess): ReadonlyMap<string, number> {
  const services = SERVICE_NAMES.map((name) => [name, stack.services.get(name)?.pid ?? 0] as const);
  return new Map([...services, ['standalone', standalone.pid]]);
}

async function startFloor(stack: DistributedStack): Promise<ChildProcess> {
  const { kafka, redis, databaseUrl } = stack;
  const args = [String(await freePort()), databaseUrl, kafka.server.brokers.join(','), redis.server.url];
  const child = fork(FLOOR_PROGRAM, args, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  await once(child, 'message', { signal: AbortSignal.timeout(60_000) });
  child.disconnect();
  return child;
}

function windowSide(stack: DistributedStack, pids: ReadonlyMap<string, number>): Side {
  return {
    name: IDLE_WINDOW,
    measure: async (sliceMs): Promise<Figures> => {
      const before = [...pids].map(([name, pid]) => [name, processTimeUs(pid)] as const);
      const commitsBefore = await commitsOf(stack.databaseUrl);
      const started = performance.now();
      await sleep(sliceMs);
      const windowMs = performance.now() - started;
      const commits = (await commitsOf(stack.databaseUrl)) - commitsBefore;
      const figures: Record<string, number> = { commitsPerS: (commits / windowMs) * 1000 };
      for (const [name, cpuBefore] of before) {
        const pid = pids.get(name) ?? 0;
        if (residentBytes(pid) === 0) throw new Error(`${name} is gone`);
        figures[`${name} CPU %`] = (processTimeUs(pid) - cpuBefore) / windowMs / 10;
        figures[`${name} MiB`] = residentBytes(pid) / MIB;
      }
      figures['five services CPU %'] = SERVICE_NAMES.reduce((sum, name) => sum + (figures[`${name} CPU %`] ?? 0), 0);
      return figures;
    },
  };
}

async function commitsOf(databaseUrl: string): Promise<number> {
  const [row] = await queryOnce<{ commits: string }>(
    databaseUrl,
    'select xact_commit as commits from pg_stat_database where datname = current_database()',
  );
  return Number(row?.commits);
}

/** A figure of the window, or its ratio to the same figure of the floor. */
export function idleFigure(name: string, over?: string): Comparison['of'] {
  return (round) => {
    const figures = round.get(IDLE_WINDOW);
    const value = figures?.[name];
    if (over === undefined || value === undefined) return value;
    const floor = figures?.[over];
    return floor === undefined || floor === 0 ? undefined : value / floor;
  };
}
