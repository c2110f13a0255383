import { randomUUID } from 'node:crypto';
import type { AppliedUnit } from '@caisson/contracts';
import type { ApplyResult, Engine, EngineCall, PlanRequest, UnitInput } from '@caisson/engine';
import type { JsonObject } from '@caisson/kernel';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from './eventually.js';

/** What the engine contract needs of one engine and the world it drives. */
export interface EngineHarness {
  readonly engine: Engine;
  /** A small valid unit. Revision 2 differs from 1 in something that is updated in place or replaced. */
  unit(unitId: string, revision: 1 | 2): UnitInput;
  /** A unit that validation must refuse. */
  badUnit(unitId: string): UnitInput;
  /** A unit whose apply takes much longer than a test. */
  slowUnit(unitId: string): UnitInput;
  /** How many effects the world saw for a deployment so far, counted there and not by the engine. */
  effects(deploymentId: string): Promise<number>;
  /** How much of what the engine started for a deployment still runs: processes, open requests. */
  running(deploymentId: string): Promise<number>;
  stop(): Promise<void>;
}

/** Makes the surroundings of one engine call, with fresh ids where none are given. */
export function engineCall(given: Partial<EngineCall> & { readonly unitId?: string } = {}): EngineCall {
  const { unitId = 'unit', ...rest } = given;
  const tenantId = rest.tenantId ?? randomUUID();
  const deploymentId = rest.deploymentId ?? randomUUID();
  const runId = rest.runId ?? randomUUID();
  return {
    fencingToken: 1,
    signal: new AbortController().signal,
    log: () => undefined,
    ...rest,
    tenantId,
    deploymentId,
    runId,
    actionKey: rest.actionKey ?? `${deploymentId}/${runId}/${unitId}`,
  };
}

/** A unit of one resource. */
export function unitOf(address: string, type: string, properties: JsonObject): UnitInput {
  return { unitId: address, provider: 'test', resources: [{ address, type, properties, dependsOn: [] }] };
}

/** The unit as the deployment records it after an apply. */
export function appliedUnit(engine: Engine, unit: UnitInput, result: Pick<ApplyResult, 'resources'>): AppliedUnit {
  return {
    unitId: unit.unitId,
    engine: engine.name,
    provider: unit.provider,
    resources: result.resources.flatMap((state) =>
      unit.resources
        .filter(({ address }) => address === state.address)
        .map(({ dependsOn, properties, type }) => ({ ...state, type, properties, dependsOn: [...dependsOn] })),
    ),
    dependsOn: [],
    runId: randomUUID(),
  };
}

/** What every engine must do. Run it from the engine's `*.int.spec.ts`. */
export function engineContract(name: string, start: () => Promise<EngineHarness>): void {
  describe(`${name} keeps the engine contract`, () => {
    let world: EngineHarness;
    beforeAll(async () => {
      world = await start();
    });
    afterAll(() => world.stop());

    planningAndApplying(() => world);
    lookingAndRemoving(() => world);
    refusingAndStopping(() => world);
  });
}

function planningAndApplying(harness: () => EngineHarness): void {
  it('is healthy, names its types and its version', async () => {
    const { engine, unit } = harness();
    const capabilities = await engine.capabilities();
    expect(await engine.health()).toMatchObject({ healthy: true });
    expect(capabilities.types).toContain(unit('unit', 1).resources[0]?.type);
    expect(capabilities.resourcesPerUnitMax).toBeGreaterThan(0);
    expect(capabilities.version).not.toBe('');
  });

  it('plans a creation and changes nothing by planning', async () => {
    const { engine, unit, effects } = harness();
    const call = engineCall({ fencingToken: 0 });
    const plan = await engine.plan(planOf(unit('unit', 1)), call);
    expect(plan.action).toBe('create');
    expect(plan.changes.map((change) => change.action)).toContain('create');
    expect(await effects(call.deploymentId)).toBe(0);
    expect(await engine.observe(unit('unit', 1), call)).toEqual({ outcome: 'absent' });
  });

  it('makes what was planned, and nothing more when asked again under the same key', async () => {
    const { engine, unit, effects } = harness();
    const call = engineCall();
    const plan = await engine.plan(planOf(unit('unit', 1)), call);
    const request = {
      unit: unit('unit', 1),
      ...(plan.artifact === undefined ? {} : { artifact: plan.artifact }),
    };
    const first = await engine.apply(request, call);
    const made = await effects(call.deploymentId);
    const second = await engine.apply(request, call);
    expect(made).toBeGreaterThan(0);
    expect(await effects(call.deploymentId)).toBe(made);
    expect(second.resources).toEqual(first.resources);
  });

  it('applies without a saved dry run', async () => {
    const { engine, unit, effects } = harness();
    const call = engineCall();
    const result = await engine.apply({ unit: unit('unit', 1) }, call);
    expect(result.resources).toHaveLength(unit('unit', 1).resources.length);
    expect(await effects(call.deploymentId)).toBeGreaterThan(0);
  });

  it('plans no change for what is already as desired', async () => {
    const { engine, unit } = harness();
    const call = engineCall();
    const result = await engine.apply({ unit: unit('unit', 1) }, call);
    const previous = appliedUnit(engine, unit('unit', 1), result);
    const plan = await engine.plan({ ...planOf(unit('unit', 1)), previous }, { ...call, fencingToken: 0 });
    expect(plan.action).toBe('none');
  });

  it('plans and applies a change of what is there', async () => {
    const { engine, unit } = harness();
    const call = engineCall();
    const before = await engine.apply({ unit: unit('unit', 1) }, call);
    const previous = appliedUnit(engine, unit('unit', 1), before);
    const plan = await engine.plan({ ...planOf(unit('unit', 2)), previous }, { ...call, fencingToken: 0 });
    expect(['update', 'replace']).toContain(plan.action);
    expect(plan.changes.flatMap((change) => change.attributes)).not.toEqual([]);
    const later = engineCall({ tenantId: call.tenantId, deploymentId: call.deploymentId, fencingToken: 2 });
    const after = await engine.apply(
      { unit: unit('unit', 2), previous, ...(plan.artifact === undefined ? {} : { artifact: plan.artifact }) },
      later,
    );
    expect(after.resources).not.toEqual(before.resources);
  });

  it('says at the plan what is known only later, with no saved dry run', async () => {
    const { engine, unit } = harness();
    const input = unit('unit', 1);
    const unknowns = input.resources.slice(0, 1).flatMap(({ address, properties }) =>
      Object.keys(properties)
        .slice(0, 1)
        .map((path) => ({ resource: address, path })),
    );
    const plan = await engine.plan({ ...planOf(input), unknowns }, engineCall({ fencingToken: 0 }));
    expect(plan.action).toBe('create');
    expect(plan.artifact).toBeUndefined();
    expect(plan.changes.flatMap((change) => change.attributes).some((attribute) => attribute.unknown)).toBe(true);
  });
}

