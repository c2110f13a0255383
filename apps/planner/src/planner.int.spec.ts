import { randomBytes, randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { createInterface } from 'node:readline';
import { DesiredState, type DesiredStateInput, type Plan, type PublicEvent } from '@caisson/contracts';
import {
  ApproveRun,
  ChangeDesiredState,
  CreateDeployment,
  readDeployment,
  ReactToFact,
  RequestRunsForPush,
  RetryRun,
  type DeploymentPorts,
  type DeploymentView,
  type RunView,
} from '@caisson/deployment';
import { EngineFailure, type Engine, type EngineCall, type PlanRequest, type UnitPlan } from '@caisson/engine';
import { ENGINE_MIGRATIONS } from '@caisson/engines';
import type { CommandContext } from '@caisson/event-sourcing';
import { openEventStore } from '@caisson/event-store-postgres';
import { createLogger, Metrics } from '@caisson/observability';
import {
  acceptPlanRequest,
  BuiltInPlanner,
  ComputePlan,
  PLANNING_ATTEMPTS_MAX,
  StoredTables,
  type PlanView,
} from '@caisson/planning';
import {
  Health,
  openFoundation,
  readSettings,
  Shutdown,
  startService,
  systemClock,
  systemIds,
  type Foundation,
} from '@caisson/service';
import { createTestDatabase, eventually, startSourceProcess, type TestDatabase } from '@caisson/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { plannerService } from './index.js';
import { PlannerModule } from './planner.module.js';
import { PlannerSettings } from './settings.js';

const log = createLogger({ service: 'planner', level: 'silent' });
const tenantId = randomUUID();
let database: TestDatabase;
const running: { stop(): Promise<void> }[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((planner) => planner.stop()));
});
afterAll(() => database.drop());

type Planned = (request: PlanRequest, call: EngineCall) => Promise<UnitPlan> | UnitPlan;

/** An engine with one type whose dry runs the test writes. */
function engineOf(plan: Planned): Engine {
  const refuse = async (): Promise<never> => {
    throw new Error('a planner only plans');
  };
  return {
    name: 'fake',
    capabilities: async () => ({
      types: ['server'],
      dryRun: true,
      resourcesPerUnitMax: 1,
      alone: [],
      version: '1',
    }),
    validate: async () => [],
    plan: async (request, call) => plan(request, call),
    apply: refuse,
    destroy: refuse,
    observe: refuse,
    health: refuse,
  };
}

const creates: Planned = ({ unit }) => ({
  action: 'create',
  resources: [{ address: unit.unitId, action: 'create' }],
  changes: [{ resource: unit.unitId, address: `server.${unit.unitId}`, action: 'create', attributes: [] }],
  artifact: new TextEncoder().encode(`dry run of ${unit.unitId}`),
});

/** One planner as a process would run it, on an engine of the test's own. */
async function startPlanner(plan: Planned, environment: Record<string, string> = {}): Promise<Foundation> {
  const appUrl = new URL(database.url);
  [appUrl.username, appUrl.password] = ['planner_test', 'app'];
  const settings = readSettings(PlannerSettings, {
    CAISSON_DATABASE_URL: appUrl.href,
    CAISSON_DATABASE_OWNER_URL: database.url,
    CAISSON_ENCRYPTION_KEY: `test:${randomBytes(32).toString('base64')}`,
    CAISSON_DATA_DIR: tmpdir(),
    CAISSON_STATE_BACKEND_URL: 'http://127.0.0.1:1',
    ...environment,
  });
  const around = { log, metrics: new Metrics(false), health: new Health(), shutdown: new Shutdown(log) };
  const foundation = await openFoundation({ ...around, settings, migrations: ENGINE_MIGRATIONS });
  const artifacts = {
    put: async (_tenant: string, content: Uint8Array) => ({ id: Buffer.from(content).toString(), digest: DIGEST }),
    get: async () => undefined,
  };
  const registry = new Map([['fake', engineOf(plan)]]);
  const definition = {
    ...plannerService,
    module: (frame: Parameters<typeof PlannerModule.register>[0]) =>
      PlannerModule.register(frame, { registry, artifacts }),
  };
  await startService(definition, { ...around, settings, foundation, onFatal: () => undefined });
  running.push({ stop: () => around.shutdown.run() });
  return foundation;
}

