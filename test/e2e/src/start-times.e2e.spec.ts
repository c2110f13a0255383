import { afterAll, beforeAll, expect, it } from 'vitest';
import { EmbeddedCaisson } from './embedded-caisson.js';

let caisson: EmbeddedCaisson;
beforeAll(async () => {
  caisson = await EmbeddedCaisson.start();
});
afterAll(() => caisson.stop());

const resources = [{ name: 'note', engine: 'sandbox', type: 'record', properties: { data: {} } }];

function post(path: string, body: object): Promise<Response> {
  const headers = { authorization: `Bearer ${caisson.token}`, 'content-type': 'application/json' };
  return fetch(`${caisson.process.url}/api/v1${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
}

it('shows when a run may begin, refuses to begin it before, and begins it then by itself', async () => {
  const notBefore = new Date(Date.now() + 4_000).toISOString();
  const wanted = { name: 'later', autoApprove: true, priority: 'urgent', schedule: { notBefore }, resources };
  const { deployment, run } = await caisson.client.createDeployment(wanted);
  const waiting = await caisson.client.waitForRun(run.id, { states: ['approved'] });
  expect(waiting.startsAt).toBe(notBefore);
  const early = await post(`/deployments/${deployment.id}/execute`, {});
  expect(early.status).toBe(409);
  expect(await early.json()).toMatchObject({ code: 'run-not-due', startsAt: notBefore });
  expect(await caisson.sandbox.resources(deployment.id)).toEqual([]);
  const done = await caisson.client.waitForRun(run.id, { states: ['completed'] });
  expect(Date.parse(done.startedAt ?? '')).toBeGreaterThanOrEqual(Date.parse(notBefore));
});

it('refuses a schedule that never opens, and cancels a run that waits', async () => {
  const always = [{ from: '00:00', to: '00:00' }];
  const never = await post('/deployments', { name: 'never', schedule: { deny: always }, resources });
  expect(never.status).toBe(422);
  expect(await never.json()).toMatchObject({ errors: [{ pointer: '/schedule' }] });
  const schedule = { notBefore: new Date(Date.now() + 3_600_000).toISOString() };
  const { run } = await caisson.client.createDeployment({ name: 'far', autoApprove: true, schedule, resources });
  await caisson.client.waitForRun(run.id, { states: ['approved'] });
  await caisson.client.cancel(run.id);
  expect((await caisson.client.run(run.id)).state).toBe('cancelled');
});
