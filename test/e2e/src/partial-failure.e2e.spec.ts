import { eventually, markedProcessesOf } from '@caisson/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { EmbeddedCaisson } from './embedded-caisson.js';
import { TerraformWorld } from './terraform-world.js';

let caisson: EmbeddedCaisson;
beforeAll(async () => {
  caisson = await EmbeddedCaisson.start({ CAISSON_SANDBOX_READY_SECONDS: '1', CAISSON_TOOL_GRACE_SECONDS: '2' });
});
afterAll(() => caisson.stop());

/** A network with three servers in it. */
function threeServers(name: string, onFailure: string): object {
  const properties = { network: '${network.id}', flavor: 'm1.small', image: 'ubuntu-24.04' };
  const resources = [
    { name: 'network', engine: 'sandbox', type: 'network', properties: { cidr: '10.1.0.0/16' } },
    { name, engine: 'sandbox', type: 'server', count: 3, properties },
  ];
  return { name, onFailure, autoApprove: true, resources };
}

it('leaves no server and no network behind when the third of three servers is over the quota', async () => {
  await caisson.sandbox.arm({
    match: { method: 'POST', type: 'server', name: 'quota-2' },
    behaviour: { kind: 'fail', status: 403, code: 'quota-exceeded' },
  });
  const created = await caisson.client.createDeployment(threeServers('quota', 'rollback'));
  const run = await caisson.client.waitForRun(created.run.id);
  expect(run).toMatchObject({ state: 'rolled_back', failure: { code: 'quota-exceeded' } });
  const { id } = created.deployment;
  expect(await caisson.sandbox.resources(id)).toEqual([]);
  expect(await caisson.client.resources(id)).toEqual([]);
  const attempts = (await caisson.client.history(id)).filter(
    ({ data, type }) => type.includes('task-started') && data['unitId'] === 'quota[2]' && data['phase'] === 'apply',
  );
  expect(attempts).toHaveLength(1); // Asking again does not raise a quota.
});

it('fails when a server never becomes active, and removes it with all that the run made', async () => {
  await caisson.sandbox.arm({
    match: { method: 'POST', type: 'server', name: 'stuck-1' },
    behaviour: { kind: 'stuck' },
  });
  const created = await caisson.client.createDeployment(threeServers('stuck', 'rollback'));
  const run = await caisson.client.waitForRun(created.run.id);
  expect(run).toMatchObject({ state: 'rolled_back', failure: { code: 'never-active' } });
  const ledger = await caisson.sandbox.ledger(created.deployment.id);
  expect(ledger.filter(({ kind }) => kind === 'create')).toHaveLength(4); // It was there, and it is gone.
  expect(await caisson.sandbox.resources(created.deployment.id)).toEqual([]);
});

it('cancels a run whose tool and its children ignore that they are told to stop, and says what is there', async () => {
  const world = new TerraformWorld(caisson.folder, 'deaf');
  const mark = `31${String(Date.now()).slice(-7)}`;
  const deaf = world.resource('base', `trap '' INT TERM; (trap '' INT TERM; sleep ${mark}) & sleep ${mark}; wait`);
  const wanted = { name: 'deaf', onFailure: 'keep', autoApprove: true, resources: [deaf] };
  const { deployment, run } = await caisson.client.createDeployment(wanted);
  const sleeping = () => markedProcessesOf(`sleep ${mark}`);
  await eventually('the apply to sleep', async () => (await sleeping()).length > 1, 60_000);
  await caisson.client.cancel(run.id);
  const cancelled = await caisson.client.waitForRun(run.id, { states: ['cancelled', 'failed', 'rolled_back'] });
  expect(cancelled.state).toBe('cancelled');
  const { done = [], notDone = [], unknown = [] } = cancelled.effects ?? {};
  expect([...done, ...notDone, ...unknown]).toMatchObject([{ unitId: 'base' }]);
  expect(await sleeping()).toEqual([]);
  const destroyed = await caisson.client.destroyDeployment(deployment.id);
  await caisson.client.waitForRun(destroyed.run!.id, { states: ['completed'] });
});
