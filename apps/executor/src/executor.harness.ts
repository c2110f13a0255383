import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  eventTypeOf,
  type AppliedUnit,
  type FactOf,
  type Failure,
  type Plan,
  type PlannedChange,
  type PlanUnit,
  type Priority,
} from '@caisson/contracts';
import type { EngineRegistry } from '@caisson/engine';
import { NO_STREAM, type NewEvent, type StreamRef } from '@caisson/event-sourcing';
import type { OpenedEventStore } from '@caisson/event-store-postgres';
import { EXECUTION_LIMITS, type ExecutionLimits } from '@caisson/execution';
import { digestOf, type JsonObject } from '@caisson/kernel';
import { createLogger, Metrics } from '@caisson/observability';
import {
  Health,
  openFoundation,
  readSettings,
  Shutdown,
  startService,
  type Foundation,
  type RunningService,
  type ServiceDefinition,
} from '@caisson/service';
import { eventually, freePort, newContext } from '@caisson/testing';
import { ExecutorModule } from './executor.module.js';
import { EXECUTOR_MIGRATIONS, executorService } from './index.js';
import { ExecutorSettings } from './settings.js';

/** Limits that let a test see the end of a wait. */
export const QUICK: ExecutionLimits = {
  ...EXECUTION_LIMITS,
  leaseMs: 1_500,
  leaseWaitMs: 5_000,
  settleWithinMs: 200,
  lookEveryMs: 50,
  refreshEveryMs: 500,
};

/** Tools take their time, and retries theirs. */
const ENDING_MS_MAX = 90_000;

/** An executor that runs. */
export type RunningExecutor = Foundation & { stop(): Promise<void> };

/** One executor as a process would run it, on engines of the test's own. */
export async function startExecutor(
  databaseUrl: string,
  engines: EngineRegistry,
  settings: Readonly<Record<string, string>> = {},
): Promise<RunningExecutor> {
  const artifacts = { put: async () => ({ id: '', digest: '' }), get: async () => undefined };
  const runners = { register: async () => undefined, forget: async () => undefined, olderThan: async () => [] };
  const parts = { registry: engines, artifacts, runners };
  const module = (frame: Parameters<typeof ExecutorModule.register>[0]) => ExecutorModule.register(frame, parts, QUICK);
  const place = { port: 1, encryptionKey: `test:${randomBytes(32).toString('base64')}`, dataDir: tmpdir() };
  const { executor } = await start({ ...executorService, module }, databaseUrl, { ...place, settings });
  return executor;
}

/** Where an executor keeps what others share with it. */
export interface ExecutorPlace {
  /** More variables of its environment. */
  readonly settings?: Readonly<Record<string, string>>;
  readonly port: number;
  readonly encryptionKey: string;
  readonly dataDir: string;
}

/** A place of its own for executors that follow one another, and for a planner beside them. */
export async function newPlace(): Promise<ExecutorPlace> {
  const encryptionKey = `test:${randomBytes(32).toString('base64')}`;
  return { port: await freePort(), encryptionKey, dataDir: await mkdtemp(join(tmpdir(), 'caisson-executor-')) };
}

/** One executor with its own engines, Terraform's state backend included. */
export async function startWholeExecutor(
  databaseUrl: string,
  place: ExecutorPlace,
  definition: ServiceDefinition<typeof ExecutorSettings> = executorService,
): Promise<RunningExecutor> {
  const { executor, service } = await start(definition, databaseUrl, place);
  await service.fastify.listen({ host: '127.0.0.1', port: place.port });
  return executor;
}

async function start(
  definition: ServiceDefinition<typeof ExecutorSettings>,
  databaseUrl: string,
  place: ExecutorPlace,
): Promise<{ readonly executor: RunningExecutor; readonly service: RunningService }> {
  const appUrl = new URL(databaseUrl);
  [appUrl.username, appUrl.password] = ['executor_test', 'app'];
  const log = createLogger({ service: 'executor', level: 'silent' });
  const settings = readSettings(ExecutorSettings, {
    CAISSON_DATABASE_URL: appUrl.href,
    CAISSON_DATABASE_OWNER_URL: databaseUrl,
    CAISSON_ENCRYPTION_KEY: place.encryptionKey,
    CAISSON_DATA_DIR: place.dataDir,
    CAISSON_STATE_BACKEND_URL: `http://127.0.0.1:${place.port}`,
    CAISSON_EXECUTOR_DRAIN_SECONDS: '1',
    ...place.settings,
  });
  const around = { log, metrics: new Metrics(false), health: new Health(), shutdown: new Shutdown(log) };
  const foundation = await openFoundation({ ...around, settings, migrations: EXECUTOR_MIGRATIONS });
  const service = await startService(definition, { ...around, settings, foundation, onFatal: () => undefined });
  return { executor: { ...foundation, stop: () => around.shutdown.run() }, service };
}

