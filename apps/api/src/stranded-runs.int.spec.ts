import { DesiredState, eventTypeOf, type AppliedUnit, type FactOf, type RunState } from '@caisson/contracts';
import {
  ApproveRun,
  CreateDeployment,
  EndStrandedRuns,
  readDeployment,
  ReactToFact,
  RetryRun,
  type Run,
} from '@caisson/deployment';
import { migrate, openEventStore, type OpenedEventStore } from '@caisson/event-store-postgres';
import { NO_STREAM } from '@caisson/event-sourcing';
import { digestOf, type Json } from '@caisson/kernel';
import { systemClock, systemIds } from '@caisson/service';
import { createTestDatabase, newAppend, newContext, type TestDatabase } from '@caisson/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const tenantId = 'acme';
const planDigest = digestOf('plan');
const applied: AppliedUnit[] = [
  { unitId: 'a', engine: 'sandbox', provider: 'sandbox', resources: [], dependsOn: [], runId: 'r' },
];

let database: TestDatabase;
let store: OpenedEventStore;
let ports: ConstructorParameters<typeof EndStrandedRuns>[0];

beforeAll(async () => {
  database = await createTestDatabase();
  await migrate({ ownerUrl: database.url });
  store = await openEventStore({ url: database.url });
  const runtime = { store: store.events, clock: systemClock, service: 'api' };
  ports = { runtime, ids: systemIds, ...store };
});
afterAll(async () => {
  await store.close();
  await database.drop();
});

const asked = () => ({ ...newContext(), tenantId });

type RunOfDeployment = Run & { readonly deploymentId: string };

async function planning(): Promise<RunOfDeployment> {
  const deploymentId = systemIds.next();
  const resources = [{ name: 'a', engine: 'sandbox', type: 'network' }];
  const desired = DesiredState.parse({ name: 'shop', resources });
  await new CreateDeployment(ports).execute({ deploymentId, desired, context: asked() });
  return { ...(await runOf(deploymentId)), deploymentId };
}

async function executing(): Promise<RunOfDeployment> {
  const run = await planning();
  const { deploymentId, runId } = run;
  await new ReactToFact(ports, store.documents).execute(
    factOf('planning', 'plan-computed', {
      subject: `plan-${runId}`,
      data: { deploymentId, runId, round: 1, plan: planOf(run) },
    }),
  );
  await new ApproveRun(ports).execute({ deploymentId, planDigest, context: asked() });
  return { ...(await runOf(deploymentId)), deploymentId };
}

function planOf({ deploymentId, runId }: RunOfDeployment): Json {
  const unit = {
    ...{ unitId: 'a', engine: 'sandbox', provider: 'sandbox', action: 'create', resources: [], dependsOn: [] },
    ...{ estimatedMs: 1, costPerMonth: 0 },
  };
  return {
    ...{
      digest: planDigest,
      runId,
      deploymentId,
      kind: 'create',
      units: [unit],
      edges: [],
      waves: [['a']],
      changes: [],
    },
    cost: { currency: 'USD', before: 0, after: 0, delta: 0, perUnit: [] },
    duration: { sumMs: 1, criticalPathMs: 1 },
    risk: { level: 'low', score: 0, reasons: [] },
    ...{ policy: [], irreversible: [], inputs: {}, outputs: {} },
  };
}

function factOf<C extends 'planning' | 'execution'>(
  context: C,
  fact: FactOf<C>,
  { data, subject }: { readonly data: Json; readonly subject: string },
) {
  return {
    ...{ id: systemIds.next(), type: eventTypeOf(context, fact), source: '/caisson/x', subject, tenantId, data },
    ...{ time: systemClock.now(), correlationId: 'c', causationId: 'x', actor: 'service:x', sequence: 1 },
  };
}

async function runOf(deploymentId: string): Promise<Run> {
  const { deployment } = await readDeployment(ports, { tenantId, deploymentId });
  return deployment!.run!;
}

/** What the executor has to say, as it lies in the store. */
async function says(runId: string, facts: readonly { fact: FactOf<'execution'>; data: Record<string, Json> }[]) {
  const stream = { tenantId, streamId: `execution-${runId}` };
  await store.events.append({
    stream,
    expected: NO_STREAM,
    context: newContext({ service: 'executor' }),
    events: facts.map(({ data, fact }) => ({
      ...{ type: fact, schemaVersion: 1, data },
      publicForm: { type: eventTypeOf('execution', fact) },
    })),
  });
}

function park(consumer: string, streamId: string, version: number): Promise<void> {
  const stream = { tenantId, streamId };
  return store.consumers.transact(consumer, [stream], async (transaction) => {
    transaction.park(stream, version, 'ZodError: desired is not what it was.');
  });
}

const look = () => new EndStrandedRuns(ports).execute();

async function versionOf(deploymentId: string, fact: string): Promise<number> {
  const events = await store.consumers.readStream({ tenantId, streamId: `deployment-${deploymentId}` }, 0);
  return events.findLast(({ type }) => type.includes(`.${fact}.`))!.sequence;
}

