import { randomUUID } from 'node:crypto';
import type pgModule from 'pg';
import type { Json } from '@caisson/kernel';
import type { ClaimedJob, FailedJob, JobClaim, JobQueue } from '@caisson/event-sourcing';
import { UNAWAITED } from './connection.js';
import { orFault } from './postgres-faults.js';
import { isKnownDead } from './process-identity.js';
import { toStorable } from './stored-text.js';

/** Most jobs of one claim. */
const CLAIM_MAX = 1_000;

/**
 * Tenants on either side of a claim's starting point that it looks at: so many, and as many as it wants jobs. With more
 * tenants than that a claim looks at a random stretch of them, so that its cost stays flat.
 */
const TENANTS_MIN = 32;
const TENANTS_MAX = 250;

/** Tenants whose turn is remembered per queue. More that wait at once take turns by age only. */
const SERVED_MAX = 64;

/** How often a queue is searched for claims of dead processes of this machine; the first claim always does. */
const DEAD_WORKERS_EVERY_MS = 10_000;

const REASON_LENGTH_MAX = 2_000;

/** Walks from tenant to tenant of a queue by index `job_open`: a loose index scan, one step per tenant. */
function tenantWalk(name: string, range: string): string {
  const wanted = `queue = $1 and state = 'open' and ${range} and tenant_id <> all ($7::text[])`;
  return `${name} as (
    (select tenant_id, 1 as place from job where ${wanted} order by tenant_id limit 1)
    union all
    select following.tenant_id, ${name}.place + 1 from ${name} cross join lateral (
      select tenant_id from job where ${wanted} and tenant_id > ${name}.tenant_id
        order by tenant_id limit 1) as following
      where ${name}.place < $8)`;
}

/**
 * Takes turns over tenants: a tenant's first job comes before any other's second, and jobs that are in some worker's
 * hand count as its first ones. So a tenant with many jobs costs no more than one with few. Among tenants with as many,
 * the one goes first that this process did not serve for longest ($6, oldest first).
 * The walk starts at a tenant drawn at random ($5), so that none is always out of reach. It may meet only tenants whose
 * jobs are for later, so those whose jobs are due for longest are looked at too, by index `job_due`: fewer jobs than
 * asked for are all that were due, unless some tenants are left alone. Candidates are locked with
 * `skip locked` and looked at again, so two workers never take one job nor wait for another.
 * Neither a claim nor the end of a job waits for the disk: one that a crash of the server takes back means that the job
 * is done again, as after a crash of its worker, and the lease under which it acts is kept on disk before it does.
 */
const CLAIM = `
  with recursive ${tenantWalk('onwards', 'tenant_id >= $5')},
  ${tenantWalk('from_first', 'tenant_id < $5')},
  due_for_longest as (
    select tenant_id from (
      select tenant_id from job where queue = $1 and state = 'open' and due_at <= now() order by due_at limit $3 * 2
    ) as oldest where tenant_id <> all ($7::text[])),
  tenant as (
    select tenant_id from onwards union select tenant_id from from_first union select tenant_id from due_for_longest),
  held as (
    select tenant_id, count(*) as jobs from job
      where queue = $1 and state = 'open' and worker is not null and due_at > now() group by tenant_id),
  candidate as (
    select due.job_id, row_number() over (
        order by coalesce(held.jobs, 0) + due.turn,
          array_position($6::text[], tenant.tenant_id) nulls first, due.rank_at) as place
      from tenant left join held on held.tenant_id = tenant.tenant_id cross join lateral (
        select job_id, rank_at, row_number() over (order by rank_at, job_id) as turn from (
          select job_id, rank_at from job
            where queue = $1 and tenant_id = tenant.tenant_id and state = 'open'
              and rank_at <= now() and due_at <= now()
            order by rank_at, job_id limit $3) as oldest) as due
      order by place limit $3 * 2),
  taken as (
    select job.job_id from candidate join job on job.job_id = candidate.job_id
      where job.state = 'open' and job.due_at <= clock_timestamp()
      order by candidate.place limit $3 for update of job skip locked)
  update job set attempt = attempt + 1, claim_token = claim_token + 1, worker = $2,
      due_at = clock_timestamp() + $4 * interval '1 millisecond'
    where job_id = any (array(select job_id from taken))
    returning job_id, tenant_id, queue, key, payload::text as payload_text, attempt, claim_token, ${UNAWAITED}`;

const RENEW = `
  update job set due_at = clock_timestamp() + $3 * interval '1 millisecond'
    from unnest($1::bigint[], $2::bigint[]) as held (job_id, claim_token)
    where job.job_id = held.job_id and job.claim_token = held.claim_token and state = 'open' and worker is not null
    returning job.job_id`;

const HELD = `job_id = $1 and claim_token = $2 and state = 'open' and worker is not null`;

const COMPLETE = `
  update job set state = 'completed', ended_at = clock_timestamp(), worker = null, reason = null where ${HELD}
    returning ${UNAWAITED}`;

const RELEASE = `
  update job set due_at = clock_timestamp() + $3 * interval '1 millisecond', worker = null, reason = $4,
      rank_at = clock_timestamp() + ($3 - head_start_ms) * interval '1 millisecond'
    where ${HELD}`;

const FAIL = `
  update job set state = 'failed', ended_at = clock_timestamp(), worker = null, reason = $3 where ${HELD}`;

