import { DRIFT_QUEUE, RunScan } from '@caisson/drift';
import type { EngineRegistry } from '@caisson/engine';
import { JobWorker, type ClaimedJob, type JobControl, type JobVerdict } from '@caisson/event-sourcing';
import { withStory } from '@caisson/observability';
import type { BackgroundLoop, ServiceFrame } from '@caisson/service';
import type { DriftDetectorSettings } from '../settings.js';

/** A claim that is not renewed for so long belongs to the next worker. */
const LEASE_MS = 15_000;

/** The look for due jobs beside wake-ups. */
const POLL_MS = 1_000;

/** A scan that fails for a reason unknown to us is given up after so many tries, and stays to be looked at. */
const ATTEMPTS_MAX = 5;

/** Reading may be cut off at any time, so a stopping service does not wait long for it. */
const DRAIN_MS = 2_000;

/** Failures of the queue in a row from which on the service says that it is not ready. */
const QUEUE_FAILURES_MAX = 3;

/** The loop that runs requested scans. */
export function scanWorker(frame: ServiceFrame<DriftDetectorSettings>, engines: EngineRegistry): BackgroundLoop {
  const { jobs, wakeups, clock, holder, log, settings } = frame;
  const scans = frame.metrics.counter('caisson_drift_scans_total', 'Drift scans by what came of them.', ['outcome']);
  const runScan = new RunScan({
    runtime: frame.runtime,
    locks: frame.locks,
    engines,
    log: (line) => log.debug({ line }, 'a tool said'),
  });
  const worker = new JobWorker({
    queue: DRIFT_QUEUE,
    worker: holder,
    jobs,
    wakeups,
    clock,
    concurrencyMax: settings.driftScansMax,
    leaseMs: LEASE_MS,
    pollMs: POLL_MS,
    attemptsMax: ATTEMPTS_MAX,
    drainMs: DRAIN_MS,
    handle: (job, control) => handle(runScan, job, control),
    observer: {
      jobEnded: (job, outcome, detail) => {
        scans.inc({ outcome });
        if (outcome === 'done') log.info({ scanId: job.key, outcome }, 'a scan has ended');
        else log.warn({ scanId: job.key, outcome, attempt: job.attempt, error: detail }, 'a scan did not end');
      },
      queueFailed: (error) => log.warn({ error }, 'the drift queue could not be asked; trying again'),
    },
  });
  return {
    start: () => worker.start(),
    stop: () => worker.stop(),
    status: () => ({ ready: worker.failures < QUEUE_FAILURES_MAX, alive: true }),
  };
}

async function handle(runScan: RunScan, job: ClaimedJob, control: JobControl): Promise<JobVerdict> {
  const { correlationId, id } = job.payload as { readonly correlationId: string; readonly id: string };
  await withStory({ correlationId, causationId: id }, () => runScan.execute(job, control.signal));
  return { outcome: 'done' };
}
