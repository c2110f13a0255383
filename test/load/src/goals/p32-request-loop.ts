import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CaissonClient } from '@caisson/client';
import { startStandaloneProcess } from '@caisson/local';
import fastify from 'fastify';
import pg from 'pg';
import { logIn, UNLIMITED } from '../harness/bench-stack.js';
import { queryOnce, startBenchServer, type BenchServer } from '../harness/bench-server.js';
import { ratio, type Contest, type Figures, type Goal, type Side } from '../harness/goal.js';
import { treeTimeUs } from '../harness/processor-time.js';
import { latencyFigures } from '../harness/statistics.js';
import type { OpenSide } from './append-sides.js';
import { noOpDeployment } from './no-op-deployment.js';
import { LiveRuns } from './p32-live-runs.js';
import { SAMPLE_JSON } from './sample-event.js';

const [CALLERS, TASKS] = [8, 10];
/** What source 003 did with 8 callers, in memory, on two shared cores: measured once, not in this run. */
const SOURCE_003_PER_S = 108;
const NAMES = { floor: 'four bare requests, one insert each', ours: 'Caisson, embedded' } as const;

/** P32: the loop of source system 003: create, plan, approve, execute. */
export const requestLoop: Goal = {
  id: 'P32',
  title: `create → plan → approve → execute, ${TASKS} no-op resources, ${CALLERS} callers`,
  sliceMs: 5_000,
  prepare: async (): Promise<Contest> => {
    const server = await startBenchServer();
    const sides = [await floorSide(server), await ourSide()];
    return {
      sides,
      comparisons: [
        {
          title: `loops/s ÷ ${SOURCE_003_PER_S}, as measured of source 003`,
          of: (round) => {
            const rate = round.get(NAMES.ours)?.['ratePerS'];
            return rate === undefined ? undefined : rate / SOURCE_003_PER_S;
          },
          ...{ atLeast: true, gate: 0.5, goal: 1 },
        },
        { title: 'loops/s ÷ floor', of: ratio('ratePerS', NAMES.ours, NAMES.floor), atLeast: true },
      ],
      notes: [
        `Source 003 did ${SOURCE_003_PER_S} loops/s with everything in memory and nothing executed: measured once, ` +
          'on such a machine, not in this run.',
        'Ours: one process and its Postgres, fsync on. A caller creates a deployment, hears on the live stream that ' +
          'the plan awaits approval, approves its digest, and hears that the run is completed.',
        'Floor: four requests to a bare Fastify, each one durable insert; no plan, no task, no event.',
      ],
      close: async () => {
        for (const side of sides) await side.close();
        await server.stop();
      },
    };
  },
};

/** Eight callers that each begin a loop when theirs is done. */
async function loops(sliceMs: number, loop: (caller: number, turn: number) => Promise<void>): Promise<Figures> {
  const latencies: number[] = [];
  const started = performance.now();
  const caller = async (index: number): Promise<void> => {
    for (let turn = 0; performance.now() < started + sliceMs; turn += 1) {
      const begun = performance.now();
      await loop(index, turn);
      latencies.push(performance.now() - begun);
    }
  };
  await Promise.all(Array.from({ length: CALLERS }, (_, index) => caller(index)));
  const seconds = (performance.now() - started) / 1000;
  return { ratePerS: latencies.length / seconds, ...latencyFigures(latencies) };
}

async function floorSide(server: BenchServer): Promise<OpenSide> {
  const url = await server.createDatabase('loop_floor');
  await queryOnce(url, 'create table step (id bigint generated always as identity primary key, data json)');
  const pool = new pg.Pool({ connectionString: url, max: 16 });
  pool.on('error', () => undefined); // The server's end closes idle connections.
  const app = fastify();
  app.post('/step', async (_request, reply) => {
    await pool.query({ name: 'insert', text: 'insert into step (data) values ($1)', values: [SAMPLE_JSON] });
    return reply.code(202).send({ ok: true });
  });
  const address = await app.listen({ host: '127.0.0.1', port: 0 });
  const step = async (): Promise<void> => {
    const answer = await fetch(`${address}/step`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{}',
    });
    await answer.json();
    if (answer.status !== 202) throw new Error(`a request was answered with ${answer.status}`);
  };
  return {
    name: NAMES.floor,
    measure: (sliceMs) =>
      loops(sliceMs, async () => {
        for (let call = 0; call < 4; call += 1) await step();
      }),
    close: async () => {
      await app.close();
      await pool.end();
    },
  };
}

async function ourSide(): Promise<OpenSide> {
  const directory = await mkdtemp(join(tmpdir(), 'caisson-bench-loop-'));
  await chmod(directory, 0o755); // As root, Postgres runs as another user, who must get in.
  const caisson = await startStandaloneProcess({ dataDirectory: directory, durable: true, environment: UNLIMITED });
  const { token } = await logIn(caisson);
  const client = new CaissonClient({ url: caisson.url, token });
  const live = await LiveRuns.connect({ url: caisson.url, token });
  let slice = 0;
  const side: Side = {
    name: NAMES.ours,
    measure: async (sliceMs) => {
      slice += 1;
      const before = treeTimeUs(caisson.pid);
      const figures = await loops(sliceMs, async (caller, turn) => {
        const desired = noOpDeployment(`loop-${slice}-${caller}-${turn}`, TASKS, false);
        const { run } = await client.createDeployment(desired);
        const { planDigest } = await live.until(run.id, 'run-awaiting-approval');
        await client.approve(run.id, planDigest ?? '');
        await live.until(run.id, 'run-completed');
      });
      const spentMs = (treeTimeUs(caisson.pid) - before) / 1000;
      return { ...figures, cpuMsPerS: spentMs / (sliceMs / 1000) };
    },
  };
  return {
    ...side,
    close: async () => {
      live.close();
      await caisson.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
