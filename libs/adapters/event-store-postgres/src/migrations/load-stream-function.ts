/**
 * Reads a stream as its caller, for one tenant: first the head with the snapshot, then the events. Keep in step with
 * `postgres-event-store.ts`, which calls it.
 */
const TEMPLATE = `
create function {{name}}(for_tenant text, for_stream text, first_event uuid, shape int, until_version bigint)
  returns table (event_id uuid, version bigint, hash text, data_text text, type text, schema_version int,
    snapshot_version bigint, snapshot_hash text, command_id text, correlation_id text, causation_id text, actor text,
    service text, occurred_at text, command_recorded boolean{{member}})
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
          exists (select from event e where e.event_id = first_event){{nothing}}
        from (values (1)) as one_row
        left join stream s on s.tenant_id = for_tenant and s.stream_id = for_stream
        left join kept k on true
      union all
      (select e.event_id, e.version, e.hash, e.data::text, e.type, e.schema_version, null, null, e.command_id,
          e.correlation_id, e.causation_id, e.actor, e.service, e.occurred_at, null{{value}}
        from event e
        where e.tenant_id = for_tenant and e.stream_id = for_stream
          and e.version > coalesce((select k.version from kept k), 0)
          and (until_version is null or e.version <= until_version)
        order by e.version);
  end $$`;

const PLAIN = { name: 'load_stream', member: '', nothing: '', value: '' };

const TRACING: typeof PLAIN = {
  name: 'read_stream',
  ...{ member: ', traceparent text', nothing: ', null::text', value: ', e.traceparent' },
};

/** What streams are read by before events have traces. Never changed: old processes have statements on it prepared. */
export function loadStreamFunction(): string {
  return functionOf(PLAIN);
}

/** The same, and where each event was recorded in which trace. */
export function readStreamFunction(): string {
  return functionOf(TRACING);
}

function functionOf(parts: typeof PLAIN): string {
  return Object.entries(parts).reduce((text, [mark, part]) => text.replace(`{{${mark}}}`, () => part), TEMPLATE);
}
