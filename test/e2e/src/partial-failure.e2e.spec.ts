import { afterAll, beforeAll, expect, it } from 'vitest';
import { EmbeddedCaisson } from './embedded-caisson.js';

let caisson: EmbeddedCaisson;
beforeAll(async () => {
  caisson = await EmbeddedCaisson.start({ CAISSON_SANDBOX_READY_SECONDS: '1' });
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
