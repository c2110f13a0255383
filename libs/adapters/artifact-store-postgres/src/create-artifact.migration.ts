import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Makes the table `artifact`: saved dry runs, sealed, by tenant and content address. */
export class CreateArtifact1764000000200 implements MigrationInterface {
  readonly name = 'CreateArtifact1764000000200';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table artifact (
        tenant_id text collate "C" not null,
        artifact_id text collate "C" not null,
        sealed bytea not null,
        created_at timestamptz not null default now(),
        primary key (tenant_id, artifact_id)
      )`);
    // Sealed bytes do not get smaller: no time is spent on trying.
    await runner.query('alter table artifact alter column sealed set storage external');
    await runner.query('alter table artifact enable row level security, force row level security');
    await runner.query(`
      create policy artifact_of_tenant on artifact
        using (tenant_id = current_setting('app.tenant', true))
        with check (tenant_id = current_setting('app.tenant', true))`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table artifact');
  }
}
