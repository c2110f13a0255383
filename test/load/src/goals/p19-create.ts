import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { ratio, type Contest, type Goal } from '../harness/goal.js';
import { askingSide, FOUR_RESOURCES, startRequestWorld } from './request-world.js';

const CALLERS = 32;
const NAMES = {
  floor: 'Fastify, one insert per request',
  grouped: 'Fastify, group commit',
  ours: 'Caisson',
} as const;
const BODY = JSON.stringify(FOUR_RESOURCES);

/** P19: deployments that are created. */
export const createDeployments: Goal = {
  id: 'P19',
  title: `POST /deployments → 202, ${CALLERS} connections`,
  sliceMs: 3_000,
  prepare: async (): Promise<Contest> => {
    const world = await startRequestWorld();
    const { api, floor, floorPool, pool } = world;
    const create = () => {
      const headers = { 'idempotency-key': randomUUID() };
      return api.connections.ask({ method: 'POST', path: '/api/v1/deployments', body: BODY, headers }, 202);
    };
    const insert = (path: string) => () => floor.connections.ask({ method: 'POST', path, body: BODY }, 202);
    const countThings = () => countOf(floorPool, 'select count(*) from thing');
    return {
      sides: [
        askingSide(NAMES.floor, CALLERS, { asked: floor, call: insert('/one'), check: await riser(countThings) }),
        askingSide(NAMES.grouped, CALLERS, { asked: floor, call: insert('/grouped') }),
        askingSide(NAMES.ours, CALLERS, {
          ...{ asked: api, call: create },
          check: await riser(() => countOf(pool, "select count(*) from event where type = 'DeploymentCreated'")),
        }),
      ],
      comparisons: [
        {
          title: 'rate ÷ one insert per request',
          of: ratio('ratePerS', NAMES.ours, NAMES.floor),
          ...{ atLeast: true, gate: 0.5, goal: 0.8 },
        },
        {
          title: 'p99 ÷ one insert per request',
          of: ratio('p99Ms', NAMES.ours, NAMES.floor),
          ...{ atLeast: false, gate: 3, goal: 2 },
        },
        {
          title: 'CPU per request ÷ group commit',
          of: ratio('serverCpuUs', NAMES.ours, NAMES.grouped),
          ...{ atLeast: false, goal: 2.5 },
        },
      ],
      notes: [
        'Four resources, an idempotency key, the token of a session; each 202 has its event, its outbox row, its ' +
          'read models and its kept answer committed. A slice counts only if there are as many new events as answers.',
        'Floors: a process of Fastify with a JSON schema and a pool of 16; its row is all it writes. All on one ' +
          'Postgres, fsync on; the callers share the machine.',
      ],
      close: () => world.close(),
    };
  },
};

async function countOf(pool: pg.Pool, sql: string): Promise<number> {
  const { rows } = await pool.query<{ count: string }>(sql);
  return Number(rows[0]?.count);
}

/** Checks that a count rose by at least the calls since it was looked at last. */
async function riser(count: () => Promise<number>): Promise<(calls: number) => Promise<void>> {
  let before = await count().catch(() => 0);
  return async (calls) => {
    const now = await count();
    if (now - before < calls) throw new Error(`${calls} answers and ${now - before} facts`);
    before = now;
  };
}
