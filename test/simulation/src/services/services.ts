import { CONTEXTS, eventTypesOf, topicOf, type FactsByContext, type PublicEvent } from '@caisson/contracts';
import {
  DEPLOYMENT_REACTS_TO,
  EndStrandedRuns,
  ReactToFact,
  RUN_START_QUEUE,
  StartWhenDue,
  type ApproveRunInput,
  type DeploymentHandled,
  type DeploymentPorts,
} from '@caisson/deployment';
import type { Engine } from '@caisson/engine';
import { WaitEngine } from '@caisson/engine-wait';
import {
  EventConsumer,
  JobWorker,
  SEQUENCED_CHANNEL,
  Sweep,
  SWEEP_DEFAULTS,
  type EventHandler,
  type JobControl,
  type JobVerdict,
  type ClaimedJob,
} from '@caisson/event-sourcing';
import {
  EXECUTION_CONTROL_QUEUE,
  EXECUTION_LIMITS,
  EXECUTION_QUEUE,
  EXECUTION_REACTS_TO,
  jobFor,
  Slots,
  StreamLooks,
  workOffJob,
  type ExecutionPorts,
  type OldRunners,
} from '@caisson/execution';
import {
  acceptPlanRequest,
  BuiltInPlanner,
  ComputePlan,
  PLANNING_ATTEMPTS_MAX,
  PLANNING_QUEUE,
  PLANNING_REACTS_TO,
  StoredTables,
} from '@caisson/planning';
import { SimEngine } from '../world/sim-engine.js';
import { SimOldRunners } from '../world/sim-old-runners.js';
import type { ApiDoor } from './api-door.js';
import { followTransport } from './follow-transport.js';
import type { Platform } from './platform.js';

const LEASE_MS = 15_000;
const POLL_MS = 5_000;
const ATTEMPTS_MAX = 10;
const DRAIN_MS = 3_000;
const NO_ARTIFACTS = { put: async () => ({ id: '', digest: '' }), get: async () => undefined };

/** A tool gets so long, so that a run with one that hangs ends within a simulated minute or two. */
const TASK_TIMEOUT_MS = 40_000;
const ABORT_GRACE_MS = 30_000;

/** What the services of a process are composed with besides its ports. */
export interface Composition {
  /** Puts something around the handlers of events. */
  readonly around: (service: string, handle: EventHandler) => EventHandler;
  readonly oldRunners: (own: OldRunners) => OldRunners;
  /** How an API takes an approval. */
  readonly approve: (api: Pick<ApiDoor, 'ports' | 'documents'>, input: ApproveRunInput) => Promise<DeploymentHandled>;
}

/** What the API does for callers, and what it does by itself. */
export function startApi(platform: Platform, composition: Composition): DeploymentPorts {
  const { clock, consumers, documents, events, ids, jobs, locks } = platform;
  const ports = { runtime: { store: events, clock, service: 'api' }, locks, ids };
  const react = new ReactToFact(ports, documents);
  follow(platform, composition, {
    service: 'api',
    facts: DEPLOYMENT_REACTS_TO,
    handle: async (event) => {
      await react.execute(event);
    },
  });
  const startWhenDue = new StartWhenDue(ports);
  workOff(platform, { queue: RUN_START_QUEUE, attemptsMax: ATTEMPTS_MAX }, (job) => startWhenDue.execute(job));
  void everyTenSeconds(platform, new EndStrandedRuns({ ...ports, documents, consumers, jobs }));
  return ports;
}

async function everyTenSeconds({ clock }: Platform, endStrandedRuns: EndStrandedRuns): Promise<void> {
  for (;;) {
    await clock.sleep(10_000);
    await endStrandedRuns.execute().catch(() => undefined); // The next look does the rest.
  }
}

/** The planner. */
export function startPlanner(platform: Platform, composition: Composition): void {
  const { clock, documents, events, locks } = platform;
  const observer = { toolSaid: () => undefined, engineCalled: () => undefined, planningEnded: () => undefined };
  const engines = enginesOf(platform);
  const tables = new StoredTables(documents);
  const planner = new BuiltInPlanner({ engines, artifacts: NO_ARTIFACTS, tables, clock, observer });
  const runtime = { store: events, clock, service: 'planner' };
  const computePlan = new ComputePlan({ runtime, locks, observer }, planner);
  follow(platform, composition, {
    service: 'planner',
    facts: PLANNING_REACTS_TO,
    handle: async (event, delivery) => {
      const job = acceptPlanRequest(event);
      if (job !== undefined) delivery.enqueue(job);
    },
  });
  workOff(platform, { queue: PLANNING_QUEUE, attemptsMax: PLANNING_ATTEMPTS_MAX }, async (job, { signal }) => {
    await computePlan.execute({ event: job.payload as unknown as PublicEvent, attempt: job.attempt, signal });
    return { outcome: 'done' };
  });
}

