import type { SecretBox } from '@caisson/engine';
import { asTenant } from '@caisson/event-store-postgres';
import type { Pool, PoolClient } from 'pg';
import type { StateHead, StateKey, StateLock, StateTransaction, TerraformStateStore } from './state-store.js';

/** Versions of one state that are kept; older ones are removed as new ones come. */
export const STATE_VERSIONS_MAX = 200;

/** Keeps states in Postgres, sealed for tenant, deployment, unit and version. */
export class PostgresTerraformStateStore implements TerraformStateStore {
  readonly #pool: Pool;
  readonly #box: SecretBox;

  constructor(pool: Pool, box: SecretBox) {
    this.#pool = pool;
    this.#box = box;
  }

  /** The row of the deployment's fence is locked first, so changes of one deployment's states come one by one. */
  async transact<Result>(
    key: StateKey,
    fencingToken: number,
    work: (transaction: StateTransaction) => Promise<Result>,
  ): Promise<Result> {
    return asTenant(this.#pool, { tenantId: key.tenantId, what: 'change a Terraform state' }, async (client) => {
      const fence = await raiseFence(client, key, fencingToken);
      const row = await loadState(client, key);
      return work({
        fence,
        lock: lockOf(row),
        head: headOf(row),
        setLock: (lock) => saveLock(client, key, lock),
        addVersion: async (head, content) => {
          const version = Number(row?.version ?? 0) + 1;
          const sealed = this.#box.seal(content, placeOf(key, version));
          await saveVersion(client, { key, version, head, fencingToken, sealed });
        },
      });
    });
  }

  async read(key: StateKey): Promise<Uint8Array | undefined> {
    const found = await asTenant(this.#pool, { tenantId: key.tenantId, what: 'read a Terraform state' }, (client) =>
      client.query<{ version: string; sealed: Buffer }>(
        `select version, sealed from terraform_state_version
         where tenant_id = $1 and deployment_id = $2 and unit_id = $3 order by version desc limit 1`,
        valuesOf(key),
      ),
    );
    const [row] = found.rows;
    return row === undefined ? undefined : this.#box.open(row.sealed, placeOf(key, Number(row.version)));
  }
}

interface StateRow {
  readonly version: string;
  readonly serial: string | null;
  readonly lineage: string | null;
  readonly digest: string | null;
  readonly lock_id: string | null;
  readonly lock_token: string | null;
  readonly lock_info: string | null;
}

interface NewVersion {
  readonly key: StateKey;
  readonly version: number;
  readonly head: StateHead;
  readonly fencingToken: number;
  readonly sealed: Uint8Array;
}

/** Locks the deployment's row until the transaction ends, also when it changes nothing. Never lowers it. */
async function raiseFence(client: PoolClient, key: StateKey, fencingToken: number): Promise<number> {
  const raised = await client.query<{ fencing_token: string }>(
    `insert into terraform_fence as fence (tenant_id, deployment_id, fencing_token) values ($1, $2, $3)
     on conflict (tenant_id, deployment_id) do update
       set fencing_token = greatest(fence.fencing_token, excluded.fencing_token)
     returning fencing_token`,
    [key.tenantId, key.deploymentId, fencingToken],
  );
  return Number(raised.rows[0]?.fencing_token);
}

async function loadState(client: PoolClient, key: StateKey): Promise<StateRow | undefined> {
  const found = await client.query<StateRow>(
    'select * from terraform_state where tenant_id = $1 and deployment_id = $2 and unit_id = $3',
    valuesOf(key),
  );
  return found.rows[0];
}

async function saveLock(client: PoolClient, key: StateKey, lock: StateLock | undefined): Promise<void> {
  await client.query(
    `insert into terraform_state (tenant_id, deployment_id, unit_id, lock_id, lock_token, lock_info)
     values ($1, $2, $3, $4, $5, $6)
     on conflict (tenant_id, deployment_id, unit_id) do update
       set lock_id = excluded.lock_id, lock_token = excluded.lock_token, lock_info = excluded.lock_info`,
    [...valuesOf(key), lock?.lockId ?? null, lock?.fencingToken ?? null, lock?.info ?? null],
  );
}

async function saveVersion(
  client: PoolClient,
  { key, version, head, fencingToken, sealed }: NewVersion,
): Promise<void> {
  await client.query(
    `update terraform_state set version = $4, serial = $5, lineage = $6, digest = $7
     where tenant_id = $1 and deployment_id = $2 and unit_id = $3`,
    [...valuesOf(key), version, head.serial, head.lineage, head.digest],
  );
  await client.query(
    `insert into terraform_state_version
       (tenant_id, deployment_id, unit_id, version, serial, lineage, fencing_token, sealed)
     values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [...valuesOf(key), version, head.serial, head.lineage, fencingToken, sealed],
  );
  await client.query(
    `delete from terraform_state_version
     where tenant_id = $1 and deployment_id = $2 and unit_id = $3 and version <= $4`,
    [...valuesOf(key), version - STATE_VERSIONS_MAX],
  );
}

function lockOf(row: StateRow | undefined): StateLock | undefined {
  if (row === undefined || row.lock_id === null) return undefined;
  return { lockId: row.lock_id, fencingToken: Number(row.lock_token), info: row.lock_info ?? '{}' };
}

function headOf(row: StateRow | undefined): StateHead | undefined {
  if (row === undefined || row.serial === null) return undefined;
  return { serial: Number(row.serial), lineage: row.lineage ?? '', digest: row.digest ?? '' };
}

function valuesOf(key: StateKey): string[] {
  return [key.tenantId, key.deploymentId, key.unitId];
}

/** The version is part of the place: an older state cannot be put back in a newer one's row unnoticed. */
function placeOf(key: StateKey, version: number): string {
  return `${key.tenantId}|terraform-state|${key.deploymentId}|${key.unitId}|${version}`;
}
