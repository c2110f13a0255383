const ITEM = `item int, tenant_id text, stream_id text, expected_version bigint, expected_hash text,
        next_version bigint, next_hash text, fencing_token bigint, first_event_id uuid`;

/** Places that items of the same group have taken before. */
const TAKEN_HERE = `(
            select count(*) from unnest(taken) as place where place = claim.tenant_id || ' ' || q.name)`;

/** `used` is told since there are holdings. */
function claimLoop(used: string): string {
  return `
    for claim in
      select i.item, i.tenant_id, i.claims
        from json_to_recordset(items) as i (item int, tenant_id text, stream_id text, expected_version bigint,
            claims json, first_event_id uuid)
          join stream s on s.tenant_id = i.tenant_id and s.stream_id = i.stream_id and s.version = i.expected_version
        where i.claims is not null and not exists (select from event e where e.event_id = i.first_event_id)
        order by i.item
    loop
      select json_build_object('quota', q.name, ${used}'limit', q.ceiling) into refusal from quota q
        where q.tenant_id = claim.tenant_id
          and q.name in (select name from json_array_elements_text(claim.claims) as c (name))
          and q.ceiling <= q.used + ${TAKEN_HERE}
        order by q.name desc limit 1;
      if found then
        refused := refused || jsonb_build_object(claim.item::text, refusal);
      else
        taken := taken || array(
          select claim.tenant_id || ' ' || name from json_array_elements_text(claim.claims) as c (name));
      end if;
    end loop;`;
}

const LOCK_QUOTAS = `
    perform from quota q
      where q.tenant_id in (select i.tenant_id from json_to_recordset(items) as i (tenant_id text))
      order by q.tenant_id, q.name desc
      for update of q;`;

/**
 * Decides, item by item, which claims there is no place for. The quotas of all tenants of the group are locked until
 * the commit, in the order in which documents touch them: those of a tenant that only gives a place back too, or two
 * groups could wait for each other. The statement after that sees what others used up. An item that comes too late
 * takes no place. What is counted is counted by a trigger on the documents.
 */
const REFUSE_CLAIMS = `
  if items::text like '%"claims"%' then${LOCK_QUOTAS}${claimLoop('')}
  end if;
`;

/**
 * Whether quotas have to be locked: for claims, for growth under a ceiling, and for new ceilings, whose document
 * touches all quotas of its tenant at once. Quotas without a ceiling are not locked for growth: most tenants have none,
 * and what they hold is written and not added up. Streams are locked first then, also a lone one: a group does it so.
 */
const CHOOSE_LOCKS = `
  if items::text like '%"bounded":true%' then
    select coalesce(array_agg(distinct q.name), '{}') into limited
      from json_to_recordset(items) as i (tenant_id text, holds json)
        cross join json_to_recordset(coalesce(i.holds, '[]')) as h (quota text, bounded boolean)
        join quota q on q.tenant_id = i.tenant_id and q.name = h.quota
      where h.bounded and q.ceiling is not null;
  end if;
  locks_quotas := cardinality(limited) > 0 or items::text like '%"claims"%'
    or coalesce(strpos(documents::text, '"collection":"quota"') > 0, false);
`;

