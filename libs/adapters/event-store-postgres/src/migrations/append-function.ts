const ITEM = `item int, tenant_id text, stream_id text, expected_version bigint, expected_hash text,
        next_version bigint, next_hash text, fencing_token bigint, first_event_id uuid`;

/**
 * The only way to write events: many appends of many tenants in one statement and one commit. What cannot be written is
 * a row with another outcome, never an error. Called at READ COMMITTED.
 *
 * Lock order: streams, documents, jobs, each sorted by key, so that two callers cannot wait for each other in a circle.
 * Each statement sees what was committed before it began; that is why the locks are taken in a statement of their own.
 */
export const APPEND_FUNCTION = `
create function append_events(items json, events json, documents json, jobs json)
returns table (item int, outcome text, at_version bigint, at_fence bigint)
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
#variable_conflict use_column
declare
  written int[];
begin
  insert into stream (tenant_id, stream_id)
    select i.tenant_id, i.stream_id from json_to_recordset(items) as i (${ITEM})
    where i.expected_version = 0
    order by i.tenant_id, i.stream_id
    on conflict do nothing;

  if json_array_length(items) > 1 then
    perform 1 from stream s
      join json_to_recordset(items) as i (${ITEM}) on s.tenant_id = i.tenant_id and s.stream_id = i.stream_id
      order by s.tenant_id, s.stream_id
      for update of s;
  end if;

  with moved as (
    update stream s set version = i.next_version, head_hash = i.next_hash
      from json_to_recordset(items) as i (${ITEM})
      where s.tenant_id = i.tenant_id and s.stream_id = i.stream_id
        and s.version = i.expected_version and s.head_hash = i.expected_hash
        and (i.fencing_token is null or s.fence <= i.fencing_token)
        and not exists (select from event e where e.event_id = i.first_event_id)
      returning i.item)
  select coalesce(array_agg(moved.item), '{}') into written from moved;

  with recorded as (
    insert into event (event_id, tenant_id, stream_id, version, type, schema_version, data, public_type, public_data,
        command_id, correlation_id, causation_id, actor, service, occurred_at, fencing_token, hash)
      select e.event_id, e.tenant_id, e.stream_id, e.version, e.type, e.schema_version,
          coalesce(e.data, 'null'), e.public_type, e.public_data, e.command_id, e.correlation_id, e.causation_id,
          e.actor, e.service, e.occurred_at, e.fencing_token, e.hash
        from json_to_recordset(events) as e (item int, event_id uuid, tenant_id text, stream_id text, version bigint,
          type text, schema_version int, data json, public_type text, public_data json, command_id text,
          correlation_id text, causation_id text, actor text, service text, occurred_at text, fencing_token bigint,
          hash text)
        where e.item = any (written)
      returning event_id, version, public_type)
  insert into outbox (event_id, context)
    select r.event_id, split_part(r.public_type, '.', 2) from recorded r order by r.version;

  if documents is not null then
    insert into document (tenant_id, collection, id, version, body)
      select distinct on (d.tenant_id, d.collection, d.id) d.tenant_id, d.collection, d.id, d.version, d.body
        from json_to_recordset(documents) as d (item int, place int, tenant_id text, collection text, id text,
          version bigint, body jsonb)
        where d.item = any (written)
        order by d.tenant_id, d.collection, d.id, d.version desc, d.place desc
      on conflict (tenant_id, collection, id) do update
        set version = excluded.version, body = excluded.body
        where document.version < excluded.version;
  end if;

  if jobs is not null then
    insert into job (tenant_id, queue, key, payload, due_at)
      select j.tenant_id, j.queue, j.key, coalesce(j.payload, 'null'),
          clock_timestamp() + j.delay_ms * interval '1 millisecond'
        from json_to_recordset(jobs) as j (item int, tenant_id text, queue text, key text, payload json,
          delay_ms double precision)
        where j.item = any (written)
        order by j.tenant_id, j.queue, j.key
      on conflict do nothing;
  end if;

  return query select w, 'appended', null::bigint, null::bigint from unnest(written) as w;
  if cardinality(written) < json_array_length(items) then
    return query
      select i.item,
          case when e.version is not null then 'repeated'
            when i.fencing_token < s.fence then 'fenced' else 'conflict' end,
          coalesce(e.version, s.version, 0), coalesce(s.fence, 0)
        from json_to_recordset(items) as i (${ITEM})
        left join stream s on s.tenant_id = i.tenant_id and s.stream_id = i.stream_id
        left join lateral (
          select max(earlier.version) as version from event first
            join event earlier on earlier.tenant_id = first.tenant_id and earlier.stream_id = first.stream_id
              and earlier.version >= first.version and earlier.command_id = first.command_id
            where first.event_id = i.first_event_id) e on true
        where i.item <> all (written);
  end if;
end $$`;