const FAILED = `
  select tenant_id, queue, key, payload::text as payload_text, reason from job
    where queue = $1 and state = 'failed' and ended_at > now() - interval '1 day' order by ended_at desc limit $2`;

const RELEASE_WORKER = `
  update job set due_at = clock_timestamp(), worker = null, claim_token = claim_token + 1, reason = 'the worker died'
    where state = 'open' and worker = $1 returning queue`;

interface JobRow {
  readonly job_id: string;
  readonly tenant_id: string;
  readonly queue: string;
  readonly key: string;
  readonly payload_text: string;
  readonly attempt: number;
  readonly claim_token: string;
}

/** Job queues as rows of `job`. */
export class PostgresJobQueue implements JobQueue {
  readonly #pool: pgModule.Pool;
  readonly #deadSearchedAtMs = new Map<string, number>();
  /** By queue, the tenants that were served last, the latest at the end. */
  readonly #served = new Map<string, Set<string>>();

  constructor(pool: pgModule.Pool) {
    this.#pool = pool;
  }

  async claim(request: JobClaim): Promise<readonly ClaimedJob[]> {
    const { exceptTenants = [], leaseMs, queue, worker } = request;
    await this.#freeDeadWorkers(queue);
    const served = this.#servedOf(queue);
    const limit = Math.min(request.limit, CLAIM_MAX);
    const tenants = Math.min(TENANTS_MAX, Math.max(TENANTS_MIN, limit));
    const values = [queue, worker, limit, leaseMs, randomUUID(), [...served], exceptTenants, tenants];
    const answer = await orFault('claim jobs', () =>
      this.#pool.query<JobRow>({ name: 'claim-jobs', text: CLAIM, values }),
    );
    const jobs = answer.rows.map((row) => toClaimedJob(row));
    remember(served, new Set(jobs.map(({ tenantId }) => tenantId)));
    return jobs;
  }

  async renew(jobs: readonly ClaimedJob[], leaseMs: number): Promise<ReadonlySet<string>> {
    if (jobs.length === 0) return new Set();
    const values = [jobs.map((job) => job.jobId), jobs.map((job) => job.claimToken), leaseMs];
    const answer = await orFault('renew jobs', () =>
      this.#pool.query<{ job_id: string }>({ name: 'renew-jobs', text: RENEW, values }),
    );
    return new Set(answer.rows.map((row) => row.job_id));
  }

  async complete(job: ClaimedJob): Promise<boolean> {
    return this.#end('complete a job', { name: 'complete-job', text: COMPLETE, values: [job.jobId, job.claimToken] });
  }

  async release(job: ClaimedJob, delayMs: number, reason: string): Promise<boolean> {
    const values = [job.jobId, job.claimToken, delayMs, toStorable(reason, REASON_LENGTH_MAX)];
    return this.#end('release a job', { name: 'release-job', text: RELEASE, values });
  }

  async fail(job: ClaimedJob, reason: string): Promise<boolean> {
    const values = [job.jobId, job.claimToken, toStorable(reason, REASON_LENGTH_MAX)];
    return this.#end('fail a job', { name: 'fail-job', text: FAIL, values });
  }

  async failed(queue: string, limit: number): Promise<readonly FailedJob[]> {
    type Row = JobRow & { readonly reason: string | null };
    const answer = await orFault('list failed jobs', () => this.#pool.query<Row>(FAILED, [queue, limit]));
    return answer.rows.map((row) => {
      const { key, payload, tenantId } = toClaimedJob(row);
      return { tenantId, queue, key, payload, reason: row.reason ?? '' };
    });
  }

  async releaseWorker(worker: string): Promise<number> {
    const answer = await orFault('release a worker', () => this.#pool.query(RELEASE_WORKER, [worker]));
    return answer.rowCount ?? 0;
  }

  #servedOf(queue: string): Set<string> {
    const served = this.#served.get(queue) ?? new Set();
    this.#served.set(queue, served);
    return served;
  }

  async #end(what: string, statement: pgModule.QueryConfig): Promise<boolean> {
    const answer = await orFault(what, () => this.#pool.query(statement));
    return answer.rowCount === 1;
  }

  async #freeDeadWorkers(queue: string): Promise<void> {
    const searchedAtMs = this.#deadSearchedAtMs.get(queue) ?? -Infinity;
    if (performance.now() - searchedAtMs < DEAD_WORKERS_EVERY_MS) return;
    this.#deadSearchedAtMs.set(queue, performance.now());
    const text = `select distinct worker from job where queue = $1 and state = 'open' and worker is not null`;
    const claims = await orFault('look for dead workers', () => this.#pool.query<{ worker: string }>(text, [queue]));
    for (const { worker } of claims.rows) if (isKnownDead(worker)) await this.releaseWorker(worker);
  }
}

/** Puts tenants at the end of those that were served, and forgets the oldest when there are too many. */
function remember(served: Set<string>, tenants: ReadonlySet<string>): void {
  for (const tenant of tenants) {
    served.delete(tenant);
    served.add(tenant);
  }
  for (const oldest of served) {
    if (served.size <= SERVED_MAX) return;
    served.delete(oldest);
  }
}

function toClaimedJob(row: JobRow): ClaimedJob {
  return {
    jobId: row.job_id,
    tenantId: row.tenant_id,
    queue: row.queue,
    key: row.key,
    payload: JSON.parse(row.payload_text) as Json,
    attempt: row.attempt,
    claimToken: Number(row.claim_token),
  };
}
