import {
  Plan,
  type AppliedUnit,
  type ChangeAction,
  type Diagnostic,
  type PlanResource,
  type RunKind,
} from '@caisson/contracts';
import {
  DRY_RUN_UNAVAILABLE,
  EngineFailure,
  type Engine,
  type EngineCall,
  type PlanRequest as EngineQuestion,
} from '@caisson/engine';
import { digestOf, type Clock } from '@caisson/kernel';
import { describe, expect, it } from 'vitest';
import { applied, desired, request, vectorTypes, type Resource } from '../domain/planning.fixtures.spec.js';
import { BUILT_IN_TABLES } from '../domain/planning-tables.js';
import { BuiltInPlanner } from './built-in-planner.js';

const clock: Clock = {
  now: () => '2026-03-02T10:15:00.000Z',
  monotonicMs: () => 0,
  sleep: (_ms, signal) =>
    new Promise((resolve) => signal?.addEventListener('abort', () => resolve(undefined), { once: true })),
};

interface Script {
  /** By address; default: `create` when there is nothing, `none` otherwise. */
  readonly actions?: Readonly<Record<string, ChangeAction>>;
  readonly onPlan?: (question: EngineQuestion, call: EngineCall) => Promise<void> | void;
  readonly diagnostics?: readonly Diagnostic[];
  readonly artifact?: boolean;
  readonly types?: readonly string[];
  readonly resourcesPerUnitMax?: number;
  /** Why no dry run can be made. */
  readonly unseen?: string;
}

/** An engine whose answers are written down; it keeps what it was asked. */
class ScriptedEngine implements Engine {
  readonly asked: EngineQuestion[] = [];
  running = 0;
  runningMost = 0;

  constructor(
    readonly name: string,
    private readonly script: Script = {},
  ) {}

  capabilities() {
    const types = this.script.types ?? vectorTypes;
    const { resourcesPerUnitMax = 1 } = this.script;
    return Promise.resolve({ types, dryRun: true, resourcesPerUnitMax, alone: [], version: '1.0.0' });
  }

  validate() {
    return Promise.resolve(this.script.diagnostics ?? []);
  }

  async plan(question: EngineQuestion, call: EngineCall) {
    const { unseen } = this.script;
    if (unseen !== undefined) throw new EngineFailure(DRY_RUN_UNAVAILABLE, unseen, { errorClass: 'permanent' });
    this.asked.push(question);
    this.running += 1;
    this.runningMost = Math.max(this.runningMost, this.running);
    try {
      await Promise.resolve();
      await this.script.onPlan?.(question, call);
    } finally {
      this.running -= 1;
    }
    const { destroy, previous, unit } = question;
    const recorded = new Set(previous?.resources.map(({ address }) => address));
    const wanted = new Set(unit.resources.map(({ address }) => address));
    const actionOf = (address: string): ChangeAction =>
      this.script.actions?.[address] ?? (destroy ? 'delete' : recorded.has(address) ? 'none' : 'create');
    const going = [...recorded].filter((address) => !wanted.has(address));
    const resources = [
      ...[...wanted].map((address) => ({ address, action: actionOf(address) })),
      ...going.map((address) => ({ address, action: 'delete' as const })),
    ];
    const changing = resources.filter(({ action }) => action !== 'none');
    const whenMany = changing.length === 0 ? 'none' : previous === undefined ? 'create' : 'update';
    const action = resources.length === 1 ? (resources[0]?.action ?? 'none') : destroy ? 'delete' : whenMany;
    const changes = changing.map(({ address, ...change }) => ({
      ...{ resource: address, address: `thing.${address}`, ...change },
      attributes: [],
    }));
    const artifact = this.script.artifact ? { artifact: new TextEncoder().encode(unit.unitId) } : {};
    return { action, resources, changes, ...artifact };
  }

