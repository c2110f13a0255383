import { sqlMigration } from '@caisson/event-store-postgres';

/**
 * Makes the tables of the state backend: the fence of each deployment, the head and lock of each state, its versions.
 * The lock info is kept as text: it is given back as it came.
 */
export const CreateTerraformState = sqlMigration('CreateTerraformState1764000000300', [
  `create table terraform_fence (
    tenant_id text collate "C" not null,
    deployment_id text collate "C" not null,
    fencing_token bigint not null,
    primary key (tenant_id, deployment_id)
  ) with (fillfactor = 60)`,
  `create table terraform_state (
    tenant_id text collate "C" not null,
    deployment_id text collate "C" not null,
    unit_id text collate "C" not null,
    version bigint not null default 0,
    serial bigint,
    lineage text collate "C",
    digest text collate "C",
    lock_id text collate "C",
    lock_token bigint,
    lock_info text,
    primary key (tenant_id, deployment_id, unit_id)
  ) with (fillfactor = 60)`,
  `create table terraform_state_version (
    tenant_id text collate "C" not null,
    deployment_id text collate "C" not null,
    unit_id text collate "C" not null,
    version bigint not null,
    serial bigint not null,
    lineage text collate "C" not null,
    fencing_token bigint not null,
    sealed bytea not null,
    written_at timestamptz not null default now(),
    primary key (tenant_id, deployment_id, unit_id, version),
    foreign key (tenant_id, deployment_id, unit_id) references terraform_state
  )`,
  // Sealed bytes do not get smaller: no time is spent on trying.
  'alter table terraform_state_version alter column sealed set storage external',
  ...['terraform_fence', 'terraform_state', 'terraform_state_version'].flatMap((table) => [
    `alter table ${table} enable row level security, force row level security`,
    `create policy ${table}_of_tenant on ${table}
      using (tenant_id = current_setting('app.tenant', true))
      with check (tenant_id = current_setting('app.tenant', true))`,
  ]),
]);
