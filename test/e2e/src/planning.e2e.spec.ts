import { problemOf, type Plan } from '@caisson/client';
import type { DesiredStateInput } from '@caisson/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EmbeddedCaisson } from './embedded-caisson.js';

let caisson: EmbeddedCaisson;

beforeAll(async () => {
  caisson = await EmbeddedCaisson.start();
});
afterAll(() => caisson.stop());

interface Planned {
  readonly deploymentId: string;
  readonly runId: string;
  readonly plan: Plan;
}

/** Has a desired state planned; the run then waits for its approval. */
async function planned(
  desired: Partial<DesiredStateInput> & { readonly providers?: readonly string[] },
): Promise<Planned> {
  const { deployment, run } = await caisson.client.createDeployment({
    name: 'vectors',
    environment: 'staging',
    ...desired,
  });
  const waiting = await caisson.client.waitForRun(run.id);
  expect(waiting).toMatchObject({ state: 'awaiting_approval' });
  return { deploymentId: deployment.id, runId: run.id, plan: await caisson.client.plan(run.id) };
}

function problem<Answer>(asked: Promise<Answer>): Promise<unknown> {
  return asked.then(
    () => 'was accepted',
    (error: unknown) => problemOf(error),
  );
}

const NETWORK = { name: 'network', engine: 'sandbox', type: 'network', properties: { cidr: '10.1.0.0/16' } };

describe('the acceptance vectors, over HTTP', () => {
  it('V1: a server of one cloud and a database of another', async () => {
    const { plan } = await planned({
      strategy: 'blue_green',
      resources: [
        { name: 'web-server', type: 'compute', provider: 'aws' },
        { name: 'app-db', type: 'database', provider: 'gcp' },
      ],
    });
    expect(stepsOf(plan)).toEqual([
      ['app-db', 'google_sql_database_instance'],
      ['web-server', 'aws_instance'],
    ]);
    expect(plan).toMatchObject({
      ...{ duration: { sumMs: 180_000, criticalPathMs: 120_000 }, cost: { after: 125, currency: 'USD' } },
      ...{ risk: { level: 'medium' } },
    });
    expect(plan.reasoning).toContain(
      '2 execution steps for deployment to aws, gcp using blue_green strategy in staging',
    );
  });

  it('V2: providers and no resources', async () => {
    const { plan } = await planned({ providers: ['aws', 'gcp'] });
    expect(stepsOf(plan)).toHaveLength(4);
    expect(plan).toMatchObject({ duration: { sumMs: 180_000 }, cost: { after: 110 }, risk: { level: 'medium' } });
    expect(plan.reasoning).toContain('Generated 4 execution steps');
  });

  it.each([
    { steps: 10, environment: 'staging', level: 'low' },
    { steps: 11, environment: 'staging', level: 'medium' },
    { steps: 1, environment: 'production', level: 'high' },
  ] as const)('V3: $steps steps in $environment are of $level risk', async ({ environment, level, steps }) => {
    const resources = Array.from({ length: steps }, (_, index) => ({ ...NETWORK, name: `network-${index}` }));
    const { plan } = await planned({ environment, resources });
    expect(plan.risk.level).toBe(level);
    expect(plan.risk.reasons).toHaveLength(level === 'low' ? 0 : 1);
  });

  it('V4: two that need each other, and one that needs nobody', async () => {
    const [a, b] = [
      { ...NETWORK, name: 'a', dependsOn: ['b'] },
      { ...NETWORK, name: 'b', dependsOn: ['a'] },
    ];
    const circle = await problem(caisson.client.createDeployment({ name: 'v4', resources: [a, b] }));
    expect(circle).toMatchObject({ status: 422, code: 'desired-state-invalid', problems: ['dependency-cycle'] });
    expect(JSON.stringify(circle)).toContain('a → b → a');
    const lost = { ...NETWORK, properties: { cidr: '${nothing.cidr}' }, dependsOn: ['nobody'] };
    const unknown = JSON.stringify(await problem(caisson.client.createDeployment({ name: 'v4', resources: [lost] })));
    expect(unknown).toContain('nothing');
    expect(unknown).toContain('nobody');
  });

  it('V5: all eleven types, in the order of their priorities', async () => {
    const types = ['cdn', 'load_balancer', 'serverless', 'container', 'compute', 'queue'];
    types.push('cache', 'database', 'storage', 'dns', 'network');
    const resources = types.map((type) => ({ name: type.replace('_', '-'), type, provider: 'aws' }));
    const { plan } = await planned({ resources });
    expect(stepsOf(plan).map(([name]) => name)).toEqual(types.map((type) => type.replace('_', '-')).reverse());
    expect(plan).toMatchObject({ cost: { after: 372 }, duration: { sumMs: 630_000 } });
  });
});

describe('a unit that no engine can look at', () => {
  it('says so, and waits for a person though the deployment approves itself', async () => {
    const resources = [{ name: 'web', type: 'compute', provider: 'aws' }];
    const { plan } = await planned({ autoApprove: true, resources });
    expect(plan.units[0]?.dryRunUnavailable).not.toBe('');
    expect(plan.policy).toMatchObject([{ rule: 'dry-run', outcome: 'deny' }]);
  });
});

