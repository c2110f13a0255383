import { sqlMigration } from '@caisson/event-store-postgres';

/** Makes the table `artifact`: saved dry runs, sealed, by tenant and content address. */
export const CreateArtifact = sqlMigration('CreateArtifact1764000000200', [
  `create table artifact (
    tenant_id text collate "C" not null,
    artifact_id text collate "C" not null,
    sealed bytea not null,
    created_at timestamptz not null default now(),
    primary key (tenant_id, artifact_id)
  )`,
  // Sealed bytes do not get smaller: no time is spent on trying.
  'alter table artifact alter column sealed set storage external',
  'alter table artifact enable row level security, force row level security',
  `create policy artifact_of_tenant on artifact
    using (tenant_id = current_setting('app.tenant', true))
    with check (tenant_id = current_setting('app.tenant', true))`,
]);
