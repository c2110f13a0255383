import { sqlMigration } from '@caisson/event-store-postgres';

/** Makes the table `runner`: process trees that may still be changing the world. */
export const CreateRunner = sqlMigration('CreateRunner1764000000100', [
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
