import type { JsonObject } from '@caisson/kernel';
import type pg from 'pg';
import type { Resource } from './resource.js';

/** Columns of a resource, with the range of its network, as {@link toResource} reads them. */
const SELECT = `
select r.id, r.type, r.name, r.status, r.properties, r.tags, r.labels, r.action_key,
  r.host_number::float8 as host_number, n.properties->>'cidr' as network_cidr, r.generation, r.created_at, r.updated_at
from resources r left join resources n on n.id = r.properties->>'network' and n.type = 'network'`;

interface ResourceRow {
  readonly id: string;
  readonly type: Resource['type'];
  readonly name: string;
  readonly status: Resource['status'];
  readonly properties: JsonObject;
  readonly tags: JsonObject;
  readonly labels: JsonObject;
  readonly action_key: string | null;
  readonly host_number: number | null;
  readonly network_cidr: string | null;
  readonly generation: number;
  readonly created_at: Date;
  readonly updated_at: Date;
}

/** Which resources. Absent members do not filter. */
export interface ResourceQuery {
  readonly type: Resource['type'];
  readonly name?: string | undefined;
  readonly actionKey?: string | undefined;
  /** Label `deployment`. */
  readonly deployment?: string | undefined;
  /** Label `unit`. */
  readonly unit?: string | undefined;
  /** Label `tenant`. */
  readonly tenant?: string | undefined;
  /** Only resources made after this one. */
  readonly after?: string | undefined;
  readonly limit: number;
}

/** Reads one resource; locks its row until the transaction ends when asked to. */
export async function readResource(
  client: pg.ClientBase | pg.Pool,
  { type, id }: { readonly type: Resource['type']; readonly id: string },
  lock: 'lock' | 'look' = 'look',
): Promise<Resource | undefined> {
  const { rows } = await client.query<ResourceRow>(
    `${SELECT} where r.type = $1 and r.id = $2 ${lock === 'lock' ? 'for update of r' : ''}`,
    [type, id],
  );
  return rows[0] === undefined ? undefined : toResource(rows[0]);
}

/** The first resource made under an action key. */
export async function readByActionKey(client: pg.ClientBase, actionKey: string): Promise<Resource | undefined> {
  const { rows } = await client.query<ResourceRow>(`${SELECT} where r.action_key = $1 order by r.copy limit 1`, [
    actionKey,
  ]);
  return rows[0] === undefined ? undefined : toResource(rows[0]);
}

/** Resources in the order in which they were made. */
export async function listResources(pool: pg.Pool, query: ResourceQuery): Promise<readonly Resource[]> {
  const { rows } = await pool.query<ResourceRow>(
    `${SELECT}
     where r.type = $1
       and ($2::text is null or r.name = $2)
       and ($3::text is null or r.action_key = $3)
       and ($4::text is null or r.labels->>'deployment' = $4)
       and ($5::text is null or r.labels->>'unit' = $5)
       and ($6::text is null or r.labels->>'tenant' = $6)
       and ($7::text is null or r.seq > (select a.seq from resources a where a.id = $7))
     order by r.seq limit $8`,
    [
      query.type,
      query.name ?? null,
      query.actionKey ?? null,
      query.deployment ?? null,
      query.unit ?? null,
      query.tenant ?? null,
      query.after ?? null,
      query.limit,
    ],
  );
  return rows.map(toResource);
}

/** Writes a new resource. False when its action key and copy number are taken. */
export async function insertResource(client: pg.ClientBase, resource: Resource, copy: number): Promise<boolean> {
  const inserted = await client.query(
    `insert into resources (id, type, name, status, properties, tags, labels, action_key, copy, host_number,
       created_at, updated_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11)
     on conflict (action_key, copy) do nothing`,
    [
      resource.id,
      resource.type,
      resource.name,
      resource.status,
      JSON.stringify(resource.properties),
      JSON.stringify(resource.tags),
      JSON.stringify(resource.labels),
      resource.actionKey ?? null,
      copy,
      resource.hostNumber ?? null,
      resource.createdAt,
    ],
  );
  return inserted.rowCount === 1;
}

/** Writes what can change of a resource. */
export async function updateResource(client: pg.ClientBase, resource: Resource): Promise<void> {
  await client.query(
    `update resources set name = $2, status = $3, properties = $4, tags = $5, generation = $6, updated_at = $7
     where id = $1`,
    [
      resource.id,
      resource.name,
      resource.status,
      JSON.stringify(resource.properties),
      JSON.stringify(resource.tags),
      resource.generation,
      resource.updatedAt,
    ],
  );
}

/** Removes a resource. */
export async function deleteResource(client: pg.ClientBase, id: string): Promise<void> {
  await client.query('delete from resources where id = $1', [id]);
}

/** The numbers that servers have in a network. */
export async function takenHosts(client: pg.ClientBase, networkId: string): Promise<readonly number[]> {
  const { rows } = await client.query<{ host_number: number }>(
    `select host_number::float8 as host_number from resources
     where type = 'server' and properties->>'network' = $1 and host_number is not null`,
    [networkId],
  );
  return rows.map((row) => row.host_number);
}

function toResource(row: ResourceRow): Resource {
  return {
    id: row.id,
    type: row.type,
    name: row.name,
    status: row.status,
    properties: row.properties,
    tags: row.tags,
    labels: row.labels,
    actionKey: row.action_key ?? undefined,
    hostNumber: row.host_number ?? undefined,
    networkCidr: row.network_cidr ?? undefined,
    generation: row.generation,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
  };
}
