import { afterAll, beforeAll, expect, it } from 'vitest';
import { CaissonClient } from '@caisson/client';
import { startDistributedStack, type DistributedStack } from '@caisson/local';
import { eventually } from '@caisson/testing';
import { makeTemporaryDirectory } from './temporary-directory.js';

const ACCOUNT = { username: 'admin', password: 'correct horse battery staple' } as const;
const LIMIT_MS = 120_000;

let stack: DistributedStack;
let directory: Awaited<ReturnType<typeof makeTemporaryDirectory>>;
let client: CaissonClient;

beforeAll(async () => {
  directory = await makeTemporaryDirectory();
  stack = await startDistributedStack({ directory: directory.path, durable: false });
  const anonymous = new CaissonClient({ url: stack.url });
  await anonymous.register({ ...ACCOUNT, bootstrapToken: stack.bootstrapToken });
  client = new CaissonClient({ url: stack.url, token: (await anonymous.login(ACCOUNT)).access_token });
}, LIMIT_MS);
afterAll(async () => {
  await stack.stop();
  await directory.remove();
});

it(
  'a callback travels by Kafka to an executor that was killed during the wait',
  async () => {
    const { run } = await client.createDeployment({
      name: 'patient',
      autoApprove: true,
      resources: [{ name: 'gate', engine: 'wait', type: 'callback', properties: {} }],
    });
    const taskId = `${run.id}/gate`;
    const address = await eventually('the task to wait', () => client.callbackAddress(taskId), 30_000);
    const executor = stack.services.get('executor');
    await executor?.kill();
    const answer = await fetch(`${stack.webhooksUrl}${address.path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"tests":"green"}',
    });
    expect(answer.status).toBe(202);
    await executor?.start();
    expect(await client.waitForRun(run.id, { limitMs: 60_000 })).toMatchObject({ state: 'completed' });
    expect(await client.task(taskId)).toMatchObject({ outputs: { gate: { payload: { tests: 'green' } } } });
  },
  LIMIT_MS,
);