  apply(): never {
    throw new Error('a planner applies nothing');
  }
  observe(): never {
    throw new Error('not asked');
  }
  destroy(): never {
    throw new Error('a planner destroys nothing');
  }
  health() {
    return Promise.resolve({ healthy: true });
  }
}

function plannerOn(engines: readonly Engine[], tables = BUILT_IN_TABLES) {
  const stored: Uint8Array[] = [];
  const lines: string[] = [];
  const planner = new BuiltInPlanner({
    engines: new Map(engines.map((engine) => [engine.name, engine])),
    artifacts: {
      put: (_tenantId, content) => {
        stored.push(content);
        return Promise.resolve({ id: `a${stored.length}`, digest: digestOf([...content]) });
      },
      get: () => Promise.resolve(undefined),
    },
    tables: { current: () => Promise.resolve(tables) },
    clock,
    observer: {
      toolSaid: (_unitId, line) => lines.push(line),
      engineCalled: () => undefined,
      planningEnded: () => undefined,
    },
  });
  return { planner, stored };
}

const calm = { tenantId: 't', signal: new AbortController().signal };

interface Wish {
  readonly resources: readonly Resource[];
  readonly before?: readonly AppliedUnit[];
  readonly kind?: RunKind;
  readonly more?: Parameters<typeof desired>[1];
}

async function planned(engines: readonly Engine[], { resources, before = [], kind, more }: Wish): Promise<Plan> {
  const { planner } = plannerOn(engines);
  const outcome = await planner.plan(request(desired(resources, more), before, kind), calm);
  if (outcome.outcome === 'refused') throw new Error(JSON.stringify(outcome.failure));
  return outcome.plan;
}

/** The resources of a plan, as they are listed. */
function resourcesOf({ units }: Plan): readonly PlanResource[] {
  return units.flatMap(({ resources }) => resources);
}

async function refusal(engines: readonly Engine[], { resources, before = [] }: Wish) {
  const { planner } = plannerOn(engines);
  const outcome = await planner.plan(request(desired(resources), before), calm);
  if (outcome.outcome === 'planned') throw new Error('there is a plan');
  return outcome.failure;
}

describe('a plan', () => {
  it('fits its schema and is addressed by its content', async () => {
    const plan = await planned([new ScriptedEngine('cloud')], {
      resources: [{ name: 'db' }, { name: 'web', dependsOn: ['db'] }],
    });
    expect(Plan.parse(plan)).toEqual(plan);
    const { digest, ...rest } = plan;
    expect(digest).toBe(digestOf(rest));
  });

  it('is the same for the same request, and another for another', async () => {
    const wish = { resources: [{ name: 'db' }, { name: 'web', count: 2 }] };
    const [one, two] = [
      await planned([new ScriptedEngine('cloud')], wish),
      await planned([new ScriptedEngine('cloud')], wish),
    ];
    expect(two).toEqual(one);
    const other = await planned([new ScriptedEngine('cloud')], {
      resources: [
        { name: 'db', tags: { a: 'b' } },
        { name: 'web', count: 2 },
      ],
    });
    expect(other.digest).not.toBe(one.digest);
  });

  it('says what it was computed from', async () => {
    const { inputs } = await planned([new ScriptedEngine('cloud')], { resources: [{}] });
    expect(inputs).toMatchObject({ planner: 'built-in/1', 'engine:cloud': '1.0.0', revision: '1' });
    expect(inputs['desired']).toMatch(/^sha256:/);
  });

  it('V1: two clouds, one server and one database', async () => {
    const resources = [
      { name: 'web-server', type: 'compute', provider: 'aws' },
      { name: 'app-db', type: 'database', provider: 'gcp' },
    ];
    const plan = await planned([new ScriptedEngine('terraform')], { resources, more: { strategy: 'blue_green' } });
    expect(resourcesOf(plan).map(({ address, estimatedMs, type }) => [address, type, estimatedMs])).toEqual([
      ['app-db', 'google_sql_database_instance', 120_000],
      ['web-server', 'aws_instance', 60_000],
    ]);
    expect(plan.reasoning).toBe(
      'Generated 2 execution steps for deployment to aws, gcp using blue_green strategy in staging environment. ' +
        'Risk assessment: medium.',
    );
    expect(plan.duration).toEqual({ sumMs: 180_000, criticalPathMs: 120_000 });
    expect(plan.cost).toMatchObject({ before: 0, after: 125, delta: 125 });
    expect(plan.risk.level).toBe('medium');
  });

  it.each([
    [10, 'staging', 'low'],
    [11, 'staging', 'medium'],
    [1, 'production', 'high'],
  ] as const)('V3: %i steps in %s are of %s risk', async (steps, environment, level) => {
    const resources = Array.from({ length: steps }, () => ({}));
    const plan = await planned([new ScriptedEngine('cloud')], { resources, more: { environment } });
    expect(plan.risk.level).toBe(level);
    expect(plan.risk.reasons).toHaveLength(level === 'low' ? 0 : 1);
  });

  it('V5: all eleven types', async () => {
    const resources = vectorTypes.map((type) => ({ type }));
    const plan = await planned([new ScriptedEngine('cloud')], { resources: resources.toReversed() });
    expect(resourcesOf(plan).map(({ type }) => type)).toEqual(vectorTypes);
    expect(plan.cost.after).toBe(372);
    expect(plan.duration.sumMs).toBe(630_000);
  });
});

