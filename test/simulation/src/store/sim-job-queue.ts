import type { ClaimedJob, FailedJob, JobClaim, JobQueue, NewJob } from '@caisson/event-sourcing';
import { parsed, type JobRow, type SimDatabase } from './sim-database.js';
import { storedText, toStorable } from './stored-text.js';

const DAY_MS = 86_400_000;

/** Jobs over simulated tables. */
export class SimJobQueue implements JobQueue {
  /** By queue and tenant: the claim that served it last. */
  readonly #served = new Map<string, number>();
  #claims = 0;

  constructor(private readonly database: SimDatabase) {}

  async claim(request: JobClaim): Promise<readonly ClaimedJob[]> {
    const { exceptTenants = [], leaseMs, limit, queue, worker } = request;
    const { nowMs } = this.database;
    const open = [...this.database.jobs.values()].filter((job) => job.queue === queue && job.state === 'open');
    const due = open.filter((job) => job.dueAtMs <= nowMs && !exceptTenants.includes(job.tenantId));
    const taken = this.#inTurns(due, open).slice(0, limit);
    this.#claims += 1;
    for (const job of taken) {
      job.attempt += 1;
      job.claimToken += 1;
      job.worker = worker;
      job.dueAtMs = nowMs + leaseMs;
      this.#served.set(`${queue}|${job.tenantId}`, this.#claims);
    }
    return taken.map((job) => toClaimed(job));
  }

  async renew(jobs: readonly ClaimedJob[], leaseMs: number): Promise<ReadonlySet<string>> {
    const held = jobs.flatMap((job) => this.#held(job) ?? []);
    for (const row of held) row.dueAtMs = this.database.nowMs + leaseMs;
    return new Set(held.map(({ jobId }) => jobId));
  }

  async complete(job: ClaimedJob): Promise<boolean> {
    return this.#end(job, 'completed', '');
  }

  async fail(job: ClaimedJob, reason: string): Promise<boolean> {
    return this.#end(job, 'failed', reason);
  }

  async release(job: ClaimedJob, delayMs: number, reason: string): Promise<boolean> {
    const row = this.#held(job);
    if (row === undefined) return false;
    const { nowMs } = this.database;
    row.worker = undefined;
    row.dueAtMs = nowMs + delayMs;
    row.rankAtMs = nowMs + delayMs - row.headStartMs;
    row.reason = toStorable(reason);
    return true;
  }

  async failed(queue: string, limit: number): Promise<readonly FailedJob[]> {
    return [...this.database.jobs.values()]
      .filter((job) => job.queue === queue && job.state === 'failed')
      .filter((job) => job.endedAtMs > this.database.nowMs - DAY_MS)
      .sort((left, right) => right.endedAtMs - left.endedAtMs)
      .slice(0, limit)
      .map(({ key, payloadText, reason, tenantId }) => ({
        tenantId,
        queue,
        key,
        payload: parsed(payloadText),
        reason,
      }));
  }

  async releaseWorker(worker: string): Promise<number> {
    const held = [...this.database.jobs.values()].filter((job) => job.state === 'open' && job.worker === worker);
    for (const job of held) {
      job.worker = undefined;
      job.claimToken += 1;
      job.dueAtMs = this.database.nowMs;
    }
    return held.length;
  }

  /** A tenant's jobs in hand count as its first ones; among equals the tenant that was not served for longest. */
  #inTurns(due: readonly JobRow[], open: readonly JobRow[]): readonly JobRow[] {
    const inHand = new Map<string, number>();
    for (const { dueAtMs, tenantId, worker } of open) {
      if (worker === undefined || dueAtMs <= this.database.nowMs) continue;
      inHand.set(tenantId, (inHand.get(tenantId) ?? 0) + 1);
    }
    const turns = new Map(inHand);
    return due
      .toSorted((left, right) => left.rankAtMs - right.rankAtMs)
      .map((job) => {
        const turn = turns.get(job.tenantId) ?? 0;
        turns.set(job.tenantId, turn + 1);
        return { job, turn, served: this.#served.get(`${job.queue}|${job.tenantId}`) ?? 0 };
      })
      .sort((left, right) => left.turn - right.turn || left.served - right.served)
      .map(({ job }) => job);
  }

  #held(job: ClaimedJob): JobRow | undefined {
    const row = this.database.jobs.get(jobKey(job));
    const isHeld = row?.state === 'open' && row.worker !== undefined && row.claimToken === job.claimToken;
    return isHeld ? row : undefined;
  }

  #end(job: ClaimedJob, state: 'completed' | 'failed', reason: string): boolean {
    const row = this.#held(job);
    if (row === undefined) return false;
    row.state = state;
    row.worker = undefined;
    row.reason = toStorable(reason);
    row.endedAtMs = this.database.nowMs;
    return true;
  }
}

/** The row of a new job. @throws Fault `invalid-text` for a payload that cannot be stored. */
export function newJobRow(database: SimDatabase, tenantId: string, job: NewJob): JobRow {
  const { delayMs = 0, headStartMs = 0, key, payload, queue } = job;
  return {
    jobId: String(database.draw()),
    ...{ tenantId, queue, key, headStartMs },
    payloadText: storedText(payload),
    dueAtMs: database.nowMs + delayMs,
    rankAtMs: database.nowMs + delayMs - headStartMs,
    attempt: 0,
    claimToken: 0,
    worker: undefined,
    state: 'open',
    reason: '',
    endedAtMs: 0,
  };
}

/** A key is known once for ever. */
export function insertJob(database: SimDatabase, row: JobRow): void {
  const key = jobKey(row);
  if (!database.jobs.has(key)) database.jobs.set(key, row);
}

function jobKey({ key, queue, tenantId }: Pick<JobRow, 'tenantId' | 'queue' | 'key'>): string {
  return `${tenantId}|${queue}|${key}`;
}

function toClaimed({ attempt, claimToken, jobId, key, payloadText, queue, tenantId }: JobRow): ClaimedJob {
  return { jobId, tenantId, queue, key, payload: parsed(payloadText), attempt, claimToken };
}
