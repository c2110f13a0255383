import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Makes the table `runner`: process trees that may still be changing the world. */
export class CreateRunner1764000000100 implements MigrationInterface {
  readonly name = 'CreateRunner1764000000100';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table runner (
        tenant_id text not null,
        runner_id text not null,
        deployment_id text not null,
        fencing_token bigint not null,
        host_id text not null,
        process_group_id integer not null,
        start_ticks bigint not null,
        work_directory text not null,
        registered_at timestamptz not null default now(),
        primary key (tenant_id, runner_id)
      )`);
    await runner.query('create index runner_by_deployment on runner (tenant_id, deployment_id, fencing_token)');
    await runner.query('alter table runner enable row level security, force row level security');
    await runner.query(`
      create policy runner_of_tenant on runner
        using (tenant_id = current_setting('app.tenant', true))
        with check (tenant_id = current_setting('app.tenant', true))`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table runner');
  }
}
