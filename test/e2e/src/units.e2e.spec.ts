import type { Plan, RunResource } from '@caisson/client';
import type { DesiredStateInput } from '@caisson/contracts';
import { lacks } from '@caisson/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EmbeddedCaisson } from './embedded-caisson.js';

const AUTO = { autoApprove: true, autoExecute: true };

const data = (name: string, input: unknown, more: object = {}) => ({
  ...{ name, type: 'data', provider: 'terraform', properties: { input } },
  ...more,
});

/** Terraform, then the sandbox cloud, then Terraform again. */
const MIXED = {
  name: 'mixed',
  ...AUTO,
  resources: [
    data('base', { cidr: '10.7.0.0/16' }),
    { name: 'network', engine: 'sandbox', type: 'network', properties: { cidr: '${base.output.cidr}' } },
    data('app', { network: '${network.id}', base: '${base.id}' }, { count: 2 }),
    data('log', { of: '${base.output.cidr}' }),
  ],
  outputs: { network: '${app[1].output.network}' },
} as DesiredStateInput;

describe.skipIf(lacks('terraform'))('units of several resources', () => {
  let caisson: EmbeddedCaisson;

  beforeAll(async () => {
    caisson = await EmbeddedCaisson.start();
  });
  afterAll(() => caisson.stop());

  async function ended(run: { readonly id: string }, state: string): Promise<RunResource> {
    const settled = await caisson.client.waitForRun(run.id);
    expect(settled).toMatchObject({ state });
    return settled;
  }

  async function addressesOf(deploymentId: string): Promise<readonly string[]> {
    return (await caisson.client.resources(deploymentId)).map(({ address }) => address).sort();
  }

  it('pass outputs along, change resource by resource, go back and go', { timeout: 120_000 }, async () => {
    const { client } = caisson;
    const { deployment, run } = await client.createDeployment(MIXED);
    const created = await ended(run, 'completed');
    expect(unitsOf(await client.plan(run.id))).toEqual({
      'terraform.1': { base: 'create', log: 'create' },
      network: { network: 'create' },
      'terraform.2': { 'app[0]': 'create', 'app[1]': 'create' },
    });
    const [network] = await caisson.sandbox.resources(deployment.id);
    expect(network).toMatchObject({ cidr: '10.7.0.0/16' });
    expect((await client.deployment(deployment.id)).outputs).toEqual({ network: network?.id });
    expect(created.progress).toBe(100);
    expect(await addressesOf(deployment.id)).toEqual(['app[0]', 'app[1]', 'base', 'log', 'network']);

    const resources = MIXED.resources.map((resource) => {
      if (resource.name === 'app') return { ...resource, count: 1 };
      return resource.name === 'log' ? data('log', { of: 'nothing' }) : resource;
    });
    const outputs = { network: '${app[0].output.network}' };
    const changed = await client.changeDeployment(deployment.id, {
      ...MIXED,
      resources: [...resources, data('extra', '${log.output.of}')],
      outputs,
    });
    await ended(changed.run, 'completed');
    const plan = await client.plan(changed.run.id);
    expect(unitsOf(plan)).toEqual({
      'terraform.1': { base: 'none', log: 'update', extra: 'create' },
      network: { network: 'none' },
      'terraform.2': { 'app[0]': 'none', 'app[1]': 'delete' },
    });
    expect(plan.changes.find(({ resource }) => resource === 'log')).toMatchObject({
      attributes: expect.arrayContaining([
        { path: 'input.of', before: '10.7.0.0/16', after: 'nothing', sensitive: false, unknown: false },
      ]) as unknown,
    });
    expect(await addressesOf(deployment.id)).toEqual(['app[0]', 'base', 'extra', 'log', 'network']);

    await ended((await client.rollback(deployment.id, 1)).run, 'completed');
    expect(await addressesOf(deployment.id)).toEqual(['app[0]', 'app[1]', 'base', 'log', 'network']);

    const gone = await client.destroyDeployment(deployment.id);
    await ended(gone.run!, 'completed');
    expect(await caisson.sandbox.resources(deployment.id)).toEqual([]);
  });

  it('are ten for a thousand resources', { timeout: 120_000 }, async () => {
    const many = Array.from({ length: 10 }, (_, index) => data(`r${index}`, index, { count: 100 }));
    const { run } = await caisson.client.createDeployment({ name: 'many', resources: many });
    await ended(run, 'awaiting_approval');
    const { changes, units, waves } = await caisson.client.plan(run.id);
    expect(units.map(({ resources, unitId }) => [unitId, resources.length])).toEqual(
      Array.from({ length: 10 }, (_, index) => [`terraform.${index + 1}`, 100]),
    );
    expect(waves).toHaveLength(1);
    expect(new Set(changes.map(({ resource }) => resource)).size).toBe(1000);
    expect(units.every(({ artifact }) => artifact !== undefined)).toBe(true);
  });

  it('are put back as they were when a later unit fails', { timeout: 120_000 }, async () => {
    const { client } = caisson;
    const name = 'half';
    const before = [data('kept', { size: 1 }), data('gone', 'x')];
    const { deployment, run } = await client.createDeployment({ name, ...AUTO, resources: before });
    await ended(run, 'completed');
    const server = { network: '${new.output}', flavor: 'm1.small', image: 'debian-12' };
    const changed = await client.changeDeployment(deployment.id, {
      ...{ name, ...AUTO },
      resources: [
        data('kept', { size: 2 }),
        data('new', 'net-nowhere'),
        { name: 'server', engine: 'sandbox', type: 'server', properties: server },
      ],
    });
    await ended(changed.run, 'rolled_back');
    const resources = await client.resources(deployment.id);
    expect(resources.map(({ address, outputs }) => [address, outputs['output']]).sort()).toEqual([
      ['gone', 'x'],
      ['kept', { size: 1 }],
    ]);
  });
});

/** What happens to each resource, by unit. */
function unitsOf({ units }: Plan): Readonly<Record<string, Readonly<Record<string, string>>>> {
  return Object.fromEntries(
    units.map(({ resources, unitId }) => [
      unitId,
      Object.fromEntries(resources.map(({ action, address }) => [address, action])),
    ]),
  );
}
