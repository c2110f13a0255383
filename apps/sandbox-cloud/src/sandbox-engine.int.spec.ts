import { randomUUID } from 'node:crypto';
import type { EngineFailure, UnitInput } from '@caisson/engine';
import { SandboxEngine } from '@caisson/engine-sandbox';
import { createTestDatabase, engineCall, engineContract, type EngineHarness, unitOf } from '@caisson/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startSandboxCloud, type SandboxCloud } from './index.js';

interface Entry {
  readonly kind: string;
  readonly resourceId: string;
}

/** Sends JSON to the cloud, or reads it. */
async function send(url: string, method = 'GET', body?: object): Promise<unknown> {
  const content =
    body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
  const response = await fetch(url, { method, ...content });
  const text = await response.text();
  return text === '' ? undefined : JSON.parse(text);
}

async function ledger(cloud: SandboxCloud, deploymentId: string): Promise<readonly Entry[]> {
  return ((await send(`${cloud.url}/v1/ledger?deployment=${deploymentId}`)) as { items: Entry[] }).items;
}

async function arm(cloud: SandboxCloud, match: object, behaviour: object): Promise<void> {
  await send(`${cloud.url}/v1/faults`, 'POST', { match, behaviour });
}

const SLOW = 'slow';

/** The engine on a cloud of its own; counts writes on their way. */
async function startHarness(unit: (cloud: SandboxCloud) => Promise<EngineHarness['unit']>): Promise<EngineHarness> {
  const database = await createTestDatabase();
  const cloud = await startSandboxCloud({ databaseUrl: database.url });
  await arm(cloud, { method: 'POST', name: SLOW }, { kind: 'delay', ms: 100_000 });
  const underWay = new Map<string, number>();
  const engine = new SandboxEngine({
    baseUrl: cloud.url,
    readyWithinMs: 300,
    readyEveryMs: 20,
    fetch: async (url, init) => {
      const deployment = new Headers(init?.headers).get('deployment') ?? '';
      underWay.set(deployment, (underWay.get(deployment) ?? 0) + 1);
      try {
        return await fetch(url, init);
      } finally {
        underWay.set(deployment, (underWay.get(deployment) ?? 0) - 1);
      }
    },
  });
  const make = await unit(cloud);
  return {
    engine,
    unit: make,
    badUnit: (unitId) => unitOf(unitId, 'network', { cidr: '10.0.0.1/8000' }),
    slowUnit: (unitId) => unitOf(unitId, 'network', { cidr: '10.9.0.0/24', name: SLOW }),
    effects: async (deploymentId) => (await ledger(cloud, deploymentId)).length,
    running: async (deploymentId) => underWay.get(deploymentId) ?? 0,
    stop: async () => {
      await cloud.close();
      await database.drop();
    },
  };
}

engineContract('the sandbox engine with networks', () =>
  startHarness(
    async () => (unitId, revision) =>
      unitOf(unitId, 'network', { cidr: revision === 1 ? '10.1.0.0/16' : '10.2.0.0/16' }),
  ),
);

engineContract('the sandbox engine with servers that move to another network', () =>
  startHarness(async (cloud) => {
    const makeNetwork = async (): Promise<string> => {
      const body = { name: 'shared', cidr: '10.3.0.0/16' };
      return ((await send(`${cloud.url}/v1/networks`, 'POST', body)) as { id: string }).id;
    };
    const [first, second] = [await makeNetwork(), await makeNetwork()];
    return (unitId, revision) => {
      const network = revision === 1 ? first : second;
      return unitOf(unitId, 'server', { flavor: 'm1.small', image: 'ubuntu-24.04', network });
    };
  }),
);

engineContract('the sandbox engine with records', () =>
  startHarness(async () => (unitId, revision) => unitOf(unitId, 'record', { data: { revision } })),
);

