import { EXECUTION_CONTROL_QUEUE, EXECUTION_QUEUE, workOffJob, type ExecutionPorts } from '@caisson/execution';
import { followCause } from '@caisson/observability';
import { jobLoop, type BackgroundLoop, type ServiceFrame } from '@caisson/service';
import type { ExecutorSettings } from '../settings.js';

/** A run that fails for a reason unknown to us is ended as failed at this try. */
const ATTEMPTS_MAX = 10;

/** Cancels are one append each. */
const CANCELS_AT_ONCE_MAX = 8;

/** The loop that carries runs on. Stopping lets running tools go on for the drain time, then stops them. */
export function runWorker(frame: ServiceFrame<ExecutorSettings>, ports: ExecutionPorts): BackgroundLoop {
  const { executorDrainSeconds, executorRunsMax, executorRunsReserveMax } = frame.settings;
  return workerOf(frame, ports, {
    queue: EXECUTION_QUEUE,
    concurrencyMax: executorRunsMax,
    reserveMax: executorRunsReserveMax,
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
  pace: {
    readonly queue: string;
    readonly concurrencyMax: number;
    readonly reserveMax?: number;
    readonly drainMs: number;
  },
): BackgroundLoop {
  return jobLoop(frame, {
    ...pace,
    attemptsMax: ATTEMPTS_MAX,
    handle: (job, { draining, signal }) =>
      workOffJob(ports, job, {
        draining,
        signal,
        lastTry: job.attempt >= ATTEMPTS_MAX,
        within: (cause, work) => followCause(cause, { name: `execute ${pace.queue}` }, work),
      }),
  });
}
