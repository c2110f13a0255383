import type { ApplyResult, ResourceInput, UnitInput } from '@caisson/engine';
import { appliedUnit, engineCall, lacks } from '@caisson/testing';
import type { JsonObject } from '@caisson/kernel';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTerraformWorld, type TerraformWorld } from './terraform-world.harness.js';

let world: TerraformWorld;

const data = (address: string, properties: JsonObject, more: Partial<ResourceInput> = {}): ResourceInput => ({
  ...{ address, type: 'data', properties, dependsOn: [], ...more },
});

const unitOf = (...resources: readonly ResourceInput[]): UnitInput => {
  return { unitId: 'terraform.1', provider: 'terraform', resources };
};

const outputsOf = ({ resources }: Pick<ApplyResult, 'resources'>) =>
  Object.fromEntries(resources.map(({ address, outputs }) => [address, outputs['output']]));

const actionsOf = (resources: readonly { readonly address: string; readonly action: string }[]) =>
  Object.fromEntries(resources.map(({ action, address }) => [address, action]));

describe.skipIf(lacks('terraform'))('generated resources in one unit', () => {
  beforeAll(async () => {
    world = await startTerraformWorld();
  });
  afterAll(() => world.stop());

  it('keep every value as it is written, whatever Terraform would make of it', async () => {
    const input: JsonObject = {
      text: 'a ${path["module"]} %{ if true } $${1 + 1} %%{y} "quoted" \\ \n é',
      'key ${1}': [null, true, 1.5, { deep: '${' }],
    };
    const result = await world.engine.apply({ unit: unitOf(data('1st', { input })) }, engineCall());
    expect(outputsOf(result)).toEqual({ '1st': input });
  });

  it('refer to each other, are planned one by one, and are seen as they were left', async () => {
    const call = engineCall();
    const unit = unitOf(
      data('base', { input: { color: 'red' } }),
      data('web[0]', { input: 'in ${base.output.color}' }, { dependsOn: ['base'] }),
      data('web[1]', { input: '${base.outputs.output}' }, { dependsOn: ['base'] }),
    );
    const plan = await world.engine.plan({ unit, unknowns: [], destroy: false }, call);
    expect(plan.action).toBe('create');
    expect(actionsOf(plan.resources)).toEqual({ base: 'create', 'web[0]': 'create', 'web[1]': 'create' });
    expect(plan.changes.find(({ resource }) => resource === 'web[1]')).toMatchObject({
      address: 'terraform_data.web_1',
      attributes: expect.arrayContaining([{ path: 'input', sensitive: false, unknown: true }]) as unknown,
    });
    const result = await world.engine.apply({ unit, artifact: plan.artifact! }, call);
    expect(outputsOf(result)).toEqual({ base: { color: 'red' }, 'web[0]': 'in red', 'web[1]': { color: 'red' } });
    expect(await world.engine.observe(unit, call)).toEqual({ outcome: 'observed', resources: result.resources });
    const previous = appliedUnit(world.engine, unit, result);
    const again = await world.engine.plan({ unit, previous, unknowns: [], destroy: false }, call);
    expect(again).toMatchObject({ action: 'none', changes: [] });
    expect(actionsOf(again.resources)).toEqual({ base: 'none', 'web[0]': 'none', 'web[1]': 'none' });
  });

  it('are changed, made anew, added and removed in one plan', async () => {
    const call = engineCall();
    const first = unitOf(
      data('changed', { input: { size: 1 } }),
      data('anew', { triggers_replace: 1 }),
      data('going', { input: 'x' }),
      data('staying', { input: 'x' }),
      data('ignored', { input: 'x' }),
    );
    const previous = appliedUnit(world.engine, first, await world.engine.apply({ unit: first }, call));
    const lifecycle = { preventDestroy: false, createBeforeDestroy: true, ignoreChanges: ['input'] };
    const second = unitOf(
      data('changed', { input: { size: 2 } }),
      data('anew', { triggers_replace: 2 }),
      data('staying', { input: 'x' }),
      data('ignored', { input: 'y' }, { lifecycle }),
      data('new', { input: 'x' }),
    );
    const request = { unit: second, previous, unknowns: [], destroy: false };
    const plan = await world.engine.plan(request, call);
    expect(plan.action).toBe('update');
    expect(actionsOf(plan.resources)).toEqual({
      ...{ changed: 'update', anew: 'replace', going: 'delete', staying: 'none', ignored: 'none', new: 'create' },
    });
    const change = plan.changes.find(({ resource }) => resource === 'changed');
    expect(change?.attributes).toContainEqual({
      ...{ path: 'input.size', before: 1, after: 2, sensitive: false, unknown: false },
    });
    const later = engineCall({ ...call, fencingToken: 2 });
    const { resources } = await world.engine.apply({ unit: second, artifact: plan.artifact! }, later);
    expect(resources.map(({ address }) => address).sort()).toEqual(['anew', 'changed', 'ignored', 'new', 'staying']);
  });

  it('are told by name, with the property, where Terraform finds something wrong with one', async () => {
    const unit = unitOf(data('made', { input: { here: 1 } }), data('broken[1]', { input: '${made.output.missing}' }));
    const failure = await world.engine.apply({ unit }, engineCall()).catch((error: unknown) => error);
    expect(failure).toMatchObject({
      ...{ code: 'apply-failed', errorClass: 'permanent', partial: { resources: [] } },
      diagnostics: [{ address: 'broken[1]', detail: expect.stringContaining('property "input"') as string }],
    });
  });

  it('are removed together, also when not all of them were recorded', async () => {
    const call = engineCall();
    await world.engine.apply({ unit: unitOf(data('a', { input: 1 }), data('b', { input: '${a.id}' })) }, call);
    const known = unitOf(data('a', { input: 1 }));
    const plan = await world.engine.plan({ unit: known, unknowns: [], destroy: true }, call);
    expect(actionsOf(plan.resources)).toEqual({ a: 'delete', b: 'delete' });
    expect(await world.engine.destroy(known, call)).toMatchObject({ changes: { remove: 2 } });
    expect(await world.engine.observe(known, call)).toEqual({ outcome: 'absent' });
  });

  it('are not removed where that is forbidden', async () => {
    const call = engineCall();
    const lifecycle = { preventDestroy: true, createBeforeDestroy: false, ignoreChanges: [] };
    const kept = (triggers: number) => unitOf(data('kept', { triggers_replace: triggers }, { lifecycle }));
    await world.engine.apply({ unit: kept(1) }, call);
    await expect(world.engine.apply({ unit: kept(2) }, call)).rejects.toMatchObject({
      ...{ errorClass: 'permanent', diagnostics: [{ address: 'kept' }] },
    });
    await world.engine.destroy(kept(1), call);
  });

  it.each<[string, ResourceInput, string]>([
    ['an argument that there is not', data('web[3]', { inputs: 1 }), 'inputs'],
    ['an argument of Terraform itself', data('web[3]', { count: 2 }), 'count'],
    ['a type without a plugin', { ...data('web[3]', {}), type: 'aws_instance' }, 'aws_instance'],
    [
      'a path that is none',
      data(
        'web[3]',
        {},
        {
          lifecycle: { preventDestroy: false, createBeforeDestroy: false, ignoreChanges: ['a ${b}'] },
        },
      ),
      'ignoreChanges',
    ],
  ])('with %s are refused with the resource and the field', async (_what, resource, field) => {
    const [found] = await world.engine.validate(unitOf(data('fine', {}), resource), engineCall({ fencingToken: 0 }));
    expect(found).toMatchObject({ severity: 'error', address: 'web[3]' });
    expect(JSON.stringify(found)).toContain(field);
  });

  it('are validated though a value is known only later', async () => {
    const unit = unitOf(data('web', { input: 'x ${elsewhere.id}' }));
    expect(await world.engine.validate(unit, engineCall({ fencingToken: 0 }))).toEqual([]);
    await expect(world.engine.apply({ unit }, engineCall())).rejects.toMatchObject({ code: 'invalid-configuration' });
    const unknowns = [{ resource: 'web', path: 'input' }];
    const plan = await world.engine.plan({ unit, unknowns, destroy: false }, engineCall({ fencingToken: 0 }));
    expect(plan).toMatchObject({ action: 'create', resources: [{ address: 'web', action: 'create' }] });
  });
});