describe('the sandbox engine on an unreliable cloud', () => {
  let world: EngineHarness;
  let cloud: SandboxCloud;
  const unit: UnitInput = unitOf('volume', 'volume', { sizeGb: 10 });

  beforeAll(async () => {
    world = await startHarness(async (started) => {
      cloud = started;
      return () => unit;
    });
  });
  afterAll(() => world.stop());
  beforeEach(async () => {
    await send(`${cloud.url}/v1/faults`, 'DELETE');
  });

  it('adopts what was made when the answer was lost', async () => {
    const call = engineCall();
    await arm(cloud, { method: 'POST', type: 'volume' }, { kind: 'lose-answer' });
    const lost = world.engine.apply({ unit }, call);
    await expect(lost).rejects.toMatchObject({ name: 'EngineFailure', errorClass: 'unknown' });
    const result = await world.engine.apply({ unit }, call);
    expect(result.evidence).toMatchObject({ adopted: true });
    expect(await world.effects(call.deploymentId)).toBe(1);
  });

  it('does not believe a success that is none, and makes it at the next try', async () => {
    const call = engineCall();
    await arm(cloud, { method: 'POST', type: 'volume' }, { kind: 'lie' });
    await expect(world.engine.apply({ unit }, call)).rejects.toMatchObject({ code: 'effect-missing' });
    await world.engine.apply({ unit }, call);
    expect(await world.effects(call.deploymentId)).toBe(1);
  });

  it('removes what the cloud made twice', async () => {
    const call = engineCall();
    await arm(cloud, { method: 'POST', type: 'volume' }, { kind: 'duplicate' });
    const result = await world.engine.apply({ unit }, call);
    expect(result.evidence['removed']).toHaveLength(1);
    const seen = await world.engine.observe(unit, call);
    expect(seen).toMatchObject({ outcome: 'observed', resources: result.resources });
    expect((await ledger(cloud, call.deploymentId)).map((entry) => entry.kind)).toEqual(['create', 'create', 'delete']);
  });

  it('shows what somebody added, and plans its removal', async () => {
    const call = engineCall();
    await world.engine.apply({ unit }, call);
    const labels = { tenant: call.tenantId, deployment: call.deploymentId, unit: 'volume' };
    await send(`${cloud.url}/v1/volumes`, 'POST', { name: 'stray', sizeGb: 1, labels });
    const seen = await world.engine.observe(unit, call);
    expect(seen.outcome === 'observed' && Object.keys(seen.resources[0]!.expected)).toHaveLength(2);
    const plan = await world.engine.plan({ unit, unknowns: [], destroy: false }, call);
    expect(plan).toMatchObject({ action: 'update', changes: [{ action: 'delete' }] });
    await world.engine.apply({ unit }, engineCall({ ...call, actionKey: randomUUID(), fencingToken: 2 }));
    expect(await world.engine.plan({ unit, unknowns: [], destroy: false }, call)).toMatchObject({ action: 'none' });
  });

  it('puts right what was changed behind its back', async () => {
    const call = engineCall();
    const [made] = (await world.engine.apply({ unit }, call)).resources;
    const id = made!.outputs['id'] as string;
    await send(`${cloud.url}/v1/volumes/${id}`, 'PATCH', { sizeGb: 20, status: 'stopped', tags: { found: 'by-me' } });
    const plan = await world.engine.plan({ unit, unknowns: [], destroy: false }, call);
    expect(plan.changes.flatMap((change) => change.attributes.map((attribute) => attribute.path))).toEqual([
      'sizeGb',
      'status',
      'tags.found',
    ]);
    const repaired = await world.engine.apply({ unit }, engineCall({ ...call, actionKey: 'repair', fencingToken: 2 }));
    expect(Object.values(repaired.resources[0]!.expected)).toMatchObject([{ status: 'active', sizeGb: 10, tags: {} }]);
    expect(Object.keys(repaired.resources[0]!.expected)).toEqual(Object.keys(made!.expected));
  });

  it('waits for what is being built, and gives up with what is there when it never is', async () => {
    const call = engineCall();
    await arm(cloud, { method: 'POST', type: 'volume' }, { kind: 'stuck' });
    const stuck = world.engine.apply({ unit }, call);
    await expect(stuck).rejects.toMatchObject({ code: 'never-active', errorClass: 'permanent' });
    const { partial } = (await stuck.catch((error: unknown) => error)) as EngineFailure;
    expect(partial?.resources[0]?.expected).toMatchObject({ 'volume.volume': { status: 'building' } });
    expect(await world.engine.plan({ unit, unknowns: [], destroy: false }, call)).toMatchObject({ action: 'update' });
    const again = world.engine.apply({ unit }, call);
    const id = partial?.resources[0]?.outputs['id'] as string;
    await send(`${cloud.url}/v1/volumes/${id}`, 'PATCH', { status: 'active' });
    expect((await again).evidence).toMatchObject({ adopted: true });
    // The update is the one above: nothing was made or changed by the engine.
    expect((await ledger(cloud, call.deploymentId)).map(({ kind }) => kind)).toEqual(['create', 'update']);
  });

  it('stops for good when a newer holder has acted', async () => {
    const call = engineCall({ fencingToken: 7 });
    await world.engine.apply({ unit }, call);
    const late = engineCall({ ...call, fencingToken: 6, actionKey: 'late' });
    const changed = unitOf('volume', 'volume', { sizeGb: 30 });
    await expect(world.engine.apply({ unit: changed }, late)).rejects.toMatchObject({
      code: 'fenced',
      errorClass: 'permanent',
    });
  });

  it('says garbage and failure are unreadable, and a network in use is kept', async () => {
    const call = engineCall();
    await world.engine.apply({ unit }, call);
    await arm(cloud, { method: 'GET', type: 'volume' }, { kind: 'lie' });
    expect(await world.engine.observe(unit, call)).toMatchObject({ outcome: 'unreadable' });
    await arm(cloud, { method: 'GET', type: 'volume' }, { kind: 'fail', status: 500 });
    expect(await world.engine.observe(unit, call)).toMatchObject({ outcome: 'unreadable' });
    const network: UnitInput = unitOf('net', 'network', { cidr: '10.0.0.0/24' });
    const made = await world.engine.apply({ unit: network }, engineCall({ ...call, actionKey: 'net' }));
    const server = {
      name: 'by-hand',
      network: made.resources[0]!.outputs['id'],
      flavor: 'm1.small',
      image: 'debian-12',
    };
    await send(`${cloud.url}/v1/servers`, 'POST', server);
    await expect(world.engine.destroy(network, engineCall({ ...call, actionKey: 'gone' }))).rejects.toMatchObject({
      code: 'network-in-use',
    });
  });
});
