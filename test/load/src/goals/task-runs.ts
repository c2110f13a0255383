import type { Plan } from '@caisson/contracts';
import { NO_STREAM } from '@caisson/event-sourcing';
import type { OpenedEventStore } from '@caisson/event-store-postgres';
import type { AskingEvent } from '@caisson/execution';
import { digestOf } from '@caisson/kernel';
import { systemClock } from '@caisson/service';

/** Whose runs are benchmarked. */
export const TASK_TENANT = 'acme';

/** The engine that plans of benchmarks name. */
export const TASK_ENGINE = 'bench';

/** A run to be executed: its units in waves. */
export interface TaskRun {
  readonly runId: string;
  /** Tasks of each wave. In all but the last, one of them waits for the others, and the next wave waits for it. */
  readonly waves: readonly number[];
}

type Edges = readonly (readonly [before: string, after: string])[];

/** Where the plan of a run is recorded and what it says. */
export interface ApprovedRun {
  readonly event: AskingEvent;
  /** Which unit comes before which. */
  readonly edges: Edges;
}

/** Records a plan as the planner would, and gives the fact that asks to execute it. It is not recorded. */
export async function approvedRun(store: OpenedEventStore, run: TaskRun): Promise<ApprovedRun> {
  const { runId } = run;
  const deploymentId = `of-${runId}`;
  const plan = planOf(run, deploymentId);
  const answer = await store.events.append({
    stream: { tenantId: TASK_TENANT, streamId: `plan-${runId}` },
    expected: NO_STREAM,
    context: contextOf(runId, 'planner'),
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
  return { event: askingEvent(runId, deploymentId, plan.digest), edges: plan.edges };
}

/** Records the asking fact too, as the API would, and gives it. */
export async function startedRun(store: OpenedEventStore, run: TaskRun): Promise<ApprovedRun> {
  const approved = await approvedRun(store, run);
  const { data, subject, type } = approved.event;
  const answer = await store.events.append({
    stream: { tenantId: TASK_TENANT, streamId: subject },
    expected: NO_STREAM,
    context: contextOf(`${run.runId}-started`, 'api'),
    events: [{ type: 'RunStarted', schemaVersion: 1, data, publicForm: { type } }],
  });
  if (answer.outcome !== 'appended') throw new Error(`the start was answered with ${answer.outcome}`);
  return approved;
}

function contextOf(id: string, service: string) {
  return {
    ...{ correlationId: id, causationId: id, commandId: id, service },
    actor: `service:${service}`,
    occurredAt: systemClock.now(),
  };
}

function askingEvent(runId: string, deploymentId: string, planDigest: string): AskingEvent {
  return {
    id: `${runId}-started`,
    type: 'caisson.deployment.run-started.v1',
    source: '/caisson/api',
    subject: `deployment-${deploymentId}`,
    time: systemClock.now(),
    tenantId: TASK_TENANT,
    correlationId: runId,
    causationId: runId,
    actor: 'service:api',
    sequence: 1,
    fact: 'run-started',
    data: {
      ...{ deploymentId, runId, kind: 'create', planDigest, onFailure: 'keep' },
      ...{ priority: 'normal', applied: [] },
    },
  };
}

function planOf({ runId, waves }: TaskRun, deploymentId: string): Plan {
  const idsOf = waves.map((tasks, wave) => Array.from({ length: tasks }, (_, index) => `unit-${wave}-${index}`));
  const units = idsOf.flatMap((ids, wave) => {
    const join = ids.length - 1;
    const gate = idsOf[wave - 1]?.at(-1);
    return ids.map((unitId, index) => {
      const isJoin = join > 0 && index === join && wave < waves.length - 1;
      return unitOf(unitId, isJoin ? ids.slice(0, join) : gate === undefined ? [] : [gate]);
    });
  });
  const edges = units.flatMap(({ unitId, dependsOn }) => dependsOn.map((from): [string, string] => [from, unitId]));
  const content: Omit<Plan, 'digest'> = {
    ...{ runId, deploymentId, kind: 'create', units, edges, waves: idsOf, changes: [] },
    cost: { currency: 'EUR', before: 0, after: 0, delta: 0, perUnit: [] },
    duration: { sumMs: units.length, criticalPathMs: 1 },
    risk: { level: 'low', score: 0, reasons: [] },
    ...{ policy: [], irreversible: [], inputs: {}, outputs: {} },
  };
  return { digest: digestOf(content), ...content };
}

function unitOf(unitId: string, dependsOn: string[]): Plan['units'][number] {
  const task = { action: 'create' as const, dependsOn, estimatedMs: 1, costPerMonth: 0 };
  return {
    ...{ unitId, engine: TASK_ENGINE, provider: TASK_ENGINE, ...task },
    resources: [{ address: unitId, type: 'task', properties: { size: 1 }, checks: [], ...task }],
  };
}
