import { sqlMigration } from '@caisson/event-store-postgres';

/** The table `runner`: process trees that may still be changing the world. */
const CreateRunner = sqlMigration('CreateRunner1764000000100', [
  `create table runner (
    tenant_id text collate "C" not null,
    runner_id text collate "C" not null,
    deployment_id text collate "C" not null,
    fencing_token bigint not null,
    host_id text collate "C" not null,
    process_group_id integer not null,
    start_ticks bigint not null,
    work_directory text not null,
    registered_at timestamptz not null default now(),
    primary key (tenant_id, runner_id)
  )`,
  'create index runner_by_deployment on runner (tenant_id, deployment_id, fencing_token)',
  'alter table runner enable row level security, force row level security',
  `create policy runner_of_tenant on runner
    using (tenant_id = current_setting('app.tenant', true))
    with check (tenant_id = current_setting('app.tenant', true))`,
]);

/** One round trip for the look at the start of every run. Runs as its caller: the policy holds in it. */
const FindRunners = sqlMigration('FindRunners1764551000000', [
  `create function older_runners(for_tenant text, of_deployment text, below bigint) returns setof runner
    language plpgsql set search_path = pg_catalog, public, pg_temp as $$
    begin
      perform set_config('app.tenant', for_tenant, true);
      return query select * from runner r
        where r.tenant_id = for_tenant and r.deployment_id = of_deployment and r.fencing_token < below
        order by r.fencing_token, r.runner_id;
    end $$`,
]);

/** All that the registry of runners needs, oldest first. */
export const RUNNER_MIGRATIONS = [CreateRunner, FindRunners];
