import { isolate, sqlMigration } from '@caisson/event-store-postgres';

/**
 * Makes the table `drift_schedule`: the schedules of all tenants by what is due next, for the one who looks at the
 * clock, who works across tenants; what tenants see is a read model of theirs. It follows from events.
 */
export const CreateDriftSchedule = sqlMigration('CreateDriftSchedule1764000000700', [
  `create table drift_schedule (
    tenant_id text collate "C" not null,
    deployment_id text collate "C" not null,
    version bigint not null,
    cron text not null,
    time_zone text not null,
    spread_minutes int,
    auto_remediate boolean not null,
    base_at timestamptz,
    due_at timestamptz,
    primary key (tenant_id, deployment_id)
  )`,
  'create index drift_schedule_due on drift_schedule (due_at) where due_at is not null',
  ...isolate(['drift_schedule']),
]);
