import { JobWorker, type ClaimedJob, type JobControl, type JobVerdict } from '@caisson/event-sourcing';
import type { BackgroundLoop, ServiceFrame } from './service-definition.js';

/** A claim that is not renewed for so long belongs to the next worker. */
const LEASE_MS = 15_000;

/** The look for due jobs beside wake-ups. */
const POLL_MS = 5_000;

/** Failures of the queue in a row from which on the service says that it is not ready. */
const QUEUE_FAILURES_MAX = 3;

const MS_PER_S = 1000;

/** One queue and how a service works it off. */
export interface JobLoopOptions {
  readonly queue: string;
  /** Jobs handled at once. */
  readonly concurrencyMax: number;
  /** When all places are taken, so many more for tenants that have none of them. Default 0. */
  readonly reserveMax?: number;
  /** A job that fails for a reason unknown to us is given up after so many tries, and stays to be looked at. */
  readonly attemptsMax: number;
  /** How long a stopping service lets jobs go on before it aborts them. */
  readonly drainMs: number;
  /** Does the work. At least once: a second call may follow a crash. */
  handle(job: ClaimedJob, control: JobControl): Promise<JobVerdict>;
}

/** The loop that works off one queue. Counts `caisson_jobs_total` and logs each job that ended. */
export function jobLoop<Settings>(frame: ServiceFrame<Settings>, options: JobLoopOptions): BackgroundLoop {
  const { jobs, wakeups, clock, holder, log } = frame;
  const { queue } = options;
  const ended = frame.metrics.counter('caisson_jobs_total', 'Jobs by queue and by what came of them.', [
    'queue',
    'outcome',
  ]);
  const durations = frame.metrics.longDuration('caisson_job_duration_seconds', 'Time that a job was worked on.', [
    'queue',
  ]);
  const worker = new JobWorker({
    ...options,
    handle: async (job, control) => {
      const startedMs = clock.monotonicMs();
      try {
        return await options.handle(job, control);
      } finally {
        durations.observe({ queue }, (clock.monotonicMs() - startedMs) / MS_PER_S);
      }
    },
    worker: holder,
    jobs,
    wakeups,
    clock,
    leaseMs: LEASE_MS,
    pollMs: POLL_MS,
    observer: {
      jobEnded: (job, outcome, error) => {
        ended.inc({ queue, outcome });
        const fields = { queue, job: job.key, tenantId: job.tenantId, outcome, attempt: job.attempt };
        if (error === undefined) log.info(fields, 'a job has ended');
        else log.warn({ ...fields, error }, 'a job did not end');
      },
      queueFailed: (error) => log.warn({ queue, error }, 'a queue could not be asked; trying again'),
    },
  });
  return {
    start: () => worker.start(),
    stop: () => worker.stop(),
    status: () => ({ ready: worker.failures < QUEUE_FAILURES_MAX, alive: true }),
  };
}
