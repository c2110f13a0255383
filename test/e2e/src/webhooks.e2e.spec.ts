import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { collect, type HistoryEntry, type RunResource } from '@caisson/client';
import { eventually } from '@caisson/testing';
import { CommandLine } from './command-line.js';
import { EmbeddedCaisson } from './embedded-caisson.js';
import { deliverPush, pushBody, type DeliveryAnswer } from './github-push.js';

const SECRET = randomBytes(24).toString('hex');
const REPOSITORY = 'acme/shop';
const commit = () => randomBytes(20).toString('hex');

let caisson: EmbeddedCaisson;
let deploymentId: string;

beforeAll(async () => {
  caisson = await EmbeddedCaisson.start();
  const me = await fetch(`${caisson.process.url}/api/v1/auth/me`, {
    headers: { authorization: `Bearer ${caisson.token}` },
  });
  const { tenantId } = (await me.json()) as { tenantId: string };
  const hooks = JSON.stringify([{ id: 'shop', kind: 'github', tenantId, secret: SECRET }]);
  await caisson.restart({ CAISSON_WEBHOOK_HOOKS: hooks });
  const { deployment, run } = await caisson.client.createDeployment({
    name: 'shop',
    autoApprove: true,
    triggers: [{ kind: 'push', repository: REPOSITORY, branch: 'main' }],
    resources: [
      { name: 'network', engine: 'sandbox', type: 'network', properties: { cidr: '10.1.0.0/16' } },
      {
        ...{ name: 'web', engine: 'sandbox', type: 'server' },
        properties: { network: '${network.id}', flavor: 'm1.small', image: 'ubuntu-24.04' },
      },
    ],
  });
  deploymentId = deployment.id;
  await caisson.client.waitForRun(run.id, { states: ['completed'] });
});
afterAll(() => caisson.stop());

const deliver = (body: string, secret = SECRET): Promise<DeliveryAnswer> =>
  deliverPush(`${caisson.process.url}/webhooks/shop`, secret, body);

const push = (branch = 'main', repository = REPOSITORY) => pushBody({ repository, branch, commit: commit() });

/** What deliveries lead to is seen later: one more push to the right branch shows that they were read before. */
async function runsAfter(deliveries: () => Promise<unknown>): Promise<readonly RunResource[]> {
  const before = await collect(caisson.client.runs(deploymentId));
  await deliveries();
  const last = commit();
  expect(await deliver(pushBody({ repository: REPOSITORY, branch: 'main', commit: last }))).toMatchObject({
    status: 202,
  });
  return eventually(
    'the run of the last push',
    async () => {
      const runs = await collect(caisson.client.runs(deploymentId));
      const settled = runs.every(({ state }) => state === 'completed');
      const newer = runs.slice(0, runs.length - before.length);
      return settled && newer.some(({ reason }) => reason.includes(last)) ? newer : undefined;
    },
    60_000,
  );
}

async function recordedDeliveries(): Promise<
  readonly { readonly event_id: string; readonly correlation_id: string }[]
> {
  return caisson.query(
    `select event_id, correlation_id from event where stream_id like 'delivery-%' order by recorded_at`,
  );
}

