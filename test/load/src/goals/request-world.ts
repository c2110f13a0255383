import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { startApi } from '../harness/api-process.js';
import { startBenchServer } from '../harness/bench-server.js';
import { runClosedLoop } from '../harness/closed-loop.js';
import type { Side } from '../harness/goal.js';
import { KeptConnections } from '../harness/kept-connections.js';
import { endProcess } from './footprint-process.js';

const FLOOR_PROGRAM = fileURLToPath(new URL('../floors/request-floor.js', import.meta.url));
const ID_COLUMNS = 'tenant_id, collection, version';

/** Each copy is counted in one row of its tenant: what a transaction leaves of it is waded through each time. */
const COPIES_PER_COMMIT = 1_000;

/** A server under requests. */
export interface Asked {
  readonly pid: number;
  readonly connections: KeptConnections;
}

/** The API alone and a bare server, on two databases of one Postgres. */
export interface RequestWorld {
  readonly api: Asked;
  readonly floor: Asked;
  /** Where the API's live stream is, for who asks through \`api\`. */
  readonly stream: { readonly url: string; readonly headers: Readonly<Record<string, string>> };
  /** Asks the API's database, past it. */
  readonly pool: pg.Pool;
  /** Asks the floor's. */
  readonly floorPool: pg.Pool;
  /** The tenant that `api` asks for. */
  readonly tenantId: string;
  /** The API, asked by the administrator of a new tenant. */
  another(tenant: string): Promise<Asked & { readonly tenantId: string }>;
  close(): Promise<void>;
}

/** A desired state of four resources. */
export const FOUR_RESOURCES = {
  name: 'shop',
  resources: [
    { name: 'network', engine: 'sandbox', type: 'network', properties: { cidr: '10.0.0.0/16' } },
    ...['web', 'worker', 'cache'].map((name) => ({
      ...{ name, engine: 'sandbox', type: 'server' },
      properties: { network: '${network.id}', flavor: 'm1.small', image: 'ubuntu-24.04' },
    })),
  ],
} as const;

const as = (url: string, token: string): KeptConnections =>
  new KeptConnections(url, { authorization: `Bearer ${token}` });

/** Starts both. The settings are the API's. */
export async function startRequestWorld(environment: Readonly<Record<string, string>> = {}): Promise<RequestWorld> {
  const server = await startBenchServer();
  const [apiUrl, floorUrl] = [await server.createDatabase('requests'), await server.createDatabase('floor')];
  const directory = await mkdtemp(join(tmpdir(), 'caisson-bench-requests-'));
  const { administrator, service } = await startApi(apiUrl, directory, environment);
  const { tenantId, token } = await administrator();
  const child = fork(FLOOR_PROGRAM, [floorUrl]);
  const [port] = (await once(child, 'message')) as [number];
  const [pool, floorPool] = [apiUrl, floorUrl].map((connectionString) => new pg.Pool({ connectionString, max: 2 }));
  if (pool === undefined || floorPool === undefined) throw new Error('There are two databases.');
  const api = as(service.url, token);
  const others: KeptConnections[] = [];
  const floor = new KeptConnections(`http://127.0.0.1:${port}`);
  return {
    ...{ pool, floorPool, tenantId },
    api: { pid: service.pid ?? 0, connections: api },
    stream: { url: `${service.url}/api/v1/events`, headers: { authorization: `Bearer ${token}` } },
    floor: { pid: child.pid ?? 0, connections: floor },
    another: async (tenant) => {
      const founder = await administrator(tenant);
      const connections = as(service.url, founder.token);
      others.push(connections);
      return { pid: service.pid ?? 0, connections, tenantId: founder.tenantId };
    },
    close: async () => {
      for (const connections of [api, floor, ...others]) connections.close();
      for (const each of [pool, floorPool]) await each.end();
      await endProcess(child);
      await service.stop();
      await server.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** Makes so many copies of a deployment that there is, for a tenant: as they would be kept, without their events. */
export async function storeCopies(
  { pool, tenantId }: Pick<RequestWorld, 'pool' | 'tenantId'>,
  deploymentId: string,
  copies: { readonly count: number; readonly forTenant?: string },
): Promise<readonly string[]> {
  const { count, forTenant = tenantId } = copies;
  for (let stored = 0; stored < count; stored += COPIES_PER_COMMIT) {
    await pool.query(
      `insert into document (${ID_COLUMNS}, id, body)
       select $4, d.collection, d.version, replace(d.id, $2, c.id), replace(d.body::text, $2, c.id)::jsonb
       from document d, (select
         overlay(overlay(md5($4 || n::text) placing '7' from 13) placing '8' from 17)::uuid::text as id
         from generate_series($3::int + 1, $5::int) n) c
       where d.tenant_id = $1 and d.collection in ('deployment', 'revision') and d.id like $2 || '%'`,
      [tenantId, deploymentId, stored, forTenant, Math.min(count, stored + COPIES_PER_COMMIT)],
    );
  }
  await pool.query('vacuum (analyze) document');
  const { rows } = await pool.query<{ id: string }>(
    `select id from document where tenant_id = $1 and collection = 'deployment' order by md5(id) limit 10000`,
    [forTenant],
  );
  return rows.map(({ id }) => id);
}

/** A side of callers that each wait for their answer before they ask again. */
export function askingSide(
  name: string,
  callers: number,
  { asked, call, check }: { asked: Asked; call: () => Promise<unknown>; check?: (calls: number) => Promise<void> },
): Side {
  return {
    name,
    measure: async (sliceMs) => {
      const figures = await runClosedLoop({
        ...{ callers, sliceMs, serverPid: asked.pid },
        call: async () => {
          await call();
        },
      });
      await check?.(figures.calls);
      return figures;
    },
  };
}
