import { PostgresAttemptLogs } from '@caisson/attempt-log-postgres';
import type { Engines } from '@caisson/engines';
import { EXECUTION_LIMITS, Slots, StreamLooks, type ExecutionLimits, type ExecutionPorts } from '@caisson/execution';
import type { ServiceFrame } from '@caisson/service';
import { Module, type DynamicModule } from '@nestjs/common';
import { RunRequestsConsumer } from './events/run-requests.consumer.js';
import { executionTelemetry } from './execution-telemetry.js';
import type { ExecutorSettings } from './settings.js';
import { cancelWorker, runWorker } from './worker/execution-workers.js';
import { checkWorldOf } from './world/check-world.js';
import { RegisteredRunners } from './world/registered-runners.js';

/** What of the engines the executor works with. */
type EnginesToUse = Pick<Engines, 'registry' | 'artifacts' | 'runners'>;

/** The executor: hears what is to be done and does it. The only place where its ports meet their adapters. */
@Module({})
export class ExecutorModule {
  /** Composes the service from its frame and the engines of this installation. */
  static register(
    frame: ServiceFrame<ExecutorSettings>,
    engines: EnginesToUse,
    limits: ExecutionLimits = EXECUTION_LIMITS,
  ): DynamicModule {
    const ports = executionPorts(frame, engines, limits);
    frame.runInBackground('executions', runWorker(frame, ports));
    frame.runInBackground('cancels', cancelWorker(frame, ports));
    return { module: ExecutorModule, controllers: [RunRequestsConsumer] };
  }
}

/** What killing a tool, looking whether all of it is gone and reading what it left may take on top of its grace. */
const KILL_MARGIN_MS = 30_000;

function executionPorts(
  frame: ServiceFrame<ExecutorSettings>,
  engines: EnginesToUse,
  given: ExecutionLimits,
): ExecutionPorts {
  const { store, consumers, locks, wakeups, clock, random, service, settings, log, metrics } = frame;
  const limits = {
    ...given,
    taskTimeoutMsMin: settings.executorTaskTimeoutSeconds * 1000,
    // An engine answers after its tool was killed: whoever gives up sooner does not know whether it still acts.
    abortGraceMs: settings.toolGraceSeconds * 1000 + KILL_MARGIN_MS,
  };
  const slotLimits = {
    total: settings.executorAttemptsMax,
    perTenant: settings.executorAttemptsPerTenantMax,
    perRun: settings.executorAttemptsPerRunMax,
    perEngine: { terraform: settings.executorTerraformMax, ...settings.executorAttemptsPerEngine },
  };
  const slots = new Slots(slotLimits, clock);
  return {
    looks: new StreamLooks(store, clock),
    ...{ store, publicEvents: consumers, locks, wakeups, clock, random, service, limits, slots },
    engines: engines.registry,
    artifacts: engines.artifacts,
    logs: new PostgresAttemptLogs(frame.database, clock, (error) => log.warn({ error }, 'lines of a log were lost')),
    oldRunners: new RegisteredRunners(engines.runners, clock, {
      leaseMs: limits.leaseMs,
      graceMs: settings.toolGraceSeconds * 1000,
    }),
    checks: checkWorldOf(settings),
    observer: executionTelemetry(log, metrics, slots),
  };
}
