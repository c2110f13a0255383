import { randomBytes, randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { eventTypeOf, type AppliedUnit, type BreakerRules, type DriftPolicy } from '@caisson/contracts';
import { ManageIgnores, ReplacePolicy, StoredPolicies, type BreakerState, type DriftReport } from '@caisson/drift';
import type { Engine, EngineCall, EngineRegistry, Observation } from '@caisson/engine';
import { eventIdOf, NO_STREAM, type RecordedEvent } from '@caisson/event-sourcing';
import type { JsonObject } from '@caisson/kernel';
import { createLogger, Metrics } from '@caisson/observability';
import {
  Health,
  openFoundation,
  readSettings,
  Shutdown,
  startService,
  systemClock,
  type Foundation,
} from '@caisson/service';
import { createTestDatabase, eventually, newContext, type TestDatabase } from '@caisson/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DriftDetectorModule } from './drift-detector.module.js';
import { driftDetectorService } from './index.js';
import { DriftDetectorSettings } from './settings.js';

const log = createLogger({ service: 'drift-detector', level: 'silent' });
let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

/** One drift detector as a process would run it, on engines of the test's own. */
async function startDetector(
  engines: EngineRegistry,
): Promise<Foundation & { readonly metrics: Metrics; stop(): Promise<void> }> {
  const appUrl = new URL(database.url);
  [appUrl.username, appUrl.password] = ['drift_detector_test', 'app'];
  const settings = readSettings(DriftDetectorSettings, {
    CAISSON_DATABASE_URL: appUrl.href,
    CAISSON_DATABASE_OWNER_URL: database.url,
    CAISSON_ENCRYPTION_KEY: `test:${randomBytes(32).toString('base64')}`,
    CAISSON_DATA_DIR: tmpdir(),
    CAISSON_STATE_BACKEND_URL: 'http://127.0.0.1:1',
  });
  const around = { log, metrics: new Metrics(false), health: new Health(), shutdown: new Shutdown(log) };
  const foundation = await openFoundation({ ...around, settings, migrations: driftDetectorService.migrations });
  const definition = {
    ...driftDetectorService,
    module: (frame: Parameters<typeof DriftDetectorModule.register>[0]) => DriftDetectorModule.register(frame, engines),
  };
  await startService(definition, { ...around, settings, foundation, onFatal: () => undefined });
  return { ...foundation, metrics: around.metrics, stop: () => around.shutdown.run() };
}

/** An engine that only looks. */
function looking(observe: (unitId: string, call: EngineCall) => Promise<Observation>): EngineRegistry {
  const refuse = async (): Promise<never> => {
    throw new Error('a scan only looks');
  };
  const engine: Engine = {
    name: 'fake',
    capabilities: refuse,
    validate: refuse,
    plan: refuse,
    apply: refuse,
    destroy: refuse,
    health: refuse,
    observe: ({ unitId }, call) => observe(unitId, call),
  };
  return new Map([['fake', engine]]);
}

const seenAs =
  (flavor: string) =>
  async (unitId: string): Promise<Observation> => ({
    outcome: 'observed',
    resources: [{ address: unitId, outputs: {}, expected: { [`server.${unitId}`]: { flavor } } }],
  });

const applied = (unitId: string): AppliedUnit => ({
  unitId,
  engine: 'fake',
  provider: 'fake',
  resources: [
    {
      ...{ address: unitId, type: 'server', properties: {}, dependsOn: [], outputs: {} },
      expected: { [`server.${unitId}`]: { flavor: 'm1.small' } },
    },
  ],
  dependsOn: [],
  runId: 'run',
});

interface Requested {
  readonly tenantId: string;
  readonly scanId: string;
  readonly eventId: string;
  readonly correlationId: string;
}

/** What the API records when somebody asks for a scan; `more` is what is different about it. */
async function requestScan(
  { stores }: Foundation,
  units: readonly string[],
  more: { readonly tenantId?: string; readonly [member: string]: unknown } = {},
): Promise<Requested> {
  const { tenantId = randomUUID(), ...wrong } = more;
  const [deploymentId, scanId] = [randomUUID(), randomUUID()];
  const stream = { tenantId, streamId: `deployment-${deploymentId}` };
  const context = newContext({ service: 'api' });
  const data = { deploymentId, scanId, autoRemediate: false, applied: units.map(applied), ...wrong };
  const publicForm = { type: eventTypeOf('deployment', 'drift-scan-requested') };
  const event = { type: 'DriftScanRequested', schemaVersion: 1, data, publicForm };
  await stores.events.append({ stream, expected: NO_STREAM, context, events: [event] });
  const eventId = eventIdOf(stream, context.commandId, 0);
  return { tenantId: stream.tenantId, scanId, eventId, correlationId: context.correlationId };
}

async function reportOf({ stores }: Foundation, { tenantId, scanId }: Requested): Promise<DriftReport | undefined> {
  return (await stores.documents.get<DriftReport>(tenantId, 'drift-report', scanId))?.body;
}

function completedReport(foundation: Foundation, requested: Requested): Promise<DriftReport> {
  return eventually('the scan to complete', async () => {
    const report = await reportOf(foundation, requested);
    return report?.status === 'completed' ? report : undefined;
  });
}

async function scanEvents({ stores }: Foundation, requested: Requested): Promise<readonly RecordedEvent[]> {
  const stream = { tenantId: requested.tenantId, streamId: `scan-${requested.scanId}` };
  return (await stores.events.load({ stream })).events;
}

describe('a requested scan', () => {
  it('is run, reported, and part of the story that asked for it', async () => {
    const detector = await startDetector(
      looking(async (unitId) =>
        unitId === 'lost' ? { outcome: 'unreadable', reason: 'no answer' } : seenAs('m1.large')(unitId),
      ),
    );
    const requested = await requestScan(detector, ['web', 'lost']);
    const report = await completedReport(detector, requested);
    expect(report).toMatchObject({
      summary: 'Found 1 drift items; 1 units could not be read',
      maxSeverity: 'medium',
      items: [{ address: 'server.web', path: 'flavor', expected: 'm1.small', actual: 'm1.large' }],
      unreadable: [{ unitId: 'lost', reason: 'no answer' }],
    });
    const events = await scanEvents(detector, requested);
    expect(events.map((event) => event.type)).toEqual(['ScanStarted', 'DriftDetected', 'ScanCompleted']);
    for (const { context } of events) {
      expect(context).toMatchObject({
        correlationId: requested.correlationId,
        causationId: requested.eventId,
        actor: 'service:drift-detector',
      });
    }
    expect(await detector.metrics.text()).toContain('caisson_drift_unreadable_units_total 1\n');
    await detector.stop();
  });

  it('ends with the unit as unreadable when the database cannot keep what was seen', async () => {
    const odd = (unitId: string) => (unitId === 'odd' ? 'm1.\u0000' : unitId === 'half' ? 'm1.\ud800' : 'm1.large');
    const detector = await startDetector(looking((unitId) => seenAs(odd(unitId))(unitId)));
    const requested = await requestScan(detector, ['web', 'odd', 'half']);
    expect(await completedReport(detector, requested)).toMatchObject({
      items: [{ address: 'server.web', path: 'flavor' }],
      unreadable: ['odd', 'half'].map((unitId) => ({
        unitId,
        reason: expect.stringContaining('cannot be recorded') as string,
      })),
    });
    await detector.stop();
  });

  it('begins again elsewhere when its worker is stopped in the middle, and is reported once', async () => {
    const stuck = looking(
      (_unitId, call) =>
        new Promise((_resolve, reject) => {
          call.signal.addEventListener('abort', () => reject(new Error('stopped')));
        }),
    );
    const first = await startDetector(stuck);
    const requested = await requestScan(first, ['web']);
    await eventually('the scan to have begun', () => reportOf(first, requested));
    const second = await startDetector(looking(seenAs('m1.small')));
    await first.stop();
    expect(await completedReport(second, requested)).toMatchObject({ hasDrift: false, unreadable: [] });
    const events = await scanEvents(second, requested);
    expect(events.map((event) => event.type)).toEqual(['ScanStarted', 'ScanCompleted']);
    await second.stop();
  });

  it('is run once by two detectors', async () => {
    const looks: string[] = [];
    const engines = looking(async (unitId, call) => {
      looks.push(call.deploymentId);
      return seenAs('m1.small')(unitId);
    });
    const [one, two] = [await startDetector(engines), await startDetector(engines)];
    const requests = await Promise.all(Array.from({ length: 6 }, () => requestScan(one, ['web'])));
    for (const requested of requests) {
      await completedReport(one, requested);
      expect(await scanEvents(two, requested)).toHaveLength(2);
    }
    expect(looks).toHaveLength(6);
    await Promise.all([one.stop(), two.stop()]);
  });

  it('is set aside with the reason when it cannot be read', async () => {
    const detector = await startDetector(looking(seenAs('m1.small')));
    const requested = await requestScan(detector, [], { applied: 'everything' });
    const parked = await eventually('the stream to be parked', async () => {
      const all = await detector.stores.consumers.parked('drift-detector');
      return all.find(({ tenantId }) => tenantId === requested.tenantId);
    });
    expect(parked.reason).toContain('expected array');
    await detector.stop();
  });
});

it('says why a difference is there, and suggests rules for what is a matter of form', async () => {
  const detector = await startDetector(
    looking(async (unitId) => seenAs(unitId === 'form' ? 'M1.SMALL' : 'm1.large')(unitId)),
  );
  const unfinished = { runId: 'r', resources: ['half'] };
  const report = await completedReport(detector, await requestScan(detector, ['form', 'half', 'web'], { unfinished }));
  expect(report.items.map(({ cause, resource }) => [resource, cause])).toEqual([
    ['form', 'normalised_value'],
    ['half', 'own_partial_failure'],
    ['web', 'outside_change'],
  ]);
  expect(report.suggestions).toMatchObject([{ resource: 'form', path: 'flavor' }]);
  await detector.stop();
});

describe('what is ignored', () => {
  it('is listed in the report with its rule, and is no drift', async () => {
    const detector = await startDetector(looking(seenAs('m1.large')));
    const { stores } = detector;
    const runtime = { store: stores.events, clock: systemClock, service: 'api' };
    const ignores = new ManageIgnores(runtime, stores.documents, new StoredPolicies(stores.documents));
    const [tenantId, deploymentId] = [randomUUID(), randomUUID()];
    const context = { ...newContext({ service: 'api' }), tenantId };
    const rule = { resource: 'web', path: 'flavor', reason: 'The night job makes it larger.' };
    await ignores.add({ deploymentId, rule, context });
    const report = await completedReport(
      detector,
      await requestScan(detector, ['web', 'db'], { tenantId, deploymentId }),
    );
    const [{ id } = { id: '' }] = await ignores.rulesOf(tenantId, deploymentId);
    expect(report).toMatchObject({
      summary: 'Found 1 drift items; 1 more are ignored',
      items: [{ resource: 'db' }],
      ignoredCount: 1,
      ignored: [{ resource: 'web', path: 'flavor', actual: 'm1.large', rule: id }],
    });
    await detector.stop();
  });
});

describe('what is put right', () => {
  /** What the API records of a deployment after its first fact. */
  async function record(
    { stores }: Foundation,
    tenantId: string,
    fact: { readonly type: string; readonly data: object },
  ) {
    const stream = { tenantId, streamId: `deployment-${randomUUID()}` };
    const publicForm = { type: eventTypeOf('deployment', fact.type as 'drift-scan-requested') };
    const event = { type: 'AnyFact', schemaVersion: 1, data: fact.data as JsonObject, publicForm };
    await stores.events.append({
      stream,
      expected: NO_STREAM,
      context: newContext({ service: 'api' }),
      events: [event],
    });
  }

  it.each([
    ['gone', 'm1.small', {}],
    ['remains', 'm1.large', { reason: expect.stringContaining('server.web flavor') as string }],
  ])('is %s by another scan, and both reports name the other and the run', async (outcome, flavor, why) => {
    let seen = 'm1.large';
    const detector = await startDetector(looking(async (unitId) => seenAs(seen)(unitId)));
    const first = await requestScan(detector, ['web']);
    const { deploymentId } = await completedReport(detector, first);
    const of = { deploymentId, scanId: first.scanId, runId: 'r' };
    await record(detector, first.tenantId, { type: 'drift-remediation-requested', data: { ...of, mode: 'revert' } });
    await eventually('the run to be noted', async () => {
      return (await reportOf(detector, first))?.remediation?.outcome === 'started' ? true : undefined;
    });
    seen = flavor;
    const verifies = { scanId: first.scanId, runId: 'r' };
    const second = await requestScan(detector, ['web'], { tenantId: first.tenantId, verifies });
    expect(await completedReport(detector, second)).toMatchObject({ verifies });
    const told = await eventually('the first scan to be told', async () => {
      const report = await reportOf(detector, first);
      return report?.remediation?.outcome === 'started' ? undefined : report;
    });
    expect(told.remediation).toMatchObject({ outcome, mode: 'revert', runId: 'r', verifiedBy: second.scanId, ...why });
    await detector.stop();
  });

  it('or not, says why', async () => {
    const detector = await startDetector(looking(seenAs('m1.large')));
    const first = await requestScan(detector, ['web'], { autoRemediate: false });
    const { deploymentId } = await completedReport(detector, first);
    const data = { deploymentId, scanId: first.scanId, outcome: 'refused', reason: 'Run r was executing.' };
    await record(detector, first.tenantId, { type: 'drift-remediation-ended', data });
    const told = await eventually('the scan to be told', async () => (await reportOf(detector, first))?.remediation);
    expect(told).toMatchObject({ outcome: 'refused', reason: 'Run r was executing.' });
    await detector.stop();
  });
});

describe('a schedule', () => {
  const due = 'update drift_schedule set due_at = now() where tenant_id = $1';

  /** What the API records when somebody sets a schedule. */
  async function setSchedule({ stores }: Foundation, tenantId: string, deploymentId: string): Promise<void> {
    const data = { deploymentId, cron: '0 3 * * *', timeZone: 'Europe/Berlin', autoRemediate: true };
    const publicForm = { type: eventTypeOf('drift', 'schedule-set') };
    await stores.events.append({
      stream: { tenantId, streamId: `drift_schedule-${deploymentId}` },
      expected: NO_STREAM,
      context: newContext({ service: 'api' }),
      events: [{ type: 'ScheduleSet', schemaVersion: 1, data, publicForm }],
    });
  }

  async function dueFacts({ stores }: Foundation, tenantId: string): Promise<readonly { deploymentId: string }[]> {
    const text = `set_config('app.tenant', $1, true)`;
    const { rows } = await stores.pool.query<{ data: { deploymentId: string } }>(
      `with tenant as materialized (select ${text})
        select data from tenant cross join lateral (
          select data from event where tenant_id = $1 and type = 'ScanDue') as due`,
      [tenantId],
    );
    return rows.map(({ data }) => data);
  }

  async function rowsOf({ stores }: Foundation, tenantId: string) {
    const text = `select deployment_id, base_at, due_at > now() as waits from drift_schedule
      where tenant_id = $1 and due_at is not null`;
    return (await stores.pool.query<{ deployment_id: string; waits: boolean }>(text, [tenantId])).rows;
  }

  it('states each turn once over two detectors, makes up for what was missed, and goes on with the next', async () => {
    const engines = looking(seenAs('m1.small'));
    const [one, two] = [await startDetector(engines), await startDetector(engines)];
    const tenantId = randomUUID();
    const deployments = Array.from({ length: 20 }, () => randomUUID());
    await Promise.all(deployments.map((deploymentId) => setSchedule(one, tenantId, deploymentId)));
    await eventually('the schedules to be known', async () => (await rowsOf(one, tenantId)).length === 20);
    expect((await rowsOf(one, tenantId)).every(({ waits }) => waits)).toBe(true);
    await one.stores.pool.query(due, [tenantId]);
    await eventually('all turns to be taken', async () => (await rowsOf(two, tenantId)).every(({ waits }) => waits));
    const facts = await dueFacts(two, tenantId);
    expect(facts.map(({ deploymentId }) => deploymentId).sort()).toEqual([...deployments].sort());
    const counted = await Promise.all([one, two].map(({ metrics }) => metrics.text()));
    const turns = counted.map((text) => Number(/^caisson_drift_scans_due_total (\d+)$/m.exec(text)?.[1] ?? 0));
    expect(turns.reduce((sum, count) => sum + count, 0)).toBe(20);
    await Promise.all([one.stop(), two.stop()]);
  });

  it('is followed by another detector when the one that leads stops, and ends with its deployment', async () => {
    const engines = looking(seenAs('m1.small'));
    const first = await startDetector(engines);
    const [tenantId, deploymentId] = [randomUUID(), randomUUID()];
    await setSchedule(first, tenantId, deploymentId);
    await eventually('the schedule to be known', async () => (await rowsOf(first, tenantId)).length === 1);
    const second = await startDetector(engines);
    await first.stop();
    await second.stores.pool.query(due, [tenantId]);
    await eventually('the turn to be taken', async () => (await dueFacts(second, tenantId)).length === 1);
    const publicForm = { type: eventTypeOf('deployment', 'deployment-deleted') };
    await second.stores.events.append({
      stream: { tenantId, streamId: `deployment-${deploymentId}` },
      expected: NO_STREAM,
      context: newContext({ service: 'api' }),
      events: [{ type: 'DeploymentDeleted', schemaVersion: 1, data: { deploymentId }, publicForm }],
    });
    await eventually('the schedule to be gone', async () => (await rowsOf(second, tenantId)).length === 0);
    await second.stop();
  });
});

describe('a provider in trouble', () => {
  /** Decisions come soon enough for a test, and late enough for other scans to speak. */
  const SETTLE_SECONDS = 3;

  interface Changed {
    readonly remediation?: Partial<DriftPolicy['remediation']>;
    readonly breaker?: Partial<BreakerRules>;
  }

  async function policyOf({ stores }: Foundation, tenantId: string, changed: Changed = {}): Promise<void> {
    const { content } = await new StoredPolicies(stores.documents).current(tenantId);
    const replacePolicy = new ReplacePolicy({ store: stores.events, clock: systemClock, service: 'api' });
    const remediation = { ...content.remediation, settleSeconds: SETTLE_SECONDS, ...changed.remediation };
    const breaker = { ...content.breaker, ...changed.breaker };
    const context = { ...newContext({ service: 'api' }), tenantId };
    await replacePolicy.execute({ content: { ...content, remediation, breaker }, ifVersion: 1, context });
  }

  it('or not, is put right without a person no more often than the policy says, over restarts', async () => {
    const engines = looking(seenAs('m1.large'));
    const first = await startDetector(engines);
    const tenantId = randomUUID();
    await policyOf(first, tenantId, { remediation: { perHourMax: 1 }, breaker: { wrongDeployments: 50 } });
    const scan = (detector: Foundation) => requestScan(detector, ['web'], { tenantId, autoRemediate: true });
    expect((await decided(first, await scan(first))).remediation).toMatchObject({ outcome: 'requested' });
    await first.stop();
    const second = await startDetector(engines);
    expect((await decided(second, await scan(second))).remediation).toMatchObject({
      outcome: 'held',
      reason: expect.stringContaining('at most 1 deployments per hour') as string,
    });
    await second.stop();
  }, 60_000);

  const breakerOf = async ({ stores }: Foundation, tenantId: string) =>
    (await stores.documents.get<BreakerState>(tenantId, 'drift-breaker', 'fake'))?.body;

  function decided(foundation: Foundation, requested: Requested): Promise<DriftReport> {
    return eventually('the remediation to be decided', async () => {
      const report = await reportOf(foundation, requested);
      return report?.remediation === undefined ? undefined : report;
    });
  }

  it('has nothing put right: 200 deployments, garbage for a while, and the breaker is open after 3 looks', async () => {
    let answer: (unitId: string) => Promise<Observation> = async () => ({ outcome: 'absent' });
    let asked = 0;
    const garbage = [
      async () => ({ outcome: 'absent' }) as const,
      async () => ({ outcome: 'unreadable', reason: '<html>502</html>' }) as const,
      seenAs('\u2603'),
    ];
    const detector = await startDetector(
      looking((unitId) => {
        asked += 1;
        return answer(unitId);
      }),
    );
    const tenantId = randomUUID();
    await policyOf(detector, tenantId);
    const scan = (units: readonly string[]) => requestScan(detector, units, { tenantId, autoRemediate: true });

    answer = (unitId) => garbage[asked % garbage.length]!(unitId);
    const requests = await Promise.all(Array.from({ length: 200 }, () => scan(['web'])));
    const reports: DriftReport[] = [];
    for (const requested of requests) reports.push(await completedReport(detector, requested));
    const drifted = requests.filter((_request, index) => reports[index]?.hasDrift);
    expect(drifted.length).toBeGreaterThan(100);
    const opened = await breakerOf(detector, tenantId);
    expect(opened).toMatchObject({ status: 'open' });
    expect(opened?.looks.length).toBeLessThanOrEqual(5);
    for (const requested of drifted) {
      expect((await decided(detector, requested)).remediation).toMatchObject({
        outcome: 'held',
        reason: expect.stringContaining('breaker of fake is open') as string,
      });
    }

    answer = (unitId) => seenAs(unitId === 'web' ? 'm1.large' : 'm1.small')(unitId);
    const units = [{ ...applied('web'), provider: 'other' }, applied('db')];
    const both = await decided(
      detector,
      await requestScan(detector, [], { tenantId, autoRemediate: true, applied: units }),
    );
    expect(both).toMatchObject({ providers: ['other'], providersLooked: ['fake', 'other'] });
    expect(both.remediation, 'the run would change what fake has').toMatchObject({ outcome: 'held' });

    answer = seenAs('m1.small');
    for (const requested of [await scan(['a']), await scan(['b']), await scan(['c'])]) {
      await completedReport(detector, requested);
    }
    expect(await breakerOf(detector, tenantId)).toMatchObject({ status: 'closed', looks: [] });
    answer = (unitId) => seenAs(unitId === 'web' ? 'm1.large' : 'm1.small')(unitId);
    const one = await decided(detector, await scan(['web', 'db', 'cache']));
    expect(one.remediation).toMatchObject({ outcome: 'requested' });
    await detector.stop();
  }, 90_000);
});
