import type pgModule from 'pg';
import {
  jobsChannel,
  type GivenUpJob,
  type HeldLease,
  type ParkedStream,
  type Recovery,
  type StreamRef,
  type Wakeups,
} from '@caisson/event-sourcing';
import { orFault } from './postgres-faults.js';

const PARKED = `
  select consumer, tenant_id, stream_id, parked_from, parked_reason from consumer_position
    where parked_from is not null`;

const LIST_PARKED = `
  ${PARKED} and ($1::text is null or consumer = $1) order by consumer, tenant_id, stream_id limit $2`;
const FIND_PARKED = `${PARKED} and consumer = $1 and tenant_id = $2 and stream_id = $3`;

const GIVEN_UP = `
  select job_id, tenant_id, queue, key, attempt, reason, ended_at from job where state = 'failed'`;

const LIST_GIVEN_UP = `${GIVEN_UP} and ($1::text is null or queue = $1) order by ended_at, job_id limit $2`;
const FIND_GIVEN_UP = `${GIVEN_UP} and job_id = $1`;

const REOPEN = `
  update job set state = 'open', attempt = 0, due_at = clock_timestamp(), ended_at = null, reason = null
    where job_id = $1 and state = 'failed' returning queue`;

const LEASES = 'select tenant_id, resource, holder, token, expires_at from lease';

const LIST_LEASES = `${LEASES} where $1::text is null or tenant_id = $1 order by tenant_id, resource limit $2`;
const FIND_LEASE = `${LEASES} where tenant_id = $1 and resource = $2`;
const BREAK_LEASE = 'delete from lease where tenant_id = $1 and resource = $2 and token = $3';

/** Ids of jobs are whole numbers; anything else is the id of none. */
const JOB_ID = /^[1-9]\d{0,17}$/;

interface ParkedRow {
  readonly consumer: string;
  readonly tenant_id: string;
  readonly stream_id: string;
  readonly parked_from: string;
  readonly parked_reason: string | null;
}

interface GivenUpRow {
  readonly job_id: string;
  readonly tenant_id: string;
  readonly queue: string;
  readonly key: string;
  readonly attempt: number;
  readonly reason: string | null;
  readonly ended_at: Date;
}

interface LeaseRow {
  readonly tenant_id: string;
  readonly resource: string;
  readonly holder: string;
  readonly token: string;
  readonly expires_at: Date;
}

/** What waits for a person, as rows of `consumer_position`, `job` and `lease`. */
export class PostgresRecovery implements Recovery {
  constructor(
    private readonly pool: pgModule.Pool,
    private readonly wakeups: Wakeups,
  ) {}

  async parked(request: { readonly consumer?: string; readonly limit: number }): Promise<readonly ParkedStream[]> {
    const values = [request.consumer ?? null, request.limit];
    const answer = await orFault('list parked streams', () => this.pool.query<ParkedRow>(LIST_PARKED, values));
    return answer.rows.map(toParkedStream);
  }

  async findParked(ref: StreamRef & { readonly consumer: string }): Promise<ParkedStream | undefined> {
    const values = [ref.consumer, ref.tenantId, ref.streamId];
    const answer = await orFault('find a parked stream', () => this.pool.query<ParkedRow>(FIND_PARKED, values));
    return answer.rows.map(toParkedStream)[0];
  }

  async givenUp(request: { readonly queue?: string; readonly limit: number }): Promise<readonly GivenUpJob[]> {
    const values = [request.queue ?? null, request.limit];
    const answer = await orFault('list failed jobs', () => this.pool.query<GivenUpRow>(LIST_GIVEN_UP, values));
    return answer.rows.map(toGivenUpJob);
  }

  async findGivenUp(jobId: string): Promise<GivenUpJob | undefined> {
    if (!JOB_ID.test(jobId)) return undefined;
    const answer = await orFault('find a failed job', () => this.pool.query<GivenUpRow>(FIND_GIVEN_UP, [jobId]));
    return answer.rows.map(toGivenUpJob)[0];
  }

  async reopen(jobId: string): Promise<boolean> {
    if (!JOB_ID.test(jobId)) return false;
    const answer = await orFault('open a job again', () => this.pool.query<{ queue: string }>(REOPEN, [jobId]));
    for (const { queue } of answer.rows) this.wakeups.wake(jobsChannel(queue));
    return answer.rowCount === 1;
  }

  async leases(request: { readonly tenantId?: string; readonly limit: number }): Promise<readonly HeldLease[]> {
    const values = [request.tenantId ?? null, request.limit];
    const answer = await orFault('list leases', () => this.pool.query<LeaseRow>(LIST_LEASES, values));
    return answer.rows.map(toHeldLease);
  }

  async findLease({ resource, tenantId }: Pick<HeldLease, 'tenantId' | 'resource'>): Promise<HeldLease | undefined> {
    const answer = await orFault('find a lease', () => this.pool.query<LeaseRow>(FIND_LEASE, [tenantId, resource]));
    return answer.rows.map(toHeldLease)[0];
  }

  async breakLease({ resource, tenantId, token }: HeldLease): Promise<boolean> {
    const answer = await orFault('break a lease', () => this.pool.query(BREAK_LEASE, [tenantId, resource, token]));
    return answer.rowCount === 1;
  }
}

function toParkedStream(row: ParkedRow): ParkedStream {
  return {
    consumer: row.consumer,
    tenantId: row.tenant_id,
    streamId: row.stream_id,
    fromVersion: Number(row.parked_from),
    reason: row.parked_reason ?? '',
  };
}

function toGivenUpJob(row: GivenUpRow): GivenUpJob {
  return {
    jobId: row.job_id,
    tenantId: row.tenant_id,
    queue: row.queue,
    key: row.key,
    attempt: row.attempt,
    reason: row.reason ?? '',
    endedAt: row.ended_at.toISOString(),
  };
}

function toHeldLease(row: LeaseRow): HeldLease {
  return {
    tenantId: row.tenant_id,
    resource: row.resource,
    holder: row.holder,
    token: Number(row.token),
    expiresAt: row.expires_at.toISOString(),
  };
}