/** Waits for a fact about an execution, such as its end, and gives its data. */
export function ending(
  { consumers }: Pick<OpenedEventStore, 'consumers'>,
  { execution }: StoryTeller,
  fact: FactOf<'execution'>,
) {
  const types = new Set([eventTypeOf('execution', fact)]);
  return eventually(
    `the fact ${fact}`,
    async () => {
      const [found] = await consumers.readStream(execution, 0, { types });
      return found?.data as { applied: AppliedUnit[]; failure: Failure } | undefined;
    },
    ENDING_MS_MAX,
  );
}

/** A deployment as its API would write it: only the facts that the executor reacts to. */
export class StoryTeller {
  readonly tenantId: string;
  readonly deploymentId: string;
  readonly runId = randomUUID();
  readonly correlationId = randomUUID();
  priority: Priority = 'normal';
  /** What stands before the run. */
  applied: readonly AppliedUnit[] = [];
  readonly #events: OpenedEventStore['events'];
  #head = NO_STREAM;

  constructor(
    events: OpenedEventStore['events'],
    tenantId: string = randomUUID(),
    deploymentId: string = randomUUID(),
  ) {
    this.tenantId = tenantId;
    this.deploymentId = deploymentId;
    this.#events = events;
  }

  /** The next run of the same deployment. */
  next(): StoryTeller {
    const next = new StoryTeller(this.#events, this.tenantId, this.deploymentId);
    next.#head = this.#head;
    return next;
  }

  /** Records a plan and asks for its execution. */
  async startRun(
    units: readonly PlanUnit[],
    onFailure: 'rollback' | 'keep' = 'rollback',
    changes: readonly PlannedChange[] = [],
  ): Promise<void> {
    const { deploymentId, runId } = this;
    const plan = this.#plan(units, changes);
    const stream = { tenantId: this.tenantId, streamId: `plan-${runId}` };
    const data = { deploymentId, runId, round: 1, plan };
    const publicForm = { type: eventTypeOf('planning', 'plan-computed') };
    const events = [{ type: 'PlanComputed', schemaVersion: 1, data, publicForm }];
    await this.#events.append({ stream, expected: NO_STREAM, context: this.#context(), events });
    const started = {
      kind: 'create',
      planDigest: plan.digest,
      onFailure,
      priority: this.priority,
      applied: this.applied,
    };
    await this.say('run-started', started);
  }

  /** Records a fact about the run in the deployment's stream. */
  async say(fact: 'run-started' | 'run-cancelling' | 'run-rollback-started', more: object): Promise<void> {
    const { deploymentId, runId } = this;
    const publicForm = { type: eventTypeOf('deployment', fact) };
    const event: NewEvent = { type: fact, schemaVersion: 1, data: { deploymentId, runId, ...more }, publicForm };
    const stream = { tenantId: this.tenantId, streamId: `deployment-${deploymentId}` };
    const result = await this.#events.append({
      ...{ stream, expected: this.#head, context: this.#context() },
      events: [event],
    });
    if (result.outcome !== 'appended') throw new Error(`the fact was not recorded: ${result.outcome}`);
    this.#head = result.head;
  }

  /** The stream of the run's execution. */
  get execution(): StreamRef {
    return { tenantId: this.tenantId, streamId: `execution-${this.runId}` };
  }

  #context() {
    return newContext({ service: 'api', correlationId: this.correlationId });
  }

  #plan(units: readonly PlanUnit[], changes: readonly PlannedChange[]): Plan {
    const edges = units.flatMap(({ unitId, dependsOn }) => dependsOn.map((from): [string, string] => [from, unitId]));
    const content = {
      ...{ runId: this.runId, deploymentId: this.deploymentId, kind: 'create', units: [...units], edges },
      ...{ waves: [], changes: [...changes], policy: [], irreversible: [], inputs: {}, outputs: {} },
      cost: { currency: 'EUR', before: 0, after: 0, delta: 0, perUnit: [] },
      duration: { sumMs: 0, criticalPathMs: 0 },
      risk: { level: 'low' as const, score: 0, reasons: [] },
    };
    return { ...content, digest: digestOf(content) };
  }
}

/** A unit of the table world, to be created. */
export function unit(unitId: string, properties: JsonObject = {}, dependsOn: string[] = []): PlanUnit {
  const facts = { action: 'create' as const, dependsOn, estimatedMs: 10, costPerMonth: 0 };
  const resource = { address: unitId, type: 'server', properties, checks: [], ...facts };
  return { unitId, engine: 'sandbox', provider: 'sandbox', ...facts, resources: [resource] };
}

/** The same unit, of another engine. */
export function unitOn(
  { engine, type }: { readonly engine: string; readonly type: string },
  { resources, ...rest }: PlanUnit,
): PlanUnit {
  return { ...rest, engine, provider: engine, resources: resources.map((resource) => ({ ...resource, type })) };
}
