import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, markedProcessesOf } from '@caisson/testing';
import { EmbeddedCaisson } from './embedded-caisson.js';
import { TerraformWorld } from './terraform-world.js';

const NETWORK = { name: 'network', engine: 'sandbox', type: 'network', properties: { cidr: '10.1.0.0/16' } };
const server = (name: string) => ({
  name,
  engine: 'sandbox',
  type: 'server',
  properties: { network: '${network.id}', flavor: 'm1.small', image: 'ubuntu-24.04' },
});
const deployment = (name: string, onFailure: string, ...resources: object[]) => ({
  ...{ name, onFailure, autoApprove: true, resources },
});

let caisson: EmbeddedCaisson;
beforeAll(async () => {
  caisson = await EmbeddedCaisson.start();
});
afterAll(() => caisson.stop());

const unitsOf = async (deploymentId: string) =>
  (await caisson.client.resources(deploymentId)).map(({ unitId }) => unitId).sort();
const factsOf = async (deploymentId: string) =>
  (await caisson.client.history(deploymentId)).map(({ type, data }) => ({
    fact: type.split('.')[2] ?? '',
    unitId: data['unitId'],
  }));

describe('a Terraform configuration that fails half way', () => {
  it('fails the run in Terraform’s words, shows what was made, and a rollback removes exactly that', async () => {
    const world = new TerraformWorld(caisson.folder, 'half');
    const created = await caisson.client.createDeployment(deployment('half', 'keep', world.gated('base')));
    const failed = await caisson.client.waitForRun(created.run.id);
    expect(failed).toMatchObject({ state: 'failed', failure: { code: 'apply-failed' } });
    const [diagnostic] = failed.failure?.diagnostics ?? [];
    expect(diagnostic).toMatchObject({ severity: 'error', summary: 'local-exec provisioner error' });
    expect(diagnostic?.address).toBe('terraform_data.second');
    expect(failed.failure?.message).toMatch(/base|terraform_data.second/);
    expect(failed.failure?.taskId).toBeDefined();
    expect(await world.told()).toEqual(['+first']);

    const [made, ...more] = await caisson.client.resources(created.deployment.id);
    expect(more).toEqual([]);
    expect(made?.unitId).toBe('base');
    expect(Object.keys(made?.expected ?? {}).sort()).toEqual(['terraform_data.first', 'terraform_data.second']);

    const { run } = await caisson.client.rollback(created.deployment.id);
    expect(run.id).toBe(failed.id);
    await caisson.client.waitForRun(run.id, { states: ['rolled_back'] });
    expect(await world.told()).toEqual(['+first', '-first']);
    expect(await caisson.client.resources(created.deployment.id)).toEqual([]);

    // The state is empty too: trying again means to make all three.
    await world.openGate();
    await caisson.client.retry(run.id);
    await caisson.client.waitForRun(run.id, { states: ['completed'] });
    const { changes } = await caisson.client.plan(run.id);
    const toMake = changes.filter(({ address }) => address.startsWith('terraform_data.'));
    expect(toMake.map(({ action }) => action)).toEqual(['create', 'create', 'create']);
    expect(await world.told()).toEqual(['+first', '-first', '+first', '+second', '+third']);
  });

  it('is undone by itself where the deployment says so; what earlier runs made stays', async () => {
    const [before, world] = [new TerraformWorld(caisson.folder, 'kept'), new TerraformWorld(caisson.folder, 'late')];
    await before.openGate();
    const first = [before.gated('base'), NETWORK, { ...server('web'), dependsOn: ['base'] }];
    const created = await caisson.client.createDeployment(deployment('mixed', 'rollback', ...first));
    const { id } = created.deployment;
    await caisson.client.waitForRun(created.run.id, { states: ['completed'] });
    const stood = await caisson.sandbox.resources(id);
    const late = { ...world.gated('late'), dependsOn: ['extra'] };
    const changed = deployment('mixed', 'rollback', ...first, server('extra'), late);
    const { run } = await caisson.client.changeDeployment(id, changed);
    const undone = await caisson.client.waitForRun(run.id);
    expect(undone.state).toBe('rolled_back');
    expect(undone.failure?.diagnostics[0]?.summary).toBe('local-exec provisioner error');
    expect(await world.told()).toEqual(['+first', '-first']);
    expect(await before.told()).toEqual(['+first', '+second', '+third']);
    expect(await caisson.sandbox.resources(id)).toEqual(stood);
    expect((await caisson.sandbox.ledger(id)).map(({ kind }) => kind)).toEqual([
      'create',
      'create',
      'create',
      'delete',
    ]);
    expect(await unitsOf(id)).toEqual(['base', 'network', 'web']);
  });

  it('goes on when it is tried again after the cause is gone; what succeeded is not done again', async () => {
    const world = new TerraformWorld(caisson.folder, 'again');
    const base = { ...world.gated('base'), dependsOn: ['network'] };
    const wanted = deployment('again', 'keep', NETWORK, base, { ...server('web'), dependsOn: ['base'] });
    const created = await caisson.client.createDeployment(wanted);
    const { id } = created.deployment;
    const failed = await caisson.client.waitForRun(created.run.id);
    expect(failed.state).toBe('failed');
    expect(await unitsOf(id)).toEqual(['base', 'network']);
    await world.openGate();
    await caisson.client.retry(failed.id);
    const completed = await caisson.client.waitForRun(failed.id, { states: ['completed'] });
    expect(completed.failure).toBeUndefined();
    expect(await world.told()).toEqual(['+first', '+second', '+third']);
    expect((await caisson.sandbox.ledger(id)).map(({ kind }) => kind)).toEqual(['create', 'create']);
    const started = (await factsOf(id)).filter(({ fact }) => fact === 'task-started').map(({ unitId }) => unitId);
    expect(started).toEqual(['network', 'base', 'base', 'web']);
  });
});

