import type { GivenUpJob } from '@caisson/event-sourcing';
import { Fault } from '@caisson/kernel';
import { recordOrder, type Operator } from './orders.js';
import { withStore, type Surroundings } from './surroundings.js';
import { textTable } from './text-table.js';

/** Jobs that are listed at once, the oldest first. */
const LISTED_MAX = 1_000;

/** Prints the jobs that were given up, in one queue or in all. */
export async function listJobs(
  surroundings: Surroundings,
  options: { readonly queue?: string; readonly json?: boolean },
): Promise<void> {
  const filter = options.queue === undefined ? {} : { queue: options.queue };
  const jobs = await withStore(surroundings, ({ recovery }) => recovery.givenUp({ ...filter, limit: LISTED_MAX }));
  if (options.json === true) surroundings.print(JSON.stringify(jobs));
  else if (jobs.length === 0) surroundings.print('No job was given up.');
  else surroundings.print(textTable(['JOB', 'TENANT', 'QUEUE', 'KEY', 'TRIES', 'SINCE', 'REASON'], jobs.map(rowOf)));
}

/** Opens a job again that was given up; the order is recorded with the operator's name. */
export async function reopenJob(surroundings: Surroundings, jobId: string, operator: Operator): Promise<void> {
  const story = await withStore(surroundings, async ({ events, recovery }) => {
    const job = await recovery.findGivenUp(jobId);
    if (job === undefined) {
      const text = `There is no job ${jobId} that was given up. See: caisson-admin jobs list`;
      throw new Fault('job-not-given-up', text, { retryable: false });
    }
    const { key, queue, reason, tenantId } = job;
    const stream = { tenantId, streamId: `recovery-${queue}` };
    const data = { jobId, queue, key, reason };
    const recorded = await recordOrder(events, { stream, type: 'JobReopenOrdered', data }, operator);
    await recovery.reopen(jobId);
    return recorded;
  });
  surroundings.print(`Job ${jobId} is open again; a worker takes it within seconds. Recorded as ${story}.`);
}

function rowOf({ attempt, endedAt, jobId, key, queue, reason, tenantId }: GivenUpJob): readonly string[] {
  return [jobId, tenantId, queue, key, String(attempt), endedAt, reason];
}
