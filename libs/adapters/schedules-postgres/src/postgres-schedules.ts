import { orFault } from '@caisson/event-store-postgres';
import type { Instant } from '@caisson/kernel';
import type { Pool } from 'pg';

/** One row: a schedule, and its next turn. */
export interface StoredTurn {
  readonly tenantId: string;
  readonly deploymentId: string;
  readonly version: number;
  readonly cron: string;
  readonly timeZone: string;
  readonly spreadMinutes?: number | undefined;
  readonly autoRemediate: boolean;
  readonly baseAt?: Instant | undefined;
  readonly dueAt?: Instant | undefined;
}

const PUT = `
  insert into drift_schedule as s
      (tenant_id, deployment_id, version, cron, time_zone, spread_minutes, auto_remediate, base_at, due_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
    on conflict (tenant_id, deployment_id) do update
      set version = excluded.version, cron = excluded.cron, time_zone = excluded.time_zone,
        spread_minutes = excluded.spread_minutes, auto_remediate = excluded.auto_remediate,
        base_at = excluded.base_at, due_at = excluded.due_at
      where s.version < excluded.version`;

/** A row without turns keeps the version, so that older facts that come late find it. */
const REMOVE = `
  insert into drift_schedule as s (tenant_id, deployment_id, version, cron, time_zone, auto_remediate)
    values ($1, $2, $3, '', '', false)
    on conflict (tenant_id, deployment_id) do update
      set version = excluded.version, base_at = null, due_at = null
      where s.version < excluded.version`;

/** By index `drift_schedule_due`: its cost follows from what is due, not from how many there are. */
const DUE = `
  select tenant_id, deployment_id, version, cron, time_zone, spread_minutes, auto_remediate, base_at, due_at
    from drift_schedule where due_at <= now() order by due_at limit $1`;

const MOVE_ON = `
  update drift_schedule s set base_at = moved.base_at, due_at = moved.due_at
    from unnest($1::text[], $2::text[], $3::bigint[], $4::timestamptz[], $5::timestamptz[])
      as moved (tenant_id, deployment_id, version, base_at, due_at)
    where s.tenant_id = moved.tenant_id and s.deployment_id = moved.deployment_id and s.version = moved.version`;

interface Row {
  readonly tenant_id: string;
  readonly deployment_id: string;
  readonly version: string;
  readonly cron: string;
  readonly time_zone: string;
  readonly spread_minutes: number | null;
  readonly auto_remediate: boolean;
  readonly base_at: Date | null;
  readonly due_at: Date | null;
}

/** The schedules of all tenants as rows of `drift_schedule`. */
export class PostgresSchedules {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  async put(turn: StoredTurn): Promise<void> {
    const { autoRemediate, baseAt, cron, deploymentId, dueAt, spreadMinutes, tenantId, timeZone, version } = turn;
    const times = [baseAt ?? null, dueAt ?? null];
    const values = [tenantId, deploymentId, version, cron, timeZone, spreadMinutes ?? null, autoRemediate, ...times];
    await orFault('keep a schedule', () => this.#pool.query(PUT, values));
  }

  async remove(gone: Pick<StoredTurn, 'tenantId' | 'deploymentId' | 'version'>): Promise<void> {
    const { deploymentId, tenantId, version } = gone;
    await orFault('remove a schedule', () => this.#pool.query(REMOVE, [tenantId, deploymentId, version]));
  }

  async due(limit: number): Promise<readonly StoredTurn[]> {
    const query = { name: 'due-schedules', text: DUE, values: [limit] };
    const { rows } = await orFault('read which schedules are due', () => this.#pool.query<Row>(query));
    return rows.map((row) => turnOf(row));
  }

  async moveOn(turns: readonly StoredTurn[]): Promise<void> {
    const columns = [
      turns.map(({ tenantId }) => tenantId),
      turns.map(({ deploymentId }) => deploymentId),
      turns.map(({ version }) => version),
      turns.map(({ baseAt }) => baseAt ?? null),
      turns.map(({ dueAt }) => dueAt ?? null),
    ];
    await orFault('move schedules on', () => this.#pool.query(MOVE_ON, columns));
  }
}

function turnOf(row: Row): StoredTurn {
  return {
    tenantId: row.tenant_id,
    deploymentId: row.deployment_id,
    version: Number(row.version),
    cron: row.cron,
    timeZone: row.time_zone,
    spreadMinutes: row.spread_minutes ?? undefined,
    autoRemediate: row.auto_remediate,
    baseAt: row.base_at?.toISOString(),
    dueAt: row.due_at?.toISOString(),
  };
}
