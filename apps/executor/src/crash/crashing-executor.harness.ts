import { UseCredential } from '@caisson/tenancy';
import 'reflect-metadata';
import { registerStateBackend } from '@caisson/engine-terraform';
import { openEngines } from '@caisson/engines';
import type { ServiceDefinition } from '@caisson/service';
import { QUICK, startWholeExecutor, type ExecutorPlace, type RunningExecutor } from '../executor.harness.js';
import { ExecutorModule } from '../executor.module.js';
import { executorService, type ExecutorSettings } from '../index.js';
import {
  Crash,
  crashingEngine,
  crashingFetch,
  crashingJobs,
  crashingLocks,
  crashingRunners,
  crashingStore,
  withoutIntents,
  type Ablation,
  type CrashPoint,
} from './crash-points.harness.js';

/** Which executor is started and where it dies. */
export interface CrashingExecutor {
  readonly databaseUrl: string;
  readonly place: ExecutorPlace;
  /** The unit whose attempt is watched. */
  readonly unitId: string;
  readonly point?: CrashPoint;
  readonly ablation?: Ablation;
}

/** A whole executor, as it is but for the point where it dies and the safeguard that it lacks. */
export async function startCrashingExecutor(how: CrashingExecutor): Promise<RunningExecutor> {
  const { ablation, databaseUrl, place, point, unitId } = how;
  const crash = new Crash(point);
  if (point !== undefined || ablation !== undefined) globalThis.fetch = crashingFetch(crash, ablation);
  const definition: ServiceDefinition<typeof ExecutorSettings> = {
    ...executorService,
    module: async (frame) => {
      const engines = await openEngines({
        ...frame,
        environment: process.env,
        credentials: (sealer) => new UseCredential({ ...frame, sealer }),
      });
      frame.configureHttp((fastify) => registerStateBackend(fastify, engines.stateBackend));
      const store = crashingStore(frame.store, crash, unitId);
      const crashing = {
        ...frame,
        store: ablation === 'intent' ? withoutIntents(store) : store,
        locks: crashingLocks(frame.locks, crash, ablation),
        jobs: crashingJobs(frame.jobs, crash, QUICK.leaseMs),
      };
      const registry = new Map([...engines.registry].map(([name, it]) => [name, crashingEngine(it, crash, unitId)]));
      const runners = crashingRunners(engines.runners, crash, ablation);
      return ExecutorModule.register(crashing, { ...engines, registry, runners }, QUICK);
    },
  };
  return startWholeExecutor(databaseUrl, place, definition);
}