const DIGEST = `sha256:${'0'.repeat(64)}`;

/** The api's side: its use cases on the same store. */
function apiOn({ stores, locks }: Foundation): DeploymentPorts {
  return { runtime: { store: stores.events, clock: systemClock, service: 'api' }, locks, ids: systemIds };
}

function asked(tenant = tenantId): CommandContext {
  const commandId = randomUUID();
  return { tenantId: tenant, commandId, correlationId: randomUUID(), causationId: commandId, actor: 'mia' };
}

function desired(changes: Partial<DesiredStateInput> = {}): DesiredState {
  const resources = [
    { name: 'db', engine: 'fake', type: 'server' },
    { name: 'web', engine: 'fake', type: 'server', count: 2, dependsOn: ['db'] },
  ];
  return DesiredState.parse({ name: 'shop', resources, ...changes });
}

async function create(foundation: Foundation, wanted = desired(), context = asked()) {
  const deploymentId = systemIds.next();
  const created = await new CreateDeployment(apiOn(foundation)).execute({ deploymentId, context, desired: wanted });
  const runId = created.state.deployment?.run?.runId ?? '';
  return { deploymentId, runId, context };
}

function planEvents({ stores }: Foundation, runId: string): Promise<readonly PublicEvent[]> {
  return stores.consumers.readStream({ tenantId, streamId: `plan-${runId}` }, 0);
}

function planningEnded(foundation: Foundation, runId: string, rounds = 1): Promise<PublicEvent> {
  return eventually(`planning of ${runId} to end`, async () => {
    const ended = (await planEvents(foundation, runId)).filter(({ type }) => !type.includes('plan-started'));
    return ended[rounds - 1];
  });
}

async function runOf({ stores }: Foundation, runId: string): Promise<RunView | undefined> {
  return (await stores.documents.get<RunView>(tenantId, 'run', runId))?.body;
}

const CHILD_LEASE_MS = 1_500;

/** A planner in a process of its own that never comes to an end. It says `ready`, and `plans` when it has begun. */
function startHangingPlanner() {
  const code = `
    import { openEventStore } from '@caisson/event-store-postgres';
    import { JobWorker } from '@caisson/event-sourcing';
    import { ComputePlan, PLANNING_QUEUE } from '@caisson/planning';
    import { systemClock as clock } from '@caisson/system';
    const { events, identity, jobs, locks, wakeups } = await openEventStore({ url: ${JSON.stringify(database.url)} });
    const say = (what) => process.stdout.write(what + '\\n');
    const observer = { toolSaid: () => undefined, engineCalled: () => undefined, planningEnded: () => undefined };
    const planner = { name: 'hangs/1', plan: () => (say('plans'), new Promise(() => undefined)) };
    const limits = { lockTtlMs: ${CHILD_LEASE_MS}, lockWaitMs: 1000 };
    const ports = { runtime: { store: events, clock, service: 'planner' }, locks, observer };
    const compute = new ComputePlan(ports, planner, limits);
    new JobWorker({
      queue: PLANNING_QUEUE, worker: identity, jobs, wakeups, clock, concurrencyMax: 1,
      leaseMs: ${CHILD_LEASE_MS}, pollMs: 200, attemptsMax: 3, drainMs: 1000,
      handle: async (job, control) => {
        await compute.execute({ event: job.payload, attempt: job.attempt, signal: control.signal });
        return { outcome: 'done' };
      },
      observer: { jobEnded: () => undefined, queueFailed: () => undefined },
    }).start();
    say('ready');`;
  const child = startSourceProcess(code, new URL('..', import.meta.url));
  const said: string[] = [];
  createInterface({ input: child.stdout! }).on('line', (line) => said.push(line));
  return {
    process: child,
    toSay: (what: string) => eventually(`the child to say ${what}`, () => said.includes(what), 20_000),
  };
}

