import type { Plan } from '@caisson/contracts';
import type { Engine, ResourceState, UnitInput } from '@caisson/engine';
import { NO_STREAM, type AppendRequest, type EventStore } from '@caisson/event-sourcing';
import { migrate, openEventStore, type OpenedEventStore } from '@caisson/event-store-postgres';
import { EXECUTION_LIMITS, runExecution, Slots, type AskingEvent, type ExecutionPorts } from '@caisson/execution';
import { digestOf, type JsonObject } from '@caisson/kernel';
import { systemClock, systemRandom } from '@caisson/service';
import { queryOnce, type BenchServer } from '../harness/bench-server.js';
import type { OpenSide } from './append-sides.js';
import { timeTasks, type TaskLoad } from './p13-task-sides.js';
import { SAMPLE_DATA } from './sample-event.js';

const TENANT = 'acme';
const OUTPUTS = SAMPLE_DATA as JsonObject;
const NEVER = new AbortController().signal;

function statesOf({ resources }: UnitInput): readonly ResourceState[] {
  return resources.map(({ address }) => ({ address, outputs: OUTPUTS, expected: {} }));
}

/** An engine whose every call is done at once. */
const INSTANT_ENGINE: Engine = {
  name: 'bench',
  capabilities: () => Promise.resolve({ types: [], dryRun: false, resourcesPerUnitMax: 1, alone: [], version: '1' }),
  validate: () => Promise.resolve([]),
  plan: () => Promise.resolve({ action: 'create', resources: [], changes: [] }),
  apply: ({ unit }) => Promise.resolve({ resources: statesOf(unit), evidence: { exitCode: 0 } }),
  observe: (unit) => Promise.resolve({ outcome: 'observed', resources: statesOf(unit) }),
  destroy: () => Promise.resolve({}),
  health: () => Promise.resolve({ healthy: true }),
};

/**
 * Ours: one run of independent units, executed as the executor does: lease, fold, intents, evidence and results in the
 * stream, public facts in the outbox, read models, verification at the end.
 */
export async function ourTasksSide(server: BenchServer, name: string, load: TaskLoad): Promise<OpenSide> {
  const url = await server.createDatabase(`caisson_${load.atOnce}`);
  await migrate({ ownerUrl: url });
  const store = await openEventStore({ url });
  let run = 0;
  return {
    name,
    measure: async () => {
      run += 1;
      const event = await approvedRun(store, `run-${run}`, load.tasks);
      const figures = await timeTasks(server, load.tasks, async (took) => {
        const ports = portsOf(store, { ...load, took });
        const request = { event, draining: NEVER, signal: NEVER, lastTry: true };
        const verdict = await runExecution(ports, request);
        if (verdict.outcome !== 'done') throw new Error(`the execution ended with ${verdict.outcome}`);
      });
      await expectRecorded(url, `execution-run-${run}`, load.tasks);
      return figures;
    },
    close: () => store.close(),
  };
}

function portsOf(store: OpenedEventStore, load: TaskLoad & { readonly took: (ms: number) => void }): ExecutionPorts {
  return {
    store: watched(store.events, load.took),
    documents: store.documents,
    publicEvents: store.consumers,
    locks: store.locks,
    wakeups: store.wakeups,
    clock: systemClock,
    random: systemRandom,
    engines: new Map([[INSTANT_ENGINE.name, INSTANT_ENGINE]]),
    artifacts: {
      put: () => Promise.reject(new Error('nothing is dry-run here')),
      get: () => Promise.reject(new Error('nothing is dry-run here')),
    },
    oldRunners: { stop: () => Promise.resolve() },
    logs: { open: () => ({ add: () => undefined, flush: () => Promise.resolve() }) },
    checks: { status: () => Promise.resolve(200), connect: () => Promise.resolve(), run: () => Promise.resolve(0) },
    slots: new Slots({ total: load.atOnce, perTenant: load.atOnce, perRun: load.atOnce, perEngine: {} }, systemClock),
    limits: EXECUTION_LIMITS,
    observer: {
      attemptEnded: () => undefined,
      toolSaid: () => undefined,
      noticed: (what, detail) => process.stderr.write(`  ${what} ${JSON.stringify(detail)}\n`),
    },
    service: 'executor',
  };
}

