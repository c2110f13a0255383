import { sqlMigration } from '@caisson/event-store-postgres';

/**
 * Makes the table `installed_engine`: which engines a service has, of which version, as the process that started last
 * said. It belongs to the installation, not to a tenant.
 */
export const CreateInstalledEngine = sqlMigration('CreateInstalledEngine1764000000500', [
  `create table installed_engine (
    service text collate "C" not null,
    engine text collate "C" not null,
    version text not null,
    announced_at timestamptz not null default now(),
    primary key (service, engine)
  )`,
]);