describe('the planner', () => {
  it('is the one that the settings name', async () => {
    const other = new URL('./other-planner.harness.ts', import.meta.url).href;
    const foundation = await startPlanner(creates, { CAISSON_PLANNER: other });
    const { runId } = await create(foundation);
    const ended = await planningEnded(foundation, runId);
    expect(ended.data).toMatchObject({
      failure: { code: 'not-today', message: expect.stringContaining('shop') as string },
    });
    const [started] = await planEvents(foundation, runId);
    expect(started?.data).toMatchObject({ planner: 'refuses-all/7' });
  });

  it.each([
    ['no module', './nowhere.js', 'nowhere'],
    ['a module that makes no planner', 'node:path', 'createPlanner'],
  ])('cannot be %s, and the service does not start', async (_what, planner, word) => {
    await expect(startPlanner(creates, { CAISSON_PLANNER: planner })).rejects.toMatchObject({
      ...{ code: 'settings-invalid', message: expect.stringContaining(word) as string },
    });
  });

  it('that is killed while it plans is replaced within its lease', { timeout: 60_000 }, async () => {
    await startPlanner(creates);
    await running.splice(0)[0]?.stop(); // It has migrated; the child is to be alone.
    const outside = await openEventStore({ url: database.url });
    const child = startHangingPlanner();
    try {
      await child.toSay('ready');
      const alone = { stores: outside, locks: outside.locks } as Foundation;
      const { deploymentId, runId } = await create(alone);
      const facts = await outside.consumers.readStream({ tenantId, streamId: `deployment-${deploymentId}` }, 0);
      const job = acceptPlanRequest(facts.find(({ type }) => type.includes('run-planning-started'))!)!;
      const stream = { tenantId, streamId: `deployment-${deploymentId}` };
      await outside.consumers.transact('planner', [stream], async (transaction) => transaction.enqueue(stream, job));
      outside.wakeups.wake(`jobs-${job.queue}`);
      await child.toSay('plans');
      child.process.kill('SIGKILL');
      const killedAt = performance.now();
      const successor = await startPlanner(creates);
      const ended = await planningEnded(successor, runId);
      expect(ended.type).toContain('plan-computed');
      expect(performance.now() - killedAt).toBeLessThan(CHILD_LEASE_MS + 8_000); // The lease, then a look for due jobs.
      expect((await planEvents(successor, runId)).filter(({ type }) => type.includes('plan-computed'))).toHaveLength(1);
    } finally {
      child.process.kill('SIGKILL');
      await outside.close();
    }
  });
});