/** The same, and which streams there is no room for that would hold more than before. */
const refuseClaimsAndGrowth = (used: string): string => `
  if locks_quotas then${LOCK_QUOTAS}${claimLoop(`'used', ${used}, `)}
    for growth in
      select i.item, i.tenant_id, h.quota, q.ceiling, h.amount - coalesce(
          (select k.amount from holding k
            where k.tenant_id = i.tenant_id and k.quota = h.quota and k.stream_id = i.stream_id), 0) as amount
        from json_to_recordset(items) as i (item int, tenant_id text, stream_id text, expected_version bigint,
            holds json, first_event_id uuid)
          cross join json_to_recordset(coalesce(i.holds, '[]')) as h (quota text, amount numeric, bounded boolean)
          join quota q on q.tenant_id = i.tenant_id and q.name = h.quota
          join stream s on s.tenant_id = i.tenant_id and s.stream_id = i.stream_id and s.version = i.expected_version
        where h.quota = any (limited) and h.bounded and q.ceiling is not null and not refused ? i.item::text
          and not exists (select from event e where e.event_id = i.first_event_id)
        order by i.item
    loop
      continue when growth.amount <= 0;
      select coalesce(sum(k.amount), 0) into held from holding k
        where k.tenant_id = growth.tenant_id and k.quota = growth.quota;
      held := held + coalesce((grown->>(growth.tenant_id || ' ' || growth.quota))::numeric, 0);
      if held + growth.amount > growth.ceiling then
        refused := refused || jsonb_build_object(growth.item::text,
          json_build_object('quota', growth.quota, 'used', held, 'limit', growth.ceiling));
      else
        grown := grown || jsonb_build_object(growth.tenant_id || ' ' || growth.quota,
          growth.amount + coalesce((grown->>(growth.tenant_id || ' ' || growth.quota))::numeric, 0));
      end if;
    end loop;
  end if;
`;

/** What streams hold from now on. A stream has one writer at a time, so its rows wait for nobody. */
const WRITE_HOLDINGS = `
  if items::text like '%"holds"%' then
    delete from holding k
      using json_to_recordset(items) as i (item int, tenant_id text, stream_id text, holds json)
        cross join json_to_recordset(coalesce(i.holds, '[]')) as h (quota text, amount numeric)
      where k.tenant_id = i.tenant_id and k.quota = h.quota and k.stream_id = i.stream_id
        and h.amount <= 0 and i.item = any (written);
    insert into holding (tenant_id, quota, stream_id, amount)
      select i.tenant_id, h.quota, i.stream_id, h.amount
        from json_to_recordset(items) as i (item int, tenant_id text, stream_id text, holds json)
          cross join json_to_recordset(coalesce(i.holds, '[]')) as h (quota text, amount numeric)
        where h.amount > 0 and i.item = any (written)
        order by i.tenant_id collate "C", h.quota collate "C", i.stream_id collate "C"
      on conflict (tenant_id, quota, stream_id) do update set amount = excluded.amount;
  end if;
`;

/**
 * Settings of the hot functions. Each statement in them finds its rows by key. A plan made while a table was small, or
 * for a guess at the length of a JSON array, would scan the table later, so these plans are made once and by key.
 */
export const PLAN_BY_KEY = `
  set plan_cache_mode = force_generic_plan set enable_seqscan = off
  set enable_hashjoin = off set enable_mergejoin = off`;

/**
 * The only way to write events: many appends of many tenants in one statement and one commit. What cannot be written
 * never is an error: the answer is null when all were written, else an array with a row for each that was not.
 * `new_streams` says whether any of the items is at version 0. Called at READ COMMITTED.
 *
 * Lock order: streams, quotas, documents, jobs, each sorted by key (quotas by tenant and falling name, the order in
 * which documents touch those that were not locked before), so that two callers cannot wait for each other in a circle.
 * Each statement sees what was committed before it began; that is why the locks are taken in a statement of their own.
 * Keep in step with `append-batcher.ts`, which calls it.
 */
