import type { PublicEvent } from '@caisson/contracts';
import type { ArtifactStore, EngineRegistry } from '@caisson/engine';
import type { ClaimedJob, JobControl, JobVerdict } from '@caisson/event-sourcing';
import { followCause } from '@caisson/observability';
import { ComputePlan, PLANNING_ATTEMPTS_MAX, PLANNING_QUEUE, StoredTables } from '@caisson/planning';
import { jobLoop, type BackgroundLoop, type ServiceFrame } from '@caisson/service';
import type { PlannerFactory } from '../load-planner.js';
import type { PlannerSettings } from '../settings.js';
import { planningObserver } from './planning-observer.js';

/** Planning only reads, so a stopping service does not wait long for it: another one takes it up. */
const DRAIN_MS = 2_000;

/** The engines of this installation, and where what they saved is kept. */
export interface PlanningEngines {
  readonly registry: EngineRegistry;
  readonly artifacts: ArtifactStore;
}

/** The loop that computes the plans that runs asked for. */
export function planWorker(
  frame: ServiceFrame<PlannerSettings>,
  engines: PlanningEngines,
  makePlanner: PlannerFactory,
): BackgroundLoop {
  const { clock, documents, locks, log, metrics, runtime, settings } = frame;
  const observer = planningObserver(log, metrics);
  const tables = new StoredTables(documents);
  const { artifacts, registry } = engines;
  const planner = makePlanner({ engines: registry, artifacts, tables, clock, observer });
  const computePlan = new ComputePlan({ runtime, locks, observer }, planner);
  return jobLoop(frame, {
    queue: PLANNING_QUEUE,
    concurrencyMax: settings.plannerPlansMax,
    attemptsMax: PLANNING_ATTEMPTS_MAX,
    drainMs: DRAIN_MS,
    handle: (job, control) => handle(computePlan, job, control),
  });
}

async function handle(computePlan: ComputePlan, job: ClaimedJob, control: JobControl): Promise<JobVerdict> {
  const event = job.payload as unknown as PublicEvent;
  await followCause(event, { name: 'plan' }, () =>
    computePlan.execute({ event, attempt: job.attempt, signal: control.signal }),
  );
  return { outcome: 'done' };
}