describe('a run that asks for a plan', () => {
  it('gets one, which waits to be approved by its digest', async () => {
    const foundation = await startPlanner(creates);
    const { context, deploymentId, runId } = await create(foundation);
    const ended = await planningEnded(foundation, runId);
    const { plan, round } = ended.data as { plan: Plan; round: number };
    expect(ended).toMatchObject({ type: 'caisson.planning.plan-computed.v1', source: '/caisson/planner' });
    expect(round).toBe(1);
    expect(plan.waves).toEqual([['db'], ['web[0]', 'web[1]']]);
    expect(plan.units.map(({ artifact }) => artifact?.id)).toEqual([
      'dry run of db',
      'dry run of web[0]',
      'dry run of web[1]',
    ]);
    const shown = await foundation.stores.documents.get<PlanView>(tenantId, 'plan', plan.digest);
    expect(shown?.body).toMatchObject({ id: plan.digest, runId, deploymentId, plan: { digest: plan.digest } });

    const stream = { tenantId, streamId: `deployment-${deploymentId}` };
    const request = (await foundation.stores.events.load({ stream })).events.find(
      ({ type }) => type === 'RunPlanningStarted',
    );
    expect(ended).toMatchObject({
      correlationId: context.correlationId,
      causationId: request?.eventId,
      actor: 'service:planner',
    });

    const ports = apiOn(foundation);
    const reactions = new ReactToFact(ports, foundation.stores.documents);
    await reactions.execute(ended);
    await reactions.execute(ended); // At least once.
    expect(await runOf(foundation, runId)).toMatchObject({ state: 'awaiting_approval', planDigest: plan.digest });

    const approve = new ApproveRun(ports);
    const wrong = await approve.execute({ deploymentId, context: asked(), planDigest: DIGEST });
    expect(wrong).toMatchObject({ rejection: { code: 'plan-digest-mismatch', expected: plan.digest, given: DIGEST } });
    const right = await approve.execute({ deploymentId, context: asked(), planDigest: plan.digest });
    expect(right).toMatchObject({ outcome: 'accepted', events: [{ type: 'RunApproved' }, { type: 'RunStarted' }] });
    expect(await runOf(foundation, runId)).toMatchObject({ state: 'executing', requestedBy: 'mia' });
  });

  it('fails with what is wrong when there can be none', async () => {
    const foundation = await startPlanner(creates);
    const wanted = desired({ resources: [{ name: 'base', engine: 'fake', type: 'moon' }] });
    const { runId } = await create(foundation, wanted);
    const ended = await planningEnded(foundation, runId);
    await new ReactToFact(apiOn(foundation), foundation.stores.documents).execute(ended);
    expect(await runOf(foundation, runId)).toMatchObject({
      state: 'failed',
      failure: { code: 'unknown-type', diagnostics: [{ address: 'base' }] },
    });
  });

  it('waits out trouble with an engine', async () => {
    let asks = 0;
    const foundation = await startPlanner((request, call) => {
      asks += 1;
      if (asks === 1) throw new EngineFailure('api-down', 'no answer', { errorClass: 'transient' });
      return creates(request, call);
    });
    const { runId } = await create(foundation);
    expect((await planningEnded(foundation, runId)).type).toContain('plan-computed');
    const types = (await planEvents(foundation, runId)).map(({ type }) => type.split('.')[2]);
    expect(types).toEqual(['plan-started', 'plan-computed']);
  });

  it('is planned once by two planners', async () => {
    const planned: string[] = [];
    const plan: Planned = (request, call) => {
      planned.push(request.unit.unitId);
      return creates(request, call);
    };
    const [one, two] = [await startPlanner(plan), await startPlanner(plan)];
    const runs = await Promise.all(Array.from({ length: 6 }, () => create(one)));
    for (const { runId } of runs) {
      await planningEnded(two, runId);
      expect(await planEvents(one, runId)).toHaveLength(2);
    }
    expect(planned).toHaveLength(6 * 3);
  });

  it('is planned elsewhere when its planner is stopped in the middle', async () => {
    let stuck = 0;
    const first = await startPlanner((_request, { signal }) => {
      stuck += 1;
      return new Promise<UnitPlan>((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(new Error('stopped')));
      });
    });
    const { runId } = await create(first);
    await eventually('the planning to have begun', () => stuck > 0);
    const second = await startPlanner(creates);
    await running.shift()?.stop();
    expect((await planningEnded(second, runId)).type).toContain('plan-computed');
  });
});