describe('a unit that nobody can look at', () => {
  const resources = [{ name: 'web', provider: 'aws' }];

  it.each([
    ['an engine that lacks the type', {}, 'has no "aws_instance"'],
    ['an engine that says so', { unseen: 'There are no credentials of aws' }, 'no credentials of aws'],
  ])('because of %s is planned from the record, says so, and waits for a person', async (_what, script, word) => {
    const types = 'unseen' in script ? [...vectorTypes, 'aws_instance'] : vectorTypes;
    const engine = new ScriptedEngine('terraform', { ...script, types });
    const { changes, policy, units } = await planned([engine], { resources });
    expect(units).toMatchObject([{ action: 'create', dryRunUnavailable: expect.stringContaining(word) as string }]);
    expect(policy).toMatchObject([{ rule: 'dry-run', outcome: 'deny' }]);
    expect(changes).toEqual([]);
    const web = applied('web', { engine: 'terraform', provider: 'aws', type: 'aws_instance' });
    const same = await planned([engine], { resources, before: [web] });
    expect(same.units).toMatchObject([{ action: 'none' }]);
    const bigger = [{ ...resources[0], properties: { size: 2 } }];
    expect((await planned([engine], { resources: bigger, before: [web] })).units).toMatchObject([{ action: 'update' }]);
  });
});

