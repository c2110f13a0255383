import type pg from 'pg';
import type { Resource } from './resource.js';
import type { WriteContext } from './write-context.js';

/** One effect on the world. Written in the transaction of the effect, so it is there exactly when the effect is. */
export interface LedgerEntry {
  /** Rises with each entry. */
  readonly entry: number;
  readonly deployment: string | null;
  readonly actionKey: string | null;
  readonly fencingToken: number | null;
  readonly kind: 'create' | 'update' | 'delete';
  readonly resourceType: string;
  readonly resourceId: string;
  readonly resourceName: string;
  /** Made without an action key: behind the orchestrator's back. */
  readonly outside: boolean;
  readonly startedAt: string;
  readonly endedAt: string;
}

/** Which entries. Absent members do not filter. */
export interface LedgerQuery {
  readonly deployment?: string | undefined;
  readonly actionKey?: string | undefined;
  readonly resource?: string | undefined;
  /** Only entries after this one. */
  readonly after: number;
  readonly limit: number;
}

/** Notes an effect. */
export async function note(
  client: pg.ClientBase,
  { kind, resource }: { readonly kind: LedgerEntry['kind']; readonly resource: Resource },
  context: WriteContext,
): Promise<void> {
  await client.query(
    `insert into ledger (deployment, action_key, fencing_token, kind, resource_type, resource_id, resource_name,
       outside, started_at, ended_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    [
      context.deployment ?? resource.labels['deployment'] ?? null,
      context.actionKey ?? null,
      context.fencingToken ?? null,
      kind,
      resource.type,
      resource.id,
      resource.name,
      context.actionKey === undefined,
      context.startedAt,
      new Date(),
    ],
  );
}

/** Effects in the order in which they were noted. */
export async function readLedger(pool: pg.Pool, query: LedgerQuery): Promise<readonly LedgerEntry[]> {
  const { rows } = await pool.query<LedgerRow>(
    `select entry::float8 as entry, deployment, action_key, fencing_token::float8 as fencing_token, kind,
       resource_type, resource_id, resource_name, outside, started_at, ended_at
     from ledger
     where entry > $1
       and ($2::text is null or deployment = $2)
       and ($3::text is null or action_key = $3)
       and ($4::text is null or resource_id = $4)
     order by entry limit $5`,
    [query.after, query.deployment ?? null, query.actionKey ?? null, query.resource ?? null, query.limit],
  );
  return rows.map((row) => ({
    entry: row.entry,
    deployment: row.deployment,
    actionKey: row.action_key,
    fencingToken: row.fencing_token,
    kind: row.kind,
    resourceType: row.resource_type,
    resourceId: row.resource_id,
    resourceName: row.resource_name,
    outside: row.outside,
    startedAt: row.started_at.toISOString(),
    endedAt: row.ended_at.toISOString(),
  }));
}

interface LedgerRow {
  readonly entry: number;
  readonly deployment: string | null;
  readonly action_key: string | null;
  readonly fencing_token: number | null;
  readonly kind: LedgerEntry['kind'];
  readonly resource_type: string;
  readonly resource_id: string;
  readonly resource_name: string;
  readonly outside: boolean;
  readonly started_at: Date;
  readonly ended_at: Date;
}