describe('a planning that cannot be done', () => {
  it.each([
    ['a plan', new EngineFailure('x', 'never thrown', { errorClass: 'permanent' }), false],
    ['a refusal', new EngineFailure('config-invalid', 'what \u0000 broke', { errorClass: 'permanent' }), true],
  ])('because %s holds what cannot be stored tells the run so', async (_what, failure, throws) => {
    const foundation = await startPlanner(() => {
      if (throws) throw failure;
      const change = { resource: 'a', address: 'a\u0000b', action: 'create', attributes: [] } as const;
      return { action: 'create', resources: [], changes: [change] };
    });
    const { runId } = await create(foundation);
    const ended = await planningEnded(foundation, runId);
    expect(ended.type).toContain('plan-refused');
    expect(ended.data).toMatchObject({ failure: { code: 'planning-failed' } });
  });

  const broken: Planned = () => {
    throw new EngineFailure('api-down', 'The cloud does not answer', { errorClass: 'transient' });
  };

  it('because the plan is larger than can be recorded is refused by name', async () => {
    const address = 'x'.repeat(8 * 1024 * 1024);
    const foundation = await startPlanner(() => ({
      action: 'create',
      resources: [],
      changes: [{ resource: 'a', address, action: 'create', attributes: [] }],
    }));
    const { runId } = await create(foundation);
    const ended = await planningEnded(foundation, runId);
    expect(ended.type).toContain('plan-refused');
    expect(ended.data).toMatchObject({
      failure: { code: 'plan-too-large', message: expect.stringContaining('Make several deployments') as string },
    });
  });

  it('is tried a bounded number of times, and then the run is told', async () => {
    const foundation = await startPlanner(broken);
    const { deploymentId, runId } = await create(foundation);
    const facts = await foundation.stores.consumers.readStream({ tenantId, streamId: `deployment-${deploymentId}` }, 0);
    const event = facts.find(({ type }) => type.includes('run-planning-started'))!;
    const observer = { toolSaid: () => undefined, engineCalled: () => undefined, planningEnded: () => undefined };
    const runtime = { store: foundation.stores.events, clock: systemClock, service: 'planner' };
    const artifacts = { put: async () => ({ id: 'a', digest: DIGEST }), get: async () => undefined };
    const engines = new Map([['fake', engineOf(broken)]]);
    const tables = new StoredTables(foundation.stores.documents);
    const planner = new BuiltInPlanner({ engines, artifacts, tables, clock: systemClock, observer });
    const compute = new ComputePlan({ runtime, locks: foundation.locks, observer }, planner);
    const signal = new AbortController().signal;
    const early = compute.execute({ event, attempt: PLANNING_ATTEMPTS_MAX - 1, signal });
    await expect(early).rejects.toMatchObject({ code: 'engine-trouble', retryable: true });
    expect(await compute.execute({ event, attempt: PLANNING_ATTEMPTS_MAX, signal })).toBe('refused');
    expect(await compute.execute({ event, attempt: 1, signal })).toBe('outdated'); // It is over.
    const ended = await planningEnded(foundation, runId);
    const diagnostics = [{ severity: 'error', summary: 'The cloud does not answer' }];
    expect(ended.data).toMatchObject({ failure: { code: 'engine-trouble', diagnostics } });
    const { failure } = ended.data as { failure: { message: string } };
    expect(failure.message).toContain('The cloud does not answer');
  });

  it('can be asked for again: the next round is a plan of its own', async () => {
    let works = false;
    const foundation = await startPlanner((request, call) => {
      if (!works) throw new EngineFailure('config-invalid', 'No such image', { errorClass: 'permanent' });
      return creates(request, call);
    });
    const { deploymentId, runId } = await create(foundation);
    const ports = apiOn(foundation);
    const reactions = new ReactToFact(ports, foundation.stores.documents);
    await reactions.execute(await planningEnded(foundation, runId));
    expect(await runOf(foundation, runId)).toMatchObject({ state: 'failed', failure: { code: 'config-invalid' } });
    works = true;
    await new RetryRun(ports).execute({ deploymentId, context: asked() });
    const second = await planningEnded(foundation, runId, 2);
    expect(second).toMatchObject({ type: 'caisson.planning.plan-computed.v1', data: { round: 2 } });
    await reactions.execute(second);
    expect(await runOf(foundation, runId)).toMatchObject({ state: 'awaiting_approval', round: 2 });
  });
});

