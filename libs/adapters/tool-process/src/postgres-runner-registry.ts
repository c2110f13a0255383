import type { Runner, RunnerRegistry } from '@caisson/engine';
import { asTenant, orFault } from '@caisson/event-store-postgres';
import type { Pool } from 'pg';

/** It says itself whose they are: row level security shows no other tenant's. */
const OLDER = { name: 'older-runners', text: 'select * from older_runners($1, $2, $3)' };

/** Keeps runners in the table `runner`. */
export class PostgresRunnerRegistry implements RunnerRegistry {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  async register(runner: Runner): Promise<void> {
    await asTenant(this.#pool, { tenantId: runner.tenantId, what: 'register a runner' }, (client) =>
      client.query(
        `insert into runner (tenant_id, runner_id, deployment_id, fencing_token, host_id, process_group_id,
           start_ticks, work_directory)
         values ($1, $2, $3, $4, $5, $6, $7, $8)`,
        [
          runner.tenantId,
          runner.runnerId,
          runner.deploymentId,
          runner.fencingToken,
          runner.hostId,
          runner.processGroupId,
          runner.startTicks,
          runner.workDirectory,
        ],
      ),
    );
  }

  async forget(runner: Pick<Runner, 'tenantId' | 'runnerId'>): Promise<void> {
    await asTenant(this.#pool, { tenantId: runner.tenantId, what: 'forget a runner' }, (client) =>
      client.query('delete from runner where tenant_id = $1 and runner_id = $2', [runner.tenantId, runner.runnerId]),
    );
  }

  async olderThan(tenantId: string, deploymentId: string, fencingToken: number): Promise<readonly Runner[]> {
    const found = await orFault('look for runners', () =>
      this.#pool.query<RunnerRow>({ ...OLDER, values: [tenantId, deploymentId, fencingToken] }),
    );
    return found.rows.map(toRunner);
  }
}

interface RunnerRow {
  readonly tenant_id: string;
  readonly runner_id: string;
  readonly deployment_id: string;
  readonly fencing_token: string;
  readonly host_id: string;
  readonly process_group_id: number;
  readonly start_ticks: string;
  readonly work_directory: string;
}

/** The driver gives 64-bit integers as text; ours stay far below 2^53. */
function toRunner(row: RunnerRow): Runner {
  return {
    runnerId: row.runner_id,
    tenantId: row.tenant_id,
    deploymentId: row.deployment_id,
    fencingToken: Number(row.fencing_token),
    hostId: row.host_id,
    processGroupId: row.process_group_id,
    startTicks: Number(row.start_ticks),
    workDirectory: row.work_directory,
  };
}