describe('what changes', () => {
  it('is what the engine says', async () => {
    const engine = new ScriptedEngine('cloud', { actions: { web: 'update' } });
    const plan = await planned([engine], {
      resources: [{ name: 'db' }, { name: 'web' }, { name: 'new' }],
      before: [applied('db'), applied('web'), applied('old', { dependsOn: ['db'] })],
      kind: 'update',
    });
    expect(plan.units.map(({ action, unitId }) => [unitId, action])).toEqual([
      ['db', 'none'],
      ['web', 'update'],
      ['new', 'create'],
      ['old', 'delete'],
    ]);
    expect(plan.changes.map(({ address }) => address)).toEqual(['thing.web', 'thing.new', 'thing.old']);
    expect(plan.units[1]?.previous).toEqual(applied('web'));
    expect(plan.cost).toMatchObject({ before: 150, after: 150, delta: 0 });
    expect(plan.duration.sumMs).toBe(180_000); // What stays takes no time.
  });

  it('is nothing when every unit stays', async () => {
    const plan = await planned([new ScriptedEngine('cloud')], { resources: [{ name: 'db' }], before: [applied('db')] });
    expect(plan.units.every(({ action }) => action === 'none')).toBe(true);
    expect(plan.risk).toEqual({ level: 'low', score: 0, reasons: [] });
  });

  it('is everything for a destroy run', async () => {
    const plan = await planned([new ScriptedEngine('cloud')], {
      resources: [{ name: 'db' }],
      before: [applied('db'), applied('web', { dependsOn: ['db'] })],
      kind: 'destroy',
      more: { outputs: { id: '${db.id}' } },
    });
    expect(plan.units.map(({ action }) => action)).toEqual(['delete', 'delete']);
    expect(plan.waves).toEqual([['web'], ['db']]);
    expect(plan).toMatchObject({ outputs: {}, cost: { before: 100, after: 0, delta: -100 } });
  });

  it('includes what is there and was never recorded', async () => {
    const plan = await planned([new ScriptedEngine('cloud', { actions: { web: 'none' } })], {
      resources: [{ name: 'web' }],
    });
    expect(plan.units[0]?.action).toBe('create');
  });

  it('raises the risk and is named when it cannot be undone', async () => {
    const engine = new ScriptedEngine('cloud', { actions: { db: 'replace' } });
    const plan = await planned([engine], {
      resources: [{ name: 'db', type: 'database' }],
      before: [applied('db', { type: 'database' })],
    });
    expect(plan.irreversible).toEqual([{ unitId: 'db', resource: 'db', reason: 'What it holds is lost with it.' }]);
    expect(plan.risk).toMatchObject({ level: 'medium', score: 50 });
  });

  it('is kept as the saved dry run where there is one', async () => {
    const { planner, stored } = plannerOn([new ScriptedEngine('cloud', { artifact: true, actions: { db: 'none' } })]);
    const outcome = await planner.plan(request(desired([{ name: 'db' }, { name: 'web' }]), [applied('db')]), calm);
    expect(outcome).toMatchObject({ plan: { units: [{}, { artifact: { id: 'a1' } }] } });
    expect(stored).toHaveLength(1);
  });
});

describe('references', () => {
  const resources = [
    { name: 'net' },
    { name: 'web', properties: { network: '${net.id}', list: [{ note: 'in ${net.outputs.id}' }], plain: 'x' } },
  ];

  it('to a unit that changes are known only at execution', async () => {
    const engine = new ScriptedEngine('cloud');
    const plan = await planned([engine], { resources });
    expect(engine.asked[1]).toMatchObject({
      unknowns: ['network', 'list.0.note'].map((path) => ({ resource: 'web', path })),
      unit: { resources: [{ properties: { network: '${net.id}', plain: 'x' } }] },
    });
    expect(resourcesOf(plan)[1]?.properties).toEqual(resources[1]!.properties);
  });

  it('to a unit that is changed in place are known only at execution, too', async () => {
    const engine = new ScriptedEngine('cloud', { actions: { net: 'update' } });
    await planned([engine], { resources, before: [applied('net')] });
    expect(engine.asked[1]?.unknowns.map(({ path }) => path)).toEqual(['network', 'list.0.note']);
  });

  it('to a unit that stays are resolved from what it left', async () => {
    const engine = new ScriptedEngine('cloud');
    const plan = await planned([engine], { resources, before: [applied('net')] });
    expect(engine.asked[1]?.unknowns).toEqual([]);
    expect(resourcesOf(plan)[1]?.properties).toEqual({
      network: 'id-of-net',
      list: [{ note: 'in id-of-net' }],
      plain: 'x',
    });
  });

  it('to a value that a unit will never have are refused', async () => {
    const failure = await refusal([new ScriptedEngine('cloud')], {
      resources: [{ name: 'net' }, { name: 'web', properties: { a: '${net.outputs.colour}' } }],
      before: [applied('net')],
    });
    expect(failure).toMatchObject({ code: 'unknown-output', diagnostics: [{ address: 'web' }] });
    expect(failure.message).toContain('colour');
  });
});

