import { randomUUID } from 'node:crypto';
import { FOUR_RESOURCES, storeCopies, type RequestWorld } from './request-world.js';

const FLOOR_STEP = 9_973; // A prime: neighbours are asked for far apart.

/** What can be asked for: ids of deployments, and of rows of the floor. */
export interface Stored {
  readonly ids: readonly string[];
  readonly floorIds: readonly string[];
  /** The deployment of which all are copies. */
  readonly first: string;
}

/** Stores so many deployments for who asks through `api`, and as many rows with the same text under the floor. */
export async function fillWorld(world: RequestWorld, count: number): Promise<Stored> {
  const { api, floorPool } = world;
  const first = await created(world, { ...FOUR_RESOURCES, autoPlan: false });
  const ids = await storeCopies(world, first, { count });
  const text = await api.connections.ask({ method: 'GET', path: `/api/v1/deployments/${first}` }, 200);
  const sql = 'insert into thing (body) select $1::json from generate_series(1, $2::int)';
  await floorPool.query(sql, [text, count]);
  await floorPool.query('vacuum (analyze) thing');
  return { ids, first, floorIds: ids.map((_, index) => String(1 + ((index * FLOOR_STEP) % count))) };
}

/** One of them at random. */
export const pick = (ids: readonly string[]): string => ids[Math.floor(Math.random() * ids.length)] ?? '';

async function created({ api }: RequestWorld, desired: object): Promise<string> {
  const headers = { 'idempotency-key': randomUUID() };
  const body = JSON.stringify(desired);
  const text = await api.connections.ask({ method: 'POST', path: '/api/v1/deployments', body, headers }, 202);
  return (JSON.parse(text) as { deployment: { id: string } }).deployment.id;
}