/** A task's time runs from asking to record its intent to the answer that its result is recorded. */
function watched(events: EventStore, took: (ms: number) => void): EventStore {
  const begun = new Map<string, number>();
  const unitsOf = (request: AppendRequest, type: string): readonly string[] =>
    request.events.filter((event) => event.type === type).map((event) => (event.data as { unitId: string }).unitId);
  return {
    load: (request) => events.load(request),
    saveSnapshot: (stream, snapshot) => events.saveSnapshot(stream, snapshot),
    readAll: (after, limit) => events.readAll(after, limit),
    append: async (request) => {
      for (const unitId of unitsOf(request, 'TaskStarted')) begun.set(unitId, performance.now());
      const answer = await events.append(request);
      const now = performance.now();
      for (const unitId of unitsOf(request, 'TaskSucceeded')) took(now - (begun.get(unitId) ?? Number.NaN));
      return answer;
    },
  };
}

/** Records a plan as the planner would, and gives the fact that asks to execute it. */
async function approvedRun(store: OpenedEventStore, runId: string, tasks: number): Promise<AskingEvent> {
  const deploymentId = `deployment-of-${runId}`;
  const plan = planOf({ deploymentId, runId, tasks });
  const answer = await store.events.append({
    stream: { tenantId: TENANT, streamId: `plan-${runId}` },
    expected: NO_STREAM,
    context: {
      correlationId: runId,
      causationId: runId,
      actor: 'service:planner',
      commandId: runId,
      occurredAt: systemClock.now(),
      service: 'planner',
    },
    events: [
      {
        type: 'PlanComputed',
        schemaVersion: 1,
        data: { deploymentId, runId, round: 1, plan },
        publicForm: { type: 'caisson.planning.plan-computed.v1' },
      },
    ],
  });
  if (answer.outcome !== 'appended') throw new Error(`the plan was answered with ${answer.outcome}`);
  return {
    id: `${runId}-started`,
    type: 'caisson.deployment.run-started.v1',
    source: '/caisson/api',
    subject: `deployment-${deploymentId}`,
    time: systemClock.now(),
    tenantId: TENANT,
    correlationId: runId,
    causationId: runId,
    actor: 'service:api',
    sequence: 1,
    fact: 'run-started',
    data: {
      ...{ deploymentId, runId, kind: 'create', planDigest: plan.digest, onFailure: 'keep' },
      ...{ priority: 'normal', applied: [] },
    },
  };
}

const TASK = { action: 'create' as const, dependsOn: [], estimatedMs: 1, costPerMonth: 0 };

function planOf(of: { readonly deploymentId: string; readonly runId: string; readonly tasks: number }): Plan {
  const ids = Array.from({ length: of.tasks }, (_, index) => `unit-${index}`);
  const unitOf = (unitId: string): Plan['units'][number] => ({
    unitId,
    engine: INSTANT_ENGINE.name,
    provider: INSTANT_ENGINE.name,
    ...TASK,
    resources: [{ address: unitId, type: 'task', properties: { size: 1 }, checks: [], ...TASK }],
  });
  const content: Omit<Plan, 'digest'> = {
    runId: of.runId,
    deploymentId: of.deploymentId,
    kind: 'create',
    units: ids.map(unitOf),
    edges: [],
    waves: [ids],
    changes: [],
    cost: { currency: 'EUR', before: 0, after: 0, delta: 0, perUnit: [] },
    duration: { sumMs: of.tasks, criticalPathMs: 1 },
    risk: { level: 'low', score: 0, reasons: [] },
    policy: [],
    irreversible: [],
    inputs: {},
    outputs: {},
  };
  return { digest: digestOf(content), ...content };
}

/** Each task has an intent before its result, and evidence with it. */
async function expectRecorded(url: string, streamId: string, tasks: number): Promise<void> {
  const [row] = await queryOnce<{ complete: string }>(
    url,
    `select count(*) as complete
       from event intent join event result on result.stream_id = intent.stream_id and result.type = 'TaskSucceeded'
         and result.data->>'unitId' = intent.data->>'unitId' and result.version > intent.version
       where intent.stream_id = '${streamId}' and intent.type = 'TaskStarted' and result.data->'evidence' is not null`,
  );
  if (Number(row?.complete) !== tasks) throw new Error(`${row?.complete ?? '0'} of ${tasks} tasks are recorded whole`);
}
