import type { PublicEvent } from '@caisson/contracts';
import type { ArtifactStore, EngineRegistry } from '@caisson/engine';
import { JobWorker, type ClaimedJob, type JobControl, type JobVerdict } from '@caisson/event-sourcing';
import { withStory } from '@caisson/observability';
import { BuiltInPlanner, ComputePlan, PLANNING_ATTEMPTS_MAX, PLANNING_QUEUE } from '@caisson/planning';
import type { BackgroundLoop, ServiceFrame } from '@caisson/service';
import type { PlannerSettings } from '../settings.js';
import { planningObserver } from './planning-observer.js';

/** A claim that is not renewed for so long belongs to the next worker. */
const LEASE_MS = 15_000;

/** The look for due jobs beside wake-ups. */
const POLL_MS = 1_000;

/** Planning only reads, so a stopping service does not wait long for it: another one takes it up. */
const DRAIN_MS = 2_000;

/** Failures of the queue in a row from which on the service says that it is not ready. */
const QUEUE_FAILURES_MAX = 3;

/** The engines of this installation, and where what they saved is kept. */
export interface PlanningEngines {
  readonly registry: EngineRegistry;
  readonly artifacts: ArtifactStore;
}

/** The loop that computes the plans that runs asked for. */
export function planWorker(frame: ServiceFrame<PlannerSettings>, engines: PlanningEngines): BackgroundLoop {
  const { clock, holder, jobs, locks, log, metrics, runtime, settings, wakeups } = frame;
  const observer = planningObserver(log, metrics);
  const planner = new BuiltInPlanner({ engines: engines.registry, artifacts: engines.artifacts, clock, observer });
  const computePlan = new ComputePlan({ runtime, locks, observer }, planner);
  const worker = new JobWorker({
    queue: PLANNING_QUEUE,
    worker: holder,
    jobs,
    wakeups,
    clock,
    concurrencyMax: settings.plannerPlansMax,
    leaseMs: LEASE_MS,
    pollMs: POLL_MS,
    attemptsMax: PLANNING_ATTEMPTS_MAX,
    drainMs: DRAIN_MS,
    handle: (job, control) => handle(computePlan, job, control),
    observer: {
      jobEnded: (job, outcome, detail) => {
        if (outcome === 'done') return;
        log.warn({ planning: job.key, outcome, attempt: job.attempt, error: detail }, 'a planning did not end');
      },
      queueFailed: (error) => log.warn({ error }, 'the planning queue could not be asked; trying again'),
    },
  });
  return {
    start: () => worker.start(),
    stop: () => worker.stop(),
    status: () => ({ ready: worker.failures < QUEUE_FAILURES_MAX, alive: true }),
  };
}

async function handle(computePlan: ComputePlan, job: ClaimedJob, control: JobControl): Promise<JobVerdict> {
  const event = job.payload as unknown as PublicEvent;
  await withStory({ correlationId: event.correlationId, causationId: event.id }, () =>
    computePlan.execute({ event, attempt: job.attempt, signal: control.signal }),
  );
  return { outcome: 'done' };
}