describe('a refusal', () => {
  const wrong = { severity: 'error', summary: 'Unclosed block', detail: 'Close it.', address: 'main.tf:3' } as const;

  it('carries what the engine found, with the unit and the place', async () => {
    const failure = await refusal([new ScriptedEngine('cloud', { diagnostics: [wrong] })], {
      resources: [{ name: 'base' }],
    });
    expect(failure).toMatchObject({
      code: 'configuration-invalid',
      message:
        'There is no plan. base: main.tf:3: Unclosed block. Close it. ' +
        'Correct the desired state, or retry the run when the cause is gone.',
      diagnostics: [{ summary: 'Unclosed block', address: 'base: main.tf:3' }],
    });
  });

  it('keeps the code of an engine that cannot do it', async () => {
    const engine = new ScriptedEngine('cloud', {
      onPlan: () => {
        throw new EngineFailure('provider-unavailable', 'The provider acme/moon cannot be had.', {
          errorClass: 'permanent',
        });
      },
    });
    const failure = await refusal([engine], { resources: [{ name: 'base' }, { name: 'other' }] });
    expect(failure).toMatchObject({
      code: 'provider-unavailable',
      diagnostics: [{ address: 'base' }, { address: 'other' }],
    });
  });

  it('does not come from warnings', async () => {
    const warned = new ScriptedEngine('cloud', { diagnostics: [{ ...wrong, severity: 'warning' }] });
    expect((await planned([warned], { resources: [{}] })).units).toHaveLength(1);
  });

  it('protects what must not be replaced', async () => {
    const failure = await refusal([new ScriptedEngine('cloud', { actions: { db: 'replace' } })], {
      resources: [{ name: 'db', lifecycle: { preventDestroy: true } }],
      before: [applied('db')],
    });
    expect(failure.code).toBe('destroy-prevented');
  });

  it('records another protection by an apply, though the world stays as it is', async () => {
    const engine = new ScriptedEngine('cloud');
    const lifecycle = { preventDestroy: true, createBeforeDestroy: false, ignoreChanges: [] };
    const before = [applied('db', { lifecycle }), applied('web', { lifecycle })];
    const { units } = await planned([engine], { resources: [{ name: 'db' }, { name: 'web', lifecycle }], before });
    expect(units.map(({ action, unitId }) => [unitId, action])).toEqual([
      ['db', 'update'],
      ['web', 'none'],
    ]);
  });
});

describe('trouble with an engine', () => {
  it('is worth another try', async () => {
    const engine = new ScriptedEngine('cloud', {
      onPlan: () => {
        throw new EngineFailure('api-down', 'no answer', { errorClass: 'transient' });
      },
    });
    const { planner } = plannerOn([engine]);
    const attempt = planner.plan(request(desired([{}])), calm);
    await expect(attempt).rejects.toMatchObject({ name: 'Fault', code: 'engine-trouble', retryable: true });
  });

  it('stops the calls beside it', async () => {
    let stopped = 0;
    const engine = new ScriptedEngine('cloud', {
      onPlan: ({ unit }, { signal }) => {
        if (unit.unitId === 'r0') throw new EngineFailure('api-down', 'no answer', { errorClass: 'transient' });
        return new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            stopped += 1;
            reject(new EngineFailure('stopped', 'stopped', { errorClass: 'permanent' }));
          });
        });
      },
    });
    const { planner } = plannerOn([engine]);
    await expect(planner.plan(request(desired([{}, {}, {}])), calm)).rejects.toMatchObject({ code: 'engine-trouble' });
    expect(stopped).toBe(2);
    expect(engine.running).toBe(0);
  });

  it('never has more than four calls at once', async () => {
    const engine = new ScriptedEngine('cloud', { onPlan: () => Promise.resolve() });
    await planned([engine], { resources: Array.from({ length: 20 }, () => ({})) });
    expect(engine.runningMost).toBe(4);
  });
});