/** The executor. */
export function startExecutor(platform: Platform, composition: Composition): void {
  const ports = executionPorts(platform, composition);
  follow(platform, composition, {
    service: 'executor',
    facts: EXECUTION_REACTS_TO,
    handle: async (event, delivery) => {
      const job = jobFor(event);
      if (job !== undefined) delivery.enqueue(job);
    },
  });
  for (const queue of [EXECUTION_QUEUE, EXECUTION_CONTROL_QUEUE]) {
    workOff(platform, { queue, attemptsMax: ATTEMPTS_MAX }, (job, { draining, signal }) =>
      workOffJob(ports, job, { draining, signal, lastTry: job.attempt >= ATTEMPTS_MAX }),
    );
  }
}

function executionPorts(platform: Platform, composition: Composition): ExecutionPorts {
  const { clock, consumers, events, locks, process, random, surroundings, wakeups } = platform;
  const never = async (): Promise<never> => {
    throw new Error('no checks are asked for');
  };
  const ownRunners = new SimOldRunners(surroundings.world, process, EXECUTION_LIMITS.leaseMs);
  return {
    ...{ store: events, locks, wakeups, clock, random, publicEvents: consumers },
    looks: new StreamLooks(events, clock),
    engines: enginesOf(platform),
    artifacts: NO_ARTIFACTS,
    logs: { open: () => ({ add: () => undefined, flush: async () => undefined }) },
    oldRunners: composition.oldRunners(ownRunners),
    checks: { status: never, connect: never, run: never },
    slots: new Slots({ total: 8, perTenant: 4, perRun: 3, perEngine: {} }, clock),
    limits: { ...EXECUTION_LIMITS, taskTimeoutMsMin: TASK_TIMEOUT_MS, abortGraceMs: ABORT_GRACE_MS },
    observer: { attemptEnded: () => undefined, toolSaid: () => undefined, noticed: () => undefined },
    service: 'executor',
  };
}

function enginesOf({ clock, process, surroundings }: Platform): ReadonlyMap<string, Engine> {
  const waits = new WaitEngine(clock, { status: async () => 200 });
  return new Map([new SimEngine(surroundings.world, process), waits].map((engine) => [engine.name, engine]));
}

interface Follower {
  readonly service: string;
  readonly facts: FactsByContext;
  readonly handle: EventHandler;
}

/** Events by the transport with the sweep as safety net, or by the sweep alone. */
function follow(platform: Platform, composition: Composition, { facts, handle, service }: Follower): void {
  const { clock, consumers, process, stopping, stops, surroundings, wakeups } = platform;
  const topics = CONTEXTS.filter((context) => facts[context] !== undefined).map((context) => topicOf(context));
  const types = new Set(eventTypesOf(facts));
  const around = composition.around(service, handle);
  const consumer = new EventConsumer({ consumer: service, store: consumers, wakeups, clock, types, handle: around });
  const { transport } = surroundings;
  const pace = {
    ...SWEEP_DEFAULTS,
    ...(transport === undefined && { everyMs: 2_000, minAgeMs: 0 }),
  };
  const wake = (onWake: () => void): (() => void) => wakeups.listen(SEQUENCED_CHANNEL, onWake);
  const sweep = new Sweep({
    ...pace,
    ...{ consumer, store: consumers, topics, clock },
    ...(transport === undefined && { wake }),
  });
  const sweeping = sweep.run(stopping.signal);
  stops.push(() => sweeping);
  if (transport !== undefined) void followTransport({ process, transport, consumer, topics });
}

function workOff(
  { clock, jobs, process, stops, wakeups }: Platform,
  { attemptsMax, queue }: { readonly queue: string; readonly attemptsMax: number },
  handle: (job: ClaimedJob, control: JobControl) => Promise<JobVerdict>,
): void {
  const worker = process.identity;
  const pace = { concurrencyMax: 4, leaseMs: LEASE_MS, pollMs: POLL_MS, drainMs: DRAIN_MS, attemptsMax };
  const loop = new JobWorker({ ...pace, queue, worker, jobs, wakeups, clock, handle });
  loop.start();
  stops.push(() => loop.stop());
}