it('a signed push requests an update run, and every step can be followed back to it', async () => {
  // Somebody changed a server: the run has something to do.
  const [[, server] = []] = [...(await caisson.sandbox.servers(deploymentId))];
  await caisson.sandbox.meddle(server?.id ?? '', { flavor: 'm1.large' });
  const sent = commit();
  const answer = await deliver(pushBody({ repository: REPOSITORY, branch: 'main', commit: sent }));
  expect(answer).toMatchObject({ status: 202, body: { outcome: 'accepted', repeated: false } });
  const run = await eventually('the run of the push', async () => {
    const [newest] = await collect(caisson.client.runs(deploymentId));
    return newest !== undefined && newest.reason.includes(sent) ? newest : undefined;
  });
  expect(run.kind).toBe('update');
  await caisson.client.waitForRun(run.id, { states: ['completed'] });

  const history = await caisson.client.history(deploymentId);
  const byId = new Map(history.map((entry) => [entry.id, entry]));
  const ended = history.find(({ data, type }) => data['runId'] === run.id && type.includes('.task-succeeded.'));
  const way: string[] = [];
  let at: HistoryEntry | undefined = ended;
  while (at !== undefined) {
    way.push(at.type.split('.').slice(1, 3).join(' '));
    at = byId.get(at.causationId);
  }
  expect(way).toEqual([
    'execution task-succeeded',
    'execution task-started',
    'execution task-queued',
    'execution execution-started',
    'deployment run-started',
    'planning plan-computed',
    'deployment run-planning-started',
    'webhooks delivery-accepted',
  ]);
  const [delivery] = await recordedDeliveries();
  const ofRun = history.filter(({ data }) => data['runId'] === run.id);
  expect(new Set(ofRun.map(({ correlationId }) => correlationId))).toEqual(new Set([delivery?.correlation_id]));
  const [shown] = await collect(caisson.client.deliveries({ hookId: 'shop', outcome: 'accepted' }));
  expect(shown).toMatchObject({ commit: sent, correlationId: run.correlationId });
  expect(await caisson.client.delivery(shown?.id ?? '')).toEqual(shown);
  const cli = new CommandLine({ CAISSON_URL: caisson.process.url, CAISSON_TOKEN: caisson.token });
  const listed = await cli.caisson(`deliveries --hook-id shop --outcome accepted --repository ${REPOSITORY}`);
  expect([listed.code, listed.stdout]).toEqual([0, expect.stringMatching(/shop +push +accepted +acme\/shop main/)]);
  expect((await cli.caisson('deliveries --outcome ignored -o json')).stdout).toBe('[]\n');
  expect((await cli.caisson(`delivery show ${shown?.id ?? ''}`)).stdout).toContain(sent);
});

it('a delivery with a wrong signature is refused, and leaves nothing', async () => {
  const before = await recordedDeliveries();
  const runs = await runsAfter(async () => {
    const answer = await deliver(push(), 'another secret of some length');
    expect(answer).toMatchObject({ status: 401, body: { code: 'signature-invalid' } });
    expect(answer.body.detail).toContain('secret');
  });
  expect(runs).toHaveLength(1);
  expect(await recordedDeliveries()).toHaveLength(before.length + 1);
});

it('a delivery that comes again requests nothing again', async () => {
  const body = push();
  const runs = await runsAfter(async () => {
    expect((await deliver(body)).body.repeated).toBe(false);
    expect(await deliver(body)).toMatchObject({ status: 202, body: { outcome: 'accepted', repeated: true } });
  });
  expect(runs).toHaveLength(2);
});

it('a push to another branch or repository requests nothing', async () => {
  const runs = await runsAfter(async () => {
    expect(await deliver(push('feature/faster'))).toMatchObject({ status: 202 });
    expect(await deliver(push('main', 'acme/other'))).toMatchObject({ status: 202 });
  });
  expect(runs).toHaveLength(1);
});

it('a push to a webhook that the tenant made counts while the webhook is there', async () => {
  const { id, path, secret } = await caisson.client.webhooks.create({ name: 'shop', kind: 'github' });
  const to = (key: string) => deliverPush(`${caisson.process.url}${path}`, key, push());
  const runs = await runsAfter(async () => {
    expect(await to(secret)).toMatchObject({ status: 202, body: { outcome: 'accepted' } });
    expect(await to(SECRET)).toMatchObject({ status: 401, body: { code: 'signature-invalid' } });
    await caisson.client.webhooks.remove(id);
    expect(await to(secret)).toMatchObject({ status: 401, body: { code: 'signature-invalid' } });
  });
  expect(runs).toHaveLength(2); // One of this push, one of that which shows that it was read.
  expect(await collect(caisson.client.deliveries({ hookId: id }))).toHaveLength(1);
});
