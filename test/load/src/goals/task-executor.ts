import type { Engine } from '@caisson/engine';
import { JobWorker } from '@caisson/event-sourcing';
import type { OpenedEventStore } from '@caisson/event-store-postgres';
import { EXECUTION_QUEUE, jobFor, workOffJob } from '@caisson/execution';
import { systemClock } from '@caisson/service';
import { taskPorts } from './task-ports.js';
import { TASK_TENANT, type ApprovedRun } from './task-runs.js';

/** As a service has them. */
const [LEASE_MS, POLL_MS, ATTEMPTS_MAX, DRAIN_MS] = [15_000, 5_000, 10, 8_000];

/** How many runs and tasks an executor carries. */
export interface ExecutorPlaces {
  readonly runs: number;
  readonly attempts: number;
  /** Hears what became of each run's job. Default: whatever is not done is shown. */
  ended?(outcome: string): void;
}

/** The executor's own loop over its queue, as its process runs it, on an engine of the benchmark's. */
export function startTaskExecutor(store: OpenedEventStore, engine: Engine, places: ExecutorPlaces): JobWorker {
  const ports = taskPorts(store, engine, places.attempts);
  const worker = new JobWorker({
    ...{ queue: EXECUTION_QUEUE, worker: store.identity, jobs: store.jobs, wakeups: store.wakeups },
    ...{ clock: systemClock, concurrencyMax: places.runs },
    ...{ leaseMs: LEASE_MS, pollMs: POLL_MS, attemptsMax: ATTEMPTS_MAX, drainMs: DRAIN_MS },
    handle: (job, control) => workOffJob(ports, job, { ...control, lastTry: job.attempt >= ATTEMPTS_MAX }),
    observer: {
      jobEnded: (job, outcome, detail) => {
        if (places.ended !== undefined) places.ended(outcome);
        else if (outcome !== 'done') process.stderr.write(`  ${job.key} ${outcome} ${String(detail)}\n`);
      },
      queueFailed: (error) => process.stderr.write(`  the queue could not be asked: ${String(error)}\n`),
    },
  });
  worker.start();
  return worker;
}

/** Puts recorded runs into the executor's queue, as its consumer does when it hears of them. */
export async function enqueueRuns(store: OpenedEventStore, runs: readonly ApprovedRun[]): Promise<void> {
  const streams = runs.map(({ event }) => ({ tenantId: TASK_TENANT, streamId: event.subject }));
  await store.consumers.transact('executor', streams, (transaction) => {
    for (const [index, { event }] of runs.entries()) {
      const [stream, job] = [streams[index], jobFor(event)];
      if (stream === undefined || job === undefined) throw new Error(`${event.subject} asks for no work`);
      transaction.enqueue(stream, job);
    }
    return Promise.resolve();
  });
  store.wakeups.wake(`jobs-${EXECUTION_QUEUE}`);
}
