import { JobWorker, type ClaimedJob, type JobControl, type JobVerdict } from '@caisson/event-sourcing';
import { EXECUTION_CONTROL_QUEUE, EXECUTION_QUEUE, workOffJob, type ExecutionPorts } from '@caisson/execution';
import { withStory } from '@caisson/observability';
import type { BackgroundLoop, ServiceFrame } from '@caisson/service';
import type { ExecutorSettings } from '../settings.js';

/** A claim that is not renewed for so long belongs to the next worker. */
const LEASE_MS = 15_000;

/** The look for due jobs beside wake-ups. */
const POLL_MS = 5_000;

/** A run that fails for a reason unknown to us is ended as failed at this try. */
const ATTEMPTS_MAX = 10;

/** Cancels are one append each. */
const CANCELS_AT_ONCE_MAX = 8;

/** Failures of a queue in a row from which on the service says that it is not ready. */
const QUEUE_FAILURES_MAX = 3;

/** The loop that carries runs on. Stopping lets running tools go on for the drain time, then stops them. */
export function runWorker(frame: ServiceFrame<ExecutorSettings>, ports: ExecutionPorts): BackgroundLoop {
  const { executorRunsMax, executorDrainSeconds } = frame.settings;
  return workerOf(frame, ports, {
    queue: EXECUTION_QUEUE,
    concurrencyMax: executorRunsMax,
    drainMs: executorDrainSeconds * 1000,
  });
}

/** The loop that hands cancels on to whoever carries the run. */
export function cancelWorker(frame: ServiceFrame<ExecutorSettings>, ports: ExecutionPorts): BackgroundLoop {
  return workerOf(frame, ports, {
    queue: EXECUTION_CONTROL_QUEUE,
    concurrencyMax: CANCELS_AT_ONCE_MAX,
    drainMs: 1_000,
  });
}

function workerOf(
  frame: ServiceFrame<ExecutorSettings>,
  ports: ExecutionPorts,
  pace: { readonly queue: string; readonly concurrencyMax: number; readonly drainMs: number },
): BackgroundLoop {
  const { jobs, wakeups, clock, holder, log } = frame;
  const { queue } = pace;
  const ended = frame.metrics.counter('caisson_execution_jobs_total', 'Jobs of the executor by what came of them.', [
    'queue',
    'outcome',
  ]);
  const worker = new JobWorker({
    ...pace,
    worker: holder,
    jobs,
    wakeups,
    clock,
    leaseMs: LEASE_MS,
    pollMs: POLL_MS,
    attemptsMax: ATTEMPTS_MAX,
    handle: (job, control) => handle(ports, job, control),
    observer: {
      jobEnded: (job, outcome, error) => {
        ended.inc({ queue, outcome });
        const fields = { queue, job: job.key, outcome, attempt: job.attempt };
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

function handle(ports: ExecutionPorts, job: ClaimedJob, { draining, signal }: JobControl): Promise<JobVerdict> {
  return workOffJob(ports, job, { draining, signal, lastTry: job.attempt >= ATTEMPTS_MAX, within: withStory });
}