const TEMPLATE = `
create {{replace}}function append_events(items json, events json, documents json, jobs json, new_streams boolean)
returns json language plpgsql security definer{{settings}} as $$
#variable_conflict use_column
declare
  item_count int{{count}};
  written int[];{{declare}}
begin{{begin}}
  if new_streams then
    insert into stream (tenant_id, stream_id)
      select i.tenant_id, i.stream_id
        from json_to_recordset(items) as i (tenant_id text, stream_id text, expected_version bigint)
        where i.expected_version = 0
        order by i.tenant_id collate "C", i.stream_id collate "C"
      on conflict do nothing;
  end if;
{{choose}}
  if item_count > 1{{or_alone}} then
    perform from stream s
      join json_to_recordset(items) as i (tenant_id text, stream_id text)
        on s.tenant_id = i.tenant_id and s.stream_id = i.stream_id
      order by s.tenant_id, s.stream_id
      for update of s;
  end if;
{{refuse}}
  with moved as (
    update stream s set version = i.next_version, head_hash = i.next_hash
      from json_to_recordset(items) as i (${ITEM})
      where s.tenant_id = i.tenant_id and s.stream_id = i.stream_id
        and s.version = i.expected_version and s.head_hash = i.expected_hash
        and (i.fencing_token is null or s.fence <= i.fencing_token)
        and not exists (select from event e where e.event_id = i.first_event_id){{among}}
      returning i.item),
  recorded as (
    insert into event (event_id, tenant_id, stream_id, version, type, schema_version, data, public_type, public_data,
        command_id, correlation_id, causation_id, actor, service, occurred_at, fencing_token, hash{{column}})
      select e.event_id, e.tenant_id, e.stream_id, e.version, e.type, e.schema_version, coalesce(e.data, 'null'),
          e.public_type, e.public_data, e.command_id, e.correlation_id, e.causation_id, e.actor, e.service,
          e.occurred_at, e.fencing_token, e.hash{{value}}
        from json_to_recordset(events) as e (item int, event_id uuid, tenant_id text, stream_id text, version bigint,
          type text, schema_version int, data json, public_type text, public_data json, command_id text,
          correlation_id text, causation_id text, actor text, service text, occurred_at text, fencing_token bigint,
          hash text{{member}})
        where e.item in (select m.item from moved m)
      returning event_id, version, public_type),
  leaving as (
    insert into outbox (event_id, context)
      select r.event_id, split_part(r.public_type, '.', 2) from recorded r order by r.version)
  select coalesce(array_agg(m.item), '{}') into written from moved m;
{{hold}}
  if documents is not null then
    insert into document (tenant_id, collection, id, version, body)
      select distinct on (d.tenant_id, d.collection, d.id) d.tenant_id, d.collection, d.id, d.version, d.body
        from json_to_recordset(documents) as d (item int, place int, tenant_id text collate "C",
          collection text collate "C", id text collate "C", version bigint, body jsonb)
        where d.item = any (written)
        order by d.tenant_id, d.collection, d.id, d.version desc, d.place desc
      on conflict (tenant_id, collection, id) do update
        set version = excluded.version, body = excluded.body
        where document.version < excluded.version;
  end if;

  if jobs is not null then
    insert into job (tenant_id, queue, key, payload, head_start_ms, due_at, rank_at)
      select j.tenant_id, j.queue, j.key, coalesce(j.payload, 'null'),
          j.head_start_ms, clock_timestamp() + j.delay_ms * interval '1 millisecond',
          clock_timestamp() + (j.delay_ms - j.head_start_ms) * interval '1 millisecond'
        from json_to_recordset(jobs) as j (item int, tenant_id text collate "C", queue text collate "C",
          key text collate "C", payload json, delay_ms double precision, head_start_ms double precision)
        where j.item = any (written)
        order by j.tenant_id, j.queue, j.key
      on conflict do nothing;
  end if;

  if cardinality(written) = item_count then
    return null;
  end if;
  return (
    select json_agg(json_build_object('item', i.item,
        'outcome', case when r.version is not null then 'repeated'
          when i.fencing_token < s.fence then 'fenced'{{outcome}} else 'conflict' end,{{told}}
        'version', coalesce(r.version, s.version, 0), 'fence', coalesce(s.fence, 0)))
      from json_to_recordset(items) as i (${ITEM})
      left join stream s on s.tenant_id = i.tenant_id and s.stream_id = i.stream_id
      left join lateral (
        select max(later.version) as version from event first
          join event later on later.tenant_id = first.tenant_id and later.stream_id = first.stream_id
            and later.version >= first.version and later.command_id = first.command_id
          where first.event_id = i.first_event_id) r on true
      where i.item <> all (written));
end $$`;

