/**
 * Whose a row is. Who has said a tenant in its transaction sees that tenant's rows only; who has not, and whose
 * connection was opened to work for all of them (`app.across`), sees all; everybody else sees nothing.
 */
const MAY_SEE = `case when coalesce(current_setting('app.tenant', true), '') <> ''
    then tenant_id = current_setting('app.tenant', true)
    else current_setting('app.across', true) = 'on' end`;

/** Row level security on tables whose rows belong to tenants and are also worked on across them. */
function isolate(tables: readonly string[]): readonly string[] {
  return tables.flatMap((table) => [
    `alter table ${table} enable row level security, force row level security`,
    `create policy ${table}_of_tenant on ${table} using (${MAY_SEE}) with check (${MAY_SEE})`,
    `do $$ begin
      execute format('create policy ${table}_of_owner on ${table} to %I using (true) with check (true)', current_user);
    end $$`,
  ]);
}

/**
 * Row level security on events and what belongs to them. Relay, consumers, sweep and live reader work across tenants on
 * connections that say so; a stream is read by `load_stream`, which says its tenant first and runs as its caller.
 * Keep in step with `postgres-event-store.ts`, which calls it, and `connection.ts`, which opens connections.
 */
export const EVENT_ISOLATION = [
  ...isolate(['event', 'stream', 'snapshot']),
  `create function load_stream(for_tenant text, for_stream text, first_event uuid, shape int, until_version bigint)
    returns table (event_id uuid, version bigint, hash text, data_text text, type text, schema_version int,
      snapshot_version bigint, snapshot_hash text, command_id text, correlation_id text, causation_id text, actor text,
      service text, occurred_at text, command_recorded boolean)
    language plpgsql set search_path = pg_catalog, public, pg_temp as $$
    #variable_conflict use_column
    begin
      perform set_config('app.tenant', for_tenant, true);
      return query
        with kept as (
          select k.version, k.hash, k.schema_version, k.state::text as state from snapshot k
            where k.tenant_id = for_tenant and k.stream_id = for_stream and k.schema_version = shape
              and (until_version is null or k.version <= until_version))
        select null::uuid, s.version, s.head_hash, k.state, null::text, k.schema_version, k.version, k.hash,
            null::text, null::text, null::text, null::text, null::text, null::text,
            exists (select from event e where e.event_id = first_event)
          from (values (1)) as one_row
          left join stream s on s.tenant_id = for_tenant and s.stream_id = for_stream
          left join kept k on true
        union all
        (select e.event_id, e.version, e.hash, e.data::text, e.type, e.schema_version, null, null, e.command_id,
            e.correlation_id, e.causation_id, e.actor, e.service, e.occurred_at, null
          from event e
          where e.tenant_id = for_tenant and e.stream_id = for_stream
            and e.version > coalesce((select k.version from kept k), 0)
            and (until_version is null or e.version <= until_version)
          order by e.version);
    end $$`,
];

/**
 * The same on what services work by. Workers, lease holders and consumers serve all tenants; whoever says one sees that
 * one's work only.
 */
export const WORK_ISOLATION = isolate(['job', 'lease', 'consumer_position']);
