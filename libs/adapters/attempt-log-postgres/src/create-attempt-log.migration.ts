import { sqlMigration } from '@caisson/event-store-postgres';

/** Makes the table `attempt_log`: what tools said, in chunks of lines, by tenant and attempt. */
export const CreateAttemptLog = sqlMigration('CreateAttemptLog1764000000400', [
  `create table attempt_log (
    tenant_id text collate "C" not null,
    attempt_id text collate "C" not null,
    line_from int not null,
    line_count int not null,
    lines text not null,
    created_at timestamptz not null default now(),
    primary key (tenant_id, attempt_id, line_from)
  )`,
  'create index attempt_log_age on attempt_log (tenant_id, created_at)',
  'alter table attempt_log enable row level security, force row level security',
  `create policy attempt_log_of_tenant on attempt_log
    using (tenant_id = current_setting('app.tenant', true))
    with check (tenant_id = current_setting('app.tenant', true))`,
]);