describe('commands to one deployment', () => {
  it('from many callers at once are judged one by one', async () => {
    const foundation = await startPlanner(creates);
    const { deploymentId, runId } = await create(foundation);
    const ports = apiOn(foundation);
    await new ReactToFact(ports, foundation.stores.documents).execute(await planningEnded(foundation, runId));
    const planDigest = (await runOf(foundation, runId))?.planDigest ?? '';
    const approve = new ApproveRun(ports);
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => approve.execute({ deploymentId, context: asked(), planDigest })),
    );
    const outcomes = answers.map((answer) => (answer.outcome === 'accepted' ? 'accepted' : answer.rejection.code));
    expect(outcomes.sort()).toEqual(['accepted', ...new Array<string>(7).fill('run-state-conflict')]);
  });

  it('that are repeated change nothing and answer the same', async () => {
    const foundation = await startPlanner(creates);
    const { context, deploymentId, runId } = await create(foundation);
    const again = await new CreateDeployment(apiOn(foundation)).execute({ deploymentId, context, desired: desired() });
    expect(again).toMatchObject({ outcome: 'accepted', repeated: true, events: [] });
    expect(again.state.deployment?.run?.runId).toBe(runId);
  });

  it('are refused when the deployment was changed meanwhile', async () => {
    const foundation = await startPlanner(creates);
    const { deploymentId } = await create(foundation, desired({ autoPlan: false }));
    const changed = await new ChangeDesiredState(apiOn(foundation)).execute({
      deploymentId,
      context: asked(),
      desired: desired(),
      reason: 'changed',
      ifVersion: 1,
    });
    expect(changed).toMatchObject({ rejection: { code: 'deployment-version-conflict', expected: 1, actual: 2 } });
  });
});

describe('a push', () => {
  it('requests a run of every deployment bound to it, and of no other', async () => {
    const foundation = await startPlanner(creates);
    const ports = apiOn(foundation);
    const quiet = { autoPlan: false };
    const triggers = [{ kind: 'push' as const, repository: 'acme/shop', branch: 'main' }];
    const bound = await create(foundation, desired({ ...quiet, triggers }));
    await create(foundation, desired({ ...quiet, triggers: [{ ...triggers[0]!, branch: 'next' }] }));
    await create(foundation, desired({ ...quiet, triggers }), asked(randomUUID())); // Another tenant's.
    const pushes = new RequestRunsForPush(ports, foundation.stores.documents);
    const push = { repository: 'acme/shop', branch: 'main', commit: 'c0ffee' };
    const delivery = { ...(await deliveryEvent()), tenantId };
    const handled = await pushes.execute(delivery, push);
    expect(handled).toHaveLength(1);
    // The first run is active.
    expect(handled[0]).toMatchObject({ outcome: 'accepted', events: [{ type: 'RunDeferred' }] });
    expect(await pushes.execute(delivery, push)).toMatchObject([{ repeated: true }]);
    const state = await readDeployment(ports, { tenantId, deploymentId: bound.deploymentId });
    expect(state.deployment?.deferred).toMatchObject({ kind: 'update' });
    const view = await foundation.stores.documents.get<DeploymentView>(tenantId, 'deployment', bound.deploymentId);
    expect(view?.body.triggers).toHaveLength(1);
  });
});

async function deliveryEvent(): Promise<PublicEvent> {
  return {
    id: randomUUID(),
    type: 'caisson.webhooks.delivery-accepted.v1',
    source: '/caisson/webhook-ingest',
    subject: `delivery-${randomUUID()}`,
    time: systemClock.now(),
    tenantId,
    correlationId: randomUUID(),
    causationId: randomUUID(),
    actor: 'service:webhook-ingest',
    sequence: 1,
    data: {},
  };
}