const PLAIN = {
  ...{ settings: ` set search_path = pg_catalog, public, pg_temp ${PLAN_BY_KEY}`, begin: '' },
  count: ' := json_array_length(items)',
  ...{ replace: '', declare: '', choose: '', or_alone: '', refuse: '', among: '', outcome: '', told: '' },
  ...{ column: '', value: '', member: '', hold: '' },
};

const CLAIMING: typeof PLAIN = {
  ...PLAIN,
  replace: 'or replace ',
  declare: `
  claim record;
  refusal json;
  refused jsonb := '{}';
  taken text[] := '{}';`,
  refuse: REFUSE_CLAIMS,
  among: '\n        and not refused ? i.item::text',
  outcome: " when refused ? i.item::text then 'exhausted'",
  told: " 'exhausted', refused->(i.item::text),",
};

const TRACING: typeof PLAIN = {
  ...CLAIMING,
  ...{ column: ', traceparent', value: ', e.traceparent', member: ', traceparent text' },
};

const HOLDING: typeof PLAIN = {
  ...TRACING,
  declare: `${CLAIMING.declare}
  growth record;
  limited text[] := '{}';
  locks_quotas boolean;
  held numeric;
  grown jsonb := '{}';`,
  choose: CHOOSE_LOCKS,
  or_alone: ' or locks_quotas',
  refuse: refuseClaimsAndGrowth('q.used'),
  hold: WRITE_HOLDINGS,
};

/**
 * Where names are looked for, and how statements are planned, on a connection that is opened for appends. A function
 * that sets this itself sets and resets it in every call, which is a tenth of what an append costs the server.
 */
export const APPEND_SETTINGS = {
  search_path: 'pg_catalog,public,pg_temp',
  plan_cache_mode: 'force_generic_plan',
  enable_seqscan: 'off',
  enable_hashjoin: 'off',
  enable_mergejoin: 'off',
} as const;

/** Until the end of the transaction, for a caller whose connection is another one: it chooses no name and no plan. */
const SET_FOR_OTHERS = `
  if pg_catalog.current_setting('search_path') operator(pg_catalog.<>) '${APPEND_SETTINGS.search_path}' then
    perform ${Object.entries(APPEND_SETTINGS)
      .map(([name, value]) => `pg_catalog.set_config('${name}', '${value}', true)`)
      .join(', ')};
  end if;`;

const SET_BY_CALLER: typeof PLAIN = {
  ...HOLDING,
  ...{ settings: '', count: '', begin: `${SET_FOR_OTHERS}\n  item_count := json_array_length(items);` },
  // Types of variables are looked for before the first statement.
  declare: HOLDING.declare.replaceAll(/ (record|jsonb?|text)\b/g, ' pg_catalog.$1'),
};

const TELLING_ALL: typeof PLAIN = { ...SET_BY_CALLER, refuse: refuseClaimsAndGrowth(`q.used + ${TAKEN_HERE}`) };

const STAGES = {
  plain: PLAIN,
  claiming: CLAIMING,
  tracing: TRACING,
  holding: HOLDING,
  'set-by-caller': SET_BY_CALLER,
  'telling-all': TELLING_ALL,
};

/**
 * The function as SQL, as it was in each stage of its life. `claiming` refuses appends that claim a place of a quota
 * that is used up, `tracing` stores with each event where it was recorded in which trace, `holding` refuses also
 * appends by which a stream would hold more of a quota than there is room for, `set-by-caller` sets nothing on a
 * connection that is opened for appends, and `telling-all` counts what the same group took in what it says is used.
 */
export function appendFunction(stage: keyof typeof STAGES): string {
  const parts = Object.entries(STAGES[stage]);
  return parts.reduce((text, [mark, part]) => text.replace(`{{${mark}}}`, () => part), TEMPLATE);
}