describe('a run that waits for an answer that cannot come', () => {
  it('fails by name when the planner set its request aside, and again when retried before the release', async () => {
    const run = await planning();
    const streamId = `deployment-${run.deploymentId}`;
    await park('planner', streamId, await versionOf(run.deploymentId, 'run-planning-started'));
    await look();
    const failed = await runOf(run.deploymentId);
    expect(failed).toMatchObject({ state: 'failed', failure: { code: 'fact-parked' } });
    expect(failed.failure?.message).toContain(`The planner could not handle fact`);
    expect(failed.failure?.message).toContain(`${streamId} and set the stream aside: ZodError: desired is not`);
    await new RetryRun(ports).execute({ deploymentId: run.deploymentId, context: asked() });
    expect((await runOf(run.deploymentId)).state).toBe<RunState>('planning');
    await look();
    expect((await runOf(run.deploymentId)).state).toBe<RunState>('failed');
    expect(await look()).toEqual([]);
  });

  it('fails when its plan cannot be taken over', async () => {
    const run = await planning();
    await park('api', `plan-${run.runId}`, 1);
    await look();
    expect(await runOf(run.deploymentId)).toMatchObject({ state: 'failed', failure: { code: 'fact-parked' } });
  });

  it('fails when the executor never heard that it was started', async () => {
    const run = await executing();
    expect(run.state).toBe<RunState>('executing');
    await park('executor', `deployment-${run.deploymentId}`, await versionOf(run.deploymentId, 'run-started'));
    await look();
    expect(await runOf(run.deploymentId)).toMatchObject({ state: 'failed', failure: { code: 'fact-parked' } });
  });

  it('fails with what is applied when the end of its execution cannot be taken over', async () => {
    const run = await executing();
    const inRun = { deploymentId: run.deploymentId, runId: run.runId };
    await says(run.runId, [
      { fact: 'execution-applied', data: inRun },
      { fact: 'execution-verified', data: { ...inRun, applied: applied as unknown as Json, outputs: {} } },
    ]);
    await park('api', `execution-${run.runId}`, 1);
    await look();
    const { deployment } = await readDeployment(ports, { tenantId, deploymentId: run.deploymentId });
    expect(deployment).toMatchObject({ applied, run: { state: 'failed', failure: { code: 'fact-parked' } } });
  });
});

/** A worker gives up what the newest fact of that name asked for. */
async function giveUp(queue: string, run: RunOfDeployment, fact: string): Promise<void> {
  const stream = { tenantId, streamId: `deployment-${run.deploymentId}` };
  const sequence = await versionOf(run.deploymentId, fact);
  await store.consumers.transact(`worker of ${run.runId}`, [stream], async (transaction) => {
    const payload = { streamId: stream.streamId, version: sequence };
    transaction.enqueue(stream, { queue, key: `${run.runId}/${sequence}`, payload });
  });
  const [job] = await store.jobs.claim({ queue, worker: 'w', limit: 1, leaseMs: 60_000 });
  await store.jobs.fail(job!, 'plan-1 holds an event that nobody can read');
}

async function tasksInFlight(): Promise<number> {
  return (await store.quotas.read(tenantId)).find(({ name }) => name === 'tasks-in-flight')?.used ?? 0;
}

describe('a run whose work was given up', () => {
  it('fails by name, once: it can be retried', async () => {
    const run = await planning();
    await giveUp('planning', run, 'run-planning-started');
    await look();
    const failed = await runOf(run.deploymentId);
    expect(failed).toMatchObject({ state: 'failed', failure: { code: 'request-abandoned' } });
    expect(failed.failure?.message).toMatch(
      /^The planner gave up what fact \d+ of deployment-.* asks for: plan-1 holds/,
    );
    await new RetryRun(ports).execute({ deploymentId: run.deploymentId, context: asked() });
    expect(await look()).toEqual([]);
    expect((await runOf(run.deploymentId)).state).toBe<RunState>('planning');
  });

  it('fails while it waits for the executor, and holds no room for tasks any more', async () => {
    const run = await executing();
    await store.events.append({
      ...newAppend({ stream: { tenantId, streamId: `execution-${run.runId}` } }),
      holds: [{ quota: 'tasks-in-flight', amount: 2, claims: true }],
    });
    await giveUp('execution', run, 'run-started');
    expect(await tasksInFlight()).toBe(2);
    await look();
    expect(await tasksInFlight()).toBe(0);
    expect(await runOf(run.deploymentId)).toMatchObject({ state: 'failed', failure: { code: 'request-abandoned' } });
  });
});

describe('a run that does not wait for what is parked', () => {
  it('goes on while its execution may still change the world', async () => {
    const run = await executing();
    await says(run.runId, [{ fact: 'execution-applied', data: { deploymentId: run.deploymentId, runId: run.runId } }]);
    await park('api', `execution-${run.runId}`, 1);
    await look();
    expect((await runOf(run.deploymentId)).state).toBe<RunState>('executing');
  });

  it('goes on when its request was heard before', async () => {
    const run = await executing();
    await park('executor', `deployment-${run.deploymentId}`, (await versionOf(run.deploymentId, 'run-started')) + 1);
    await park('planner', `deployment-${run.deploymentId}`, 1);
    await look();
    expect((await runOf(run.deploymentId)).state).toBe<RunState>('executing');
  });
});