describe('a plan', () => {
  it('is approved only while what it was computed from holds, and the refusal names what changed', async () => {
    const { deploymentId, plan, runId } = await planned({ resources: [NETWORK] });
    const { content, version } = await caisson.client.priceBook();
    await caisson.client.replacePriceBook({ ...content, otherwise: content.otherwise + 1 }, version);
    expect(await problem(caisson.client.approve(runId, plan.digest))).toMatchObject({
      ...{ status: 409, code: 'plan-inputs-changed', changed: [{ input: 'priceBook' }] },
    });
    const recomputed = await caisson.client.recomputePlan(plan.digest);
    expect(recomputed).toMatchObject({ same: true, recomputed: plan.digest }); // From the price book of then.
    await caisson.client.planDeployment(deploymentId);
    const again = await caisson.client.waitForRun(runId, { states: ['awaiting_approval'] });
    expect(again.planDigest).not.toBe(plan.digest);
    expect(await problem(caisson.client.approve(runId, plan.digest))).toMatchObject({ code: 'plan-digest-mismatch' });
    await caisson.client.approve(runId, again.planDigest ?? '');
    expect(await caisson.client.waitForRun(runId, { states: ['completed', 'failed'] })).toMatchObject({
      state: 'completed',
    });
  });

  it('is not approved for an executor that has another version of an engine', async () => {
    const { plan, runId } = await planned({ resources: [{ ...NETWORK, name: 'versioned' }] });
    const set = (version: string) =>
      caisson.query(`update installed_engine set version = $1 where service = 'executor' and engine = 'sandbox'`, [
        version,
      ]);
    const now = plan.inputs['engine:sandbox'] ?? '';
    await set('0.0.1');
    expect(await problem(caisson.client.approve(runId, plan.digest))).toMatchObject({
      ...{ status: 409, code: 'plan-inputs-changed' },
      changed: [{ input: 'engine:sandbox', planned: now, now: '0.0.1' }],
    });
    await set(now);
    await caisson.client.approve(runId, plan.digest);
    expect(await caisson.client.waitForRun(runId, { states: ['completed', 'failed'] })).toMatchObject({
      state: 'completed',
    });
  });

  it('that leaves out what is protected is refused by name, until the protection is taken away', async () => {
    const kept = { ...NETWORK, name: 'kept', lifecycle: { preventDestroy: true } };
    const other = { ...NETWORK, name: 'other' };
    const wanted = (resources: DesiredStateInput['resources']) => ({ name: 'kept', autoApprove: true, resources });
    const { deployment, run } = await caisson.client.createDeployment(wanted([kept, other]));
    await caisson.client.waitForRun(run.id, { states: ['completed'] });
    const change = async (resources: DesiredStateInput['resources']) => {
      const changed = await caisson.client.changeDeployment(deployment.id, wanted(resources));
      return caisson.client.waitForRun(changed.run.id, { states: ['completed', 'failed'] });
    };
    expect(await change([other])).toMatchObject({ state: 'failed', failure: { code: 'destroy-prevented' } });
    const free = { ...kept, lifecycle: { preventDestroy: false } };
    expect(await change([free, other])).toMatchObject({ state: 'completed' });
    expect((await caisson.sandbox.ledger(deployment.id)).map(({ kind }) => kind)).toEqual(['create', 'create']);
    expect(await change([other])).toMatchObject({ state: 'completed' });
    expect((await caisson.client.resources(deployment.id)).map(({ address }) => address)).toEqual(['other']);
  });

  it('is the same when another process computes it again', async () => {
    const { plan } = await planned({ resources: [NETWORK, { ...NETWORK, name: 'other', dependsOn: ['network'] }] });
    const before = caisson.process.pid;
    await caisson.restart({});
    expect(caisson.process.pid).not.toBe(before);
    expect(await caisson.client.recomputePlan(plan.digest)).toEqual({
      ...{ digest: plan.digest, recomputed: plan.digest, same: true, differences: [] },
    });
  });

  it('is told apart from what its inputs would give now, place by place', async () => {
    const { plan } = await planned({ resources: [{ ...NETWORK, name: 'told-apart' }] });
    await caisson.query(
      `update document set body = jsonb_set(body, '{request,desired,environment}', '"production"')
       where collection = 'plan-inputs' and id = $1`,
      [plan.digest],
    );
    const { differences, recomputed, same } = await caisson.client.recomputePlan(plan.digest);
    expect(same).toBe(false);
    expect(recomputed).not.toBe(plan.digest);
    expect(differences).toContainEqual({ pointer: '/risk/level', recorded: 'low', recomputed: 'high' });
  });

  it('says of which state of the world it is', async () => {
    const wanted = { name: 'world', autoApprove: true, resources: [{ ...NETWORK, name: 'seen' }] };
    const { deployment, run } = await caisson.client.createDeployment(wanted);
    await caisson.client.waitForRun(run.id, { states: ['completed'] });
    const first = await caisson.client.plan(run.id);
    const again = await caisson.client.changeDeployment(deployment.id, { ...wanted, outputs: { id: '${seen.id}' } });
    await caisson.client.waitForRun(again.run.id, { states: ['completed'] });
    const second = await caisson.client.plan(again.run.id);
    expect(second.inputs['world']).not.toBe(first.inputs['world']); // There was nothing; now there is a network.
    expect(second.inputs['typeTable']).toBe(first.inputs['typeTable']);
  });
});

/** Names and the engine's types, in the order of the list. */
function stepsOf({ units }: Plan): readonly (readonly [string, string])[] {
  return units.flatMap(({ resources }) => resources.map(({ address, type }) => [address, type] as const));
}