function lookingAndRemoving(harness: () => EngineHarness): void {
  it('observes what it made as expected, without changing anything', async () => {
    const { engine, unit, effects } = harness();
    const call = engineCall();
    const result = await engine.apply({ unit: unit('unit', 1) }, call);
    const made = await effects(call.deploymentId);
    const seen = await engine.observe(unit('unit', 1), { ...call, fencingToken: 0 });
    expect(seen).toEqual({ outcome: 'observed', resources: result.resources });
    expect(await effects(call.deploymentId)).toBe(made);
  });

  it('plans a removal, removes, and finds nothing to remove the second time', async () => {
    const { engine, unit } = harness();
    const call = engineCall();
    const result = await engine.apply({ unit: unit('unit', 1) }, call);
    const previous = appliedUnit(engine, unit('unit', 1), result);
    const removal: PlanRequest = { ...planOf(unit('unit', 1)), previous, destroy: true };
    const plan = await engine.plan(removal, { ...call, fencingToken: 0 });
    expect(plan.action).toBe('delete');
    await engine.destroy(unit('unit', 1), call);
    expect(await engine.observe(unit('unit', 1), { ...call, fencingToken: 0 })).toEqual({ outcome: 'absent' });
    await engine.destroy(unit('unit', 1), call);
    const never = engineCall();
    await engine.destroy(unit('unit', 1), never);
  });

  it('keeps units, deployments and tenants apart', async () => {
    const { engine, unit } = harness();
    const call = engineCall();
    await engine.apply({ unit: unit('one', 1) }, call);
    const reading = { ...call, fencingToken: 0 };
    expect(await engine.observe(unit('two', 1), reading)).toEqual({ outcome: 'absent' });
    const otherDeployment = { ...reading, deploymentId: randomUUID() };
    expect(await engine.observe(unit('one', 1), otherDeployment)).toEqual({ outcome: 'absent' });
    const otherTenant = { ...reading, tenantId: randomUUID() };
    expect(await engine.observe(unit('one', 1), otherTenant)).toEqual({ outcome: 'absent' });
  });
}

function refusingAndStopping(harness: () => EngineHarness): void {
  it('finds nothing wrong with a good unit and says what is wrong with a bad one', async () => {
    const { engine, unit, badUnit } = harness();
    const call = engineCall({ fencingToken: 0 });
    const isError = (finding: { readonly severity: string }): boolean => finding.severity === 'error';
    expect((await engine.validate(unit('unit', 1), call)).filter(isError)).toEqual([]);
    expect((await engine.validate(badUnit('unit'), call)).filter(isError)).not.toEqual([]);
  });

  it('fails a bad unit for good, with diagnostics', async () => {
    const { engine, badUnit } = harness();
    const failure = await engine.apply({ unit: badUnit('unit') }, engineCall()).catch((error: unknown) => error);
    expect(failure).toMatchObject({ name: 'EngineFailure', errorClass: 'permanent' });
    expect((failure as { diagnostics: unknown[] }).diagnostics).not.toEqual([]);
  });

  it('stops everything it started when it is told to stop', async () => {
    const { engine, slowUnit, running } = harness();
    const stop = new AbortController();
    const call = engineCall({ signal: stop.signal });
    const outcome = engine.apply({ unit: slowUnit('unit') }, call).catch((error: unknown) => error);
    await eventually('the apply to be under way', async () => (await running(call.deploymentId)) > 0);
    stop.abort();
    expect(await outcome).toMatchObject({ name: 'EngineFailure', errorClass: 'unknown' });
    expect(await running(call.deploymentId)).toBe(0);
  });

  it('does not start when it was told to stop before', async () => {
    const { engine, unit, effects } = harness();
    const call = engineCall({ signal: AbortSignal.abort() });
    await expect(engine.apply({ unit: unit('unit', 1) }, call)).rejects.toMatchObject({ name: 'EngineFailure' });
    expect(await effects(call.deploymentId)).toBe(0);
  });
}

function planOf(unit: UnitInput): PlanRequest {
  return { unit, unknowns: [], destroy: false };
}