describe('a Terraform configuration that cannot be planned', () => {
  const module_ = (text: string) => ({
    ...{ name: 'base', engine: 'terraform', type: 'module' },
    properties: { source: { files: { 'main.tf': text } }, variables: {} },
  });
  const needing = (source: string) => `
    terraform {
      required_providers { nowhere = { source = "${source}" } }
    }
    resource "nowhere_thing" "a" {}`;

  it.each([
    ['does not parse', 'resource "terraform_data" "a" {\n  input = \n', /main\.tf/, 20_000],
    ['names what Terraform does not know', 'resource "terraform_data" "a" { no_such = 1 }', /main\.tf/, 20_000],
    ['needs a provider that does not exist', needing('none-such/nowhere'), /none-such\/nowhere/, 60_000],
    ['needs a registry that does not exist', needing('registry.invalid/none/nowhere'), /registry\.invalid/, 60_000],
  ])('because it %s fails the run, names the resource and the remedy, and does nothing', async (...row) => {
    const [, text, place, limitMs] = row;
    const beganAt = performance.now();
    const wanted = deployment('bad', 'rollback', NETWORK, { ...module_(text), dependsOn: ['network'] });
    const { deployment: made, run } = await caisson.client.createDeployment(wanted);
    const failed = await caisson.client.waitForRun(run.id);
    expect(failed.state).toBe('failed');
    expect(performance.now() - beganAt).toBeLessThan(limitMs);
    const { code, diagnostics, message } = failed.failure ?? { code: '', diagnostics: [], message: '' };
    expect(code).toMatch(/^[a-z]+(-[a-z]+)+$/);
    expect(diagnostics.length).toBeGreaterThan(0);
    expect(diagnostics.every(({ address = '' }) => address.startsWith('base'))).toBe(true);
    expect(JSON.stringify(diagnostics)).toMatch(place);
    expect(message).toMatch(/[Cc]orrect|[Rr]etry|[Mm]end|[Rr]emove|[Cc]hange/);
    expect(await caisson.sandbox.ledger(made.id)).toEqual([]);
    expect(await caisson.client.resources(made.id)).toEqual([]);
    expect((await factsOf(made.id)).some(({ fact }) => fact.startsWith('task-'))).toBe(false);
    expect((await fetch(`${caisson.process.url}/readyz`)).status).toBe(200);
  });
});

describe('a cancel while Terraform works', () => {
  it('stops the tool with all it started, ends the run, and shows what it did', async () => {
    const world = new TerraformWorld(caisson.folder, 'cancel');
    const mark = `29${String(Date.now()).slice(-7)}`;
    const wanted = deployment('cancel', 'keep', world.resource('base', `sleep ${mark}`));
    const { deployment: made, run } = await caisson.client.createDeployment(wanted);
    const sleeping = () => markedProcessesOf(`sleep ${mark}`);
    await eventually('the apply sleeps', async () => ((await sleeping()).length > 0 ? true : undefined), 60_000);
    await caisson.client.cancel(run.id);
    const cancelled = await caisson.client.waitForRun(run.id, { states: ['cancelled', 'failed', 'rolled_back'] });
    expect(cancelled.state).toBe('cancelled');
    const { done = [], notDone = [], unknown = [] } = cancelled.effects ?? {};
    expect([...done, ...notDone, ...unknown]).toMatchObject([{ unitId: 'base', action: 'create' }]);
    expect(await sleeping()).toEqual([]);
    expect(await markedProcessesOf(`terraform`, caisson.process.pid)).toEqual([]);
    expect(await world.told()).toEqual(['+first']);
    const [left] = await caisson.client.resources(made.id);
    expect(Object.keys(left?.expected ?? {})).toContain('terraform_data.first');
    const { run: destroy } = await caisson.client.destroyDeployment(made.id);
    await caisson.client.waitForRun(destroy!.id, { states: ['completed'] });
    expect(await world.told()).toEqual(['+first', '-first']);
  });
});
