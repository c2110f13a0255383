import type { GivenUpJob } from '@caisson/event-sourcing';
import { Fault } from '@caisson/kernel';
import { recordOrder, type Operator } from './orders.js';
import { printList } from './print-list.js';
import { withStore, type Surroundings, type Terminal } from './surroundings.js';

/** Prints the jobs that were given up, in one queue or in all, the oldest first. */
export async function listJobs(
  terminal: Terminal,
  options: { readonly queue?: string; readonly json?: boolean },
): Promise<void> {
  const filter = options.queue === undefined ? {} : { queue: options.queue };
  await printList(terminal, {
    first: (limit) => withStore(terminal, ({ recovery }) => recovery.givenUp({ ...filter, limit })),
    head: ['JOB', 'TENANT', 'QUEUE', 'KEY', 'TRIES', 'SINCE', 'REASON'],
    cellsOf,
    none: 'No job was given up.',
    narrowedBy: '--queue',
    json: options.json,
  });
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

function cellsOf({ attempt, endedAt, jobId, key, queue, reason, tenantId }: GivenUpJob): readonly string[] {
  return [jobId, tenantId, queue, key, String(attempt), endedAt, reason];
}
