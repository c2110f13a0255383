/**
 * What a tenant uses up, counted where it is written: `deployments` that are not deleted, `active-runs` that have not
 * settled. The trigger counts every change of these documents and refuses none, so that no run can be stuck by a
 * ceiling. Ceilings are refused by `append_events`, for appends that claim a place; they are copied here from the
 * document of the tenant. Keep in step with `SETTLED_RUN_STATES` of the contracts.
 */
export const QUOTA_TABLES = [
  `create table quota (
    tenant_id text collate "C" not null,
    name text collate "C" not null,
    used bigint not null default 0,
    ceiling bigint,
    primary key (tenant_id, name)
  ) with (fillfactor = 60)`,
  'alter table quota enable row level security, force row level security',
  `create policy quota_of_tenant on quota for select using (tenant_id = current_setting('app.tenant', true))`,
  // The functions below run as the owner, for many tenants at once.
  `do $$ begin
    execute format('create policy quota_of_owner on quota to %I using (true) with check (true)', current_user);
  end $$`,
];

const QUOTA_OF_FUNCTION = `
create function quota_of(collection text, body jsonb) returns text
language sql immutable set search_path = pg_catalog, pg_temp as $$
  select case
    when collection = 'deployment' and body->>'status' <> 'deleted' then 'deployments'
    when collection = 'run' and body->>'state' not in ('completed', 'cancelled', 'failed', 'rolled_back')
      then 'active-runs'
  end
$$`;

const COUNT_FUNCTION = `
create function count_document() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  before text := case when tg_op = 'UPDATE' then quota_of(old.collection, old.body) end;
  after text := quota_of(new.collection, new.body);
begin
  if before is distinct from after and before is not null then
    update quota set used = used - 1 where tenant_id = new.tenant_id and name = before;
  end if;
  if before is distinct from after and after is not null then
    insert into quota as q (tenant_id, name, used) values (new.tenant_id, after, 1)
      on conflict (tenant_id, name) do update set used = q.used + 1;
  end if;
  return null;
end $$`;

const CEILING_FUNCTION = `
create function set_ceilings() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  insert into quota as q (tenant_id, name, ceiling)
    select new.tenant_id, c.key, c.value::bigint from jsonb_each_text(new.body->'ceilings') as c
      order by c.key collate "C" desc
    on conflict (tenant_id, name) do update set ceiling = excluded.ceiling;
  return null;
end $$`;

/** Counting begins with what is there. */
export const QUOTA_FUNCTIONS = [
  QUOTA_OF_FUNCTION,
  COUNT_FUNCTION,
  CEILING_FUNCTION,
  `create trigger document_counted after insert or update of body on document
    for each row when (new.collection in ('deployment', 'run')) execute function count_document()`,
  `create trigger ceilings_set after insert or update of body on document
    for each row when (new.collection = 'quota') execute function set_ceilings()`,
  `insert into quota (tenant_id, name, used)
    select tenant_id, quota_of(collection, body), count(*) from document
      where quota_of(collection, body) is not null group by tenant_id, quota_of(collection, body)`,
];

/**
 * What streams hold of quotas that are more than a number of documents: tasks in flight by execution, cost a month by
 * deployment. Each row is written with the facts that it follows from, so nobody waits for a common counter; what a
 * tenant uses is the sum. A stream that holds nothing has no row.
 */
export const HOLDING_TABLE = [
  `create table holding (
    tenant_id text collate "C" not null,
    quota text collate "C" not null,
    stream_id text collate "C" not null,
    amount numeric not null check (amount > 0),
    primary key (tenant_id, quota, stream_id)
  ) with (fillfactor = 60)`,
  'alter table holding enable row level security, force row level security',
  `create policy holding_of_tenant on holding for select using (tenant_id = current_setting('app.tenant', true))`,
  `do $$ begin
    execute format('create policy holding_of_owner on holding to %I using (true) with check (true)', current_user);
  end $$`,
];

/**
 * A run that has settled has no task in flight, whatever its execution says: where the work was given up, or its stream
 * cannot be read, nobody is left to say so. What is there already is released too.
 */
export const SETTLED_HOLDINGS = [
  `create function release_settled_run() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
    begin
      if quota_of(new.collection, new.body) is null then
        delete from holding
          where tenant_id = new.tenant_id and quota = 'tasks-in-flight' and stream_id = 'execution-' || new.id;
      end if;
      return null;
    end $$`,
  `create trigger settled_run_released after insert or update of body on document
    for each row when (new.collection = 'run') execute function release_settled_run()`,
  `delete from holding h using document d
    where d.tenant_id = h.tenant_id and d.collection = 'run' and h.stream_id = 'execution-' || d.id
      and h.quota = 'tasks-in-flight' and quota_of(d.collection, d.body) is null`,
];
