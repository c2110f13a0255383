import type { DesiredStateInput } from '@caisson/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EmbeddedCaisson } from './embedded-caisson.js';

type Resources = NonNullable<DesiredStateInput['resources']>;
type Strategy = NonNullable<DesiredStateInput['strategy']>;

const NETWORK = { name: 'network', engine: 'sandbox', type: 'network', properties: { cidr: '10.1.0.0/16' } };
const record = (name: string) => ({ name, engine: 'sandbox', type: 'record', properties: { data: { of: name } } });

/** Three servers, each of which is well when its URL answers so. */
const servers = (expectStatus: number, flavor = 'm1.small'): Resources => [
  NETWORK,
  {
    ...{ name: 'web', engine: 'sandbox', type: 'server', count: 3 },
    properties: { network: '${network.id}', flavor, image: 'ubuntu-24.04' },
    checks: [{ kind: 'http', url: '${web.outputs.url}/healthz', expectStatus, withinMs: 2000 }],
  },
];

let caisson: EmbeddedCaisson;
beforeAll(async () => {
  caisson = await EmbeddedCaisson.start();
});
afterAll(() => caisson.stop());

const desired = (strategy: Strategy, resources: Resources) => ({
  name: 'shop',
  strategy,
  autoApprove: true,
  resources,
});

async function create(strategy: Strategy, resources: Resources) {
  const { deployment, run } = await caisson.client.createDeployment(desired(strategy, resources));
  const ended = await caisson.client.waitForRun(run.id, { states: ['completed', 'failed', 'rolled_back'] });
  return { id: deployment.id, run: ended };
}

async function change(id: string, strategy: Strategy, resources: Resources) {
  const { run } = await caisson.client.changeDeployment(id, desired(strategy, resources));
  return caisson.client.waitForRun(run.id, { states: ['completed', 'failed', 'rolled_back'] });
}

/** What a run did to the sandbox cloud, in order, by the cloud's own ledger. */
async function trace(id: string, runId: string): Promise<readonly string[]> {
  const effects = await caisson.sandbox.ledger(id);
  return effects
    .filter(({ actionKey }) => actionKey?.startsWith(`${id}/${runId}/`))
    .map(
      ({ actionKey, kind }) => `${kind} ${actionKey?.slice(`${id}/${runId}/`.length).replace('/rollback', '') ?? ''}`,
    );
}

async function gatesOf(runId: string): Promise<readonly string[]> {
  return ((await caisson.client.plan(runId)).gates ?? []).map(({ unitId }) => unitId);
}

/** Tasks of the facts of a kind, in order. */
async function order(id: string, runId: string): Promise<readonly string[]> {
  const history = await caisson.client.history(id);
  return history
    .filter(({ data, type }) => /task-(started|succeeded)/.test(type) && data['runId'] === runId)
    .map(({ data, type }) => `${type.includes('started') ? 'start' : 'end'} ${data['unitId'] as string}`);
}

describe('canary', () => {
  it('makes the first copy alone, asks it, and then makes the others', async () => {
    const { id, run } = await create('canary', servers(200));
    expect(run).toMatchObject({ state: 'completed' });
    expect(await gatesOf(run.id)).toEqual(['canary.web[0].check.1']);
    expect((await trace(id, run.id)).slice(0, 2)).toEqual(['create network', 'create web[0]']);
    const facts = await order(id, run.id);
    expect(facts.indexOf('end canary.web[0].check.1')).toBeLessThan(facts.indexOf('start web[1]'));
    expect(facts.indexOf('end web[0]')).toBeLessThan(facts.indexOf('start canary.web[0].check.1'));
  });

  it('stops at a failed check, and undoes the first copy', async () => {
    const { id, run } = await create('canary', servers(418));
    expect(run).toMatchObject({ state: 'rolled_back' });
    expect(await trace(id, run.id)).toEqual([
      ...['create network', 'create web[0]'],
      ...['delete web[0]', 'delete network'],
    ]);
    expect(await caisson.sandbox.resources(id)).toEqual([]);
  });
});

/** The same servers, each of which is well when what it gives out contains a text. */
const judged = (expected: string): Resources =>
  servers(200).map((resource) =>
    resource.name === 'web'
      ? { ...resource, checks: [{ kind: 'output', value: '${web.outputs.url}', test: 'contains', expected }] }
      : resource,
  );

describe('canary by another kind of check', () => {
  it('passes the gate when the check holds', async () => {
    const { id, run } = await create('canary', judged('http'));
    expect(run).toMatchObject({ state: 'completed' });
    expect(await gatesOf(run.id)).toEqual(['canary.web[0].check.1']);
    const facts = await order(id, run.id);
    expect(facts.indexOf('end canary.web[0].check.1')).toBeLessThan(facts.indexOf('start web[1]'));
  });

  it('stops at it when it does not, and undoes the first copy', async () => {
    const { id, run } = await create('canary', judged('nowhere'));
    expect(run).toMatchObject({ state: 'rolled_back', failure: { code: 'wait-refused' } });
    expect(await trace(id, run.id)).toEqual([
      ...['create network', 'create web[0]'],
      ...['delete web[0]', 'delete network'],
    ]);
  });
});

describe('rolling', () => {
  it('makes new copies at once, changes existing ones one by one, and has no gate when nothing changes', async () => {
    const { id, run } = await create('rolling', servers(200));
    expect(await gatesOf(run.id)).toEqual([]);
    const bigger = await change(id, 'rolling', servers(200, 'm1.large'));
    expect(bigger).toMatchObject({ state: 'completed' });
    expect(await trace(id, bigger.id)).toEqual(['update web[0]', 'update web[1]', 'update web[2]']);
    expect((await order(id, bigger.id)).filter((fact) => !fact.includes('rolling'))).toEqual([
      ...['start web[0]', 'end web[0]', 'start web[1]', 'end web[1]', 'start web[2]', 'end web[2]'],
    ]);
    const same = await change(id, 'rolling', servers(200, 'm1.large'));
    expect(same).toMatchObject({ state: 'completed' });
    expect((await caisson.client.plan(same.id)).units.filter(({ action }) => action !== 'none')).toEqual([]);
  });
});

describe('what replaces something', () => {
  it('comes after it with recreate', async () => {
    const { id } = await create('recreate', [record('old')]);
    const run = await change(id, 'recreate', [record('new')]);
    expect(await gatesOf(run.id)).toEqual(['recreate.pause']);
    expect(await trace(id, run.id)).toEqual(['delete old', 'create new']);
  });

  it('comes before it with blue_green, behind a gate', async () => {
    const { id } = await create('blue_green', [record('old')]);
    const run = await change(id, 'blue_green', [record('new')]);
    expect(await gatesOf(run.id)).toEqual(['blue-green.pause']);
    expect(await trace(id, run.id)).toEqual(['create new', 'delete old']);
  });
});
