import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { collect, type RunResource } from '@caisson/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EmbeddedCaisson } from './embedded-caisson.js';

let caisson: EmbeddedCaisson;

beforeAll(async () => {
  caisson = await EmbeddedCaisson.start();
});
afterAll(() => caisson.stop());

const auto = { autoApprove: true, autoExecute: true };
const record = (name: string, data: object, more: object = {}) => ({
  ...{ name, engine: 'sandbox', type: 'record', properties: { data } },
  ...more,
});

/** Waits for the end of a run; every look must show as much progress as the one before. */
async function settled(runId: string): Promise<RunResource> {
  const seen: number[] = [];
  const onChange = ({ progress }: RunResource): void => void seen.push(progress);
  const run = await caisson.client.waitForRun(runId, { onChange });
  expect(seen).toEqual(seen.toSorted((left, right) => left - right));
  return run;
}

async function unitsOf(deploymentId: string): Promise<readonly string[]> {
  const resources = await caisson.client.resources(deploymentId);
  return resources.map((unit) => ('unitId' in unit ? unit.unitId : '')).sort();
}

describe('one deployment after another revision', () => {
  it('scales newest first, is configured, and goes back to a revision of long ago', async () => {
    const { client } = caisson;
    const web = record('web', { version: 1 }, { count: 2, scaling: { min: 1, max: 4 } });
    const created = await client.createDeployment({ name: 'herd', ...auto, resources: [web] });
    const { id } = created.deployment;
    expect(await settled(created.run.id)).toMatchObject({ kind: 'create', state: 'completed', progress: 100 });
    expect(await settled((await client.scale(id, 'web', 4)).run.id)).toMatchObject({
      kind: 'scale',
      state: 'completed',
    });
    expect(await unitsOf(id)).toEqual(['web[0]', 'web[1]', 'web[2]', 'web[3]']);
    await expect(client.scale(id, 'web', 5)).rejects.toThrow(/422/);
    const scaledIn = await client.scale(id, 'web', 1);
    await settled(scaledIn.run.id);
    expect(await unitsOf(id)).toEqual(['web[0]']);
    const configured = await client.configure(id, { web: { data: { version: 2 } } });
    expect(await settled(configured.run.id)).toMatchObject({ kind: 'configure', state: 'completed', revision: 4 });
    const revisions = await collect(client.revisions(id));
    expect(revisions.map(({ completedAt, revision }) => [revision, completedAt !== undefined])).toEqual([
      [4, true],
      [3, true],
      [2, true],
      [1, true],
    ]);
    const back = await client.rollback(id, 1);
    expect(await settled(back.run.id)).toMatchObject({ kind: 'rollback', state: 'completed', revision: 1 });
    expect(await unitsOf(id)).toEqual(['web[0]', 'web[1]']);
    const world = await caisson.sandbox.resources(id);
    expect(world).toHaveLength(2);
    await expect(client.rollback(id, 9)).rejects.toThrow(/422/);
    expect((await client.rollback(id)).run.id).toBe(back.run.id); // Asked again, it is the same wish.
    expect(await client.deployment(id)).toMatchObject({ currentRevision: 1, currentRun: back.run.id });
  });
});

describe('a rollback', () => {
  it('that fails itself is gone on with when somebody asks again', async () => {
    const check = { kind: 'output', value: '${last.data.n}', test: 'equals', expected: 2 };
    const resources = [record('first', { n: 1 }), record('last', { n: 1 }, { dependsOn: ['first'], checks: [check] })];
    const forbidden = { kind: 'fail', status: 403, code: 'forbidden' };
    await caisson.sandbox.arm({ match: { method: 'DELETE', name: 'first' }, behaviour: forbidden, times: 1 });
    const { deployment, run } = await caisson.client.createDeployment({ name: 'stubborn', ...auto, resources });
    expect(await settled(run.id)).toMatchObject({ state: 'failed' });
    expect(await namesOf(deployment.id)).toEqual(['first']);
    await caisson.client.rollback(deployment.id);
    expect(await settled(run.id)).toMatchObject({ state: 'rolled_back' });
    expect(await namesOf(deployment.id)).toEqual([]);
    await caisson.client.retry(run.id);
    expect(await settled(run.id)).toMatchObject({ state: 'rolled_back' });
  });

  it('names what cannot be undone before it is approved', async () => {
    const volume = { name: 'disk', engine: 'sandbox', type: 'volume', properties: { sizeGb: 10 } };
    const { deployment, run } = await caisson.client.createDeployment({ name: 'disk', resources: [volume] });
    const { id } = deployment;
    await approved(run.id);
    await approved((await caisson.client.configure(id, { disk: { sizeGb: 20 } })).run.id);
    const back = await caisson.client.rollback(id, 1);
    expect(await settled(back.run.id)).toMatchObject({ state: 'awaiting_approval', kind: 'rollback' });
    const plan = await caisson.client.plan(back.run.id);
    expect(plan.irreversible).toMatchObject([{ unitId: 'disk', reason: expect.stringContaining('loses') as string }]);
    await approved(back.run.id);
    expect(await caisson.sandbox.resources(id)).toMatchObject([{ sizeGb: 10 }]);
  });
});

describe('deleting a deployment', () => {
  it('before execution cancels, during it stops and destroys, after it destroys', async () => {
    const { client } = caisson;
    const planned = await client.createDeployment({ name: 'planned', resources: [record('web', {})] });
    await settled(planned.run.id);
    await client.destroyDeployment(planned.deployment.id);
    expect(await client.run(planned.run.id)).toMatchObject({ state: 'cancelled' });
    expect(await client.deployment(planned.deployment.id)).toMatchObject({ status: 'deleted' });

    const gate = { name: 'gate', engine: 'wait', type: 'callback', properties: {}, dependsOn: ['web'] };
    const running = await client.createDeployment({ name: 'running', ...auto, resources: [record('web', {}), gate] });
    await waitsFor(`${running.run.id}/gate`);
    await client.destroyDeployment(running.deployment.id);
    expect(await settled(running.run.id)).toMatchObject({ state: 'cancelled' });
    await deleted(running.deployment.id);

    const completed = await client.createDeployment({ name: 'done', ...auto, resources: [record('web', {})] });
    await settled(completed.run.id);
    const { run } = await client.destroyDeployment(completed.deployment.id);
    expect(run).toMatchObject({ kind: 'destroy' });
    await deleted(completed.deployment.id);
  });
});

/** Approves a run as soon as it is planned, and waits for its end. */
async function approved(runId: string): Promise<void> {
  const { planDigest = '' } = await settled(runId);
  await caisson.client.approve(runId, planDigest);
  const run = await caisson.client.waitForRun(runId, { states: ['completed', 'failed', 'rolled_back'] });
  expect(run).toMatchObject({ state: 'completed' });
}

async function deleted(deploymentId: string): Promise<void> {
  for (let look = 0; look < 200; look += 1) {
    const { status } = await caisson.client.deployment(deploymentId);
    if (status === 'deleted') {
      expect(await namesOf(deploymentId)).toEqual([]);
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${deploymentId} is not deleted`);
}

async function namesOf(deploymentId: string): Promise<readonly string[]> {
  return (await caisson.sandbox.resources(deploymentId)).map(({ name }) => name).sort();
}

describe('checks', () => {
  const checked = async (name: string, checks: object[], more: object = {}) => {
    const resources = [record('web', { port: 9 }, { checks })];
    const { deployment, run } = await caisson.client.createDeployment({ name, ...auto, resources, ...more });
    return { id: deployment.id, run: await settled(run.id) };
  };

  it('of every kind hold before a run is completed', async () => {
    await caisson.restart({ CAISSON_EXECUTOR_CHECK_COMMANDS: '{"yes": "/bin/true", "no": "/bin/false"}' });
    const { port } = new URL(caisson.process.url);
    const { run } = await checked('sound', [
      { kind: 'http', url: `${caisson.process.url}/readyz` },
      { kind: 'tcp', host: '127.0.0.1', port: Number(port) },
      { kind: 'command', command: 'yes' },
      { kind: 'output', value: '${web.data.port}', test: 'at_least', expected: 9 },
      { kind: 'observed', withinMs: 1_000 },
    ]);
    expect(run).toMatchObject({ state: 'completed' });
  });

  it.each<[string, object, string]>([
    ['a command ends wrongly', { kind: 'command', command: 'no', triesMax: 2, everyMs: 100 }, 'ended with 1, not 0'],
    [
      'a command is not allowed',
      { kind: 'command', command: 'rm', args: ['-rf', '/'], triesMax: 1 },
      'no command of checks',
    ],
    ['nothing listens', { kind: 'tcp', host: '127.0.0.1', port: 1, triesMax: 1 }, 'ECONNREFUSED'],
    ['a value is wrong', { kind: 'output', value: '${web.data.port}', test: 'equals', expected: 10 }, 'The value is 9'],
    [
      'it asks for the metadata of a cloud',
      { kind: 'http', url: 'http://169.254.169.254/latest/meta-data/', triesMax: 1 },
      'may not be probed',
    ],
  ])('undo the run when %s', async (what, check, detail) => {
    const { id, run } = await checked(what.replaceAll(' ', '-'), [check]);
    expect(run).toMatchObject({ state: 'rolled_back', failure: { code: 'verification-failed' } });
    expect(JSON.stringify(run.failure?.diagnostics)).toContain(detail);
    expect(await caisson.sandbox.resources(id)).toEqual([]);
  });

  it('leave the run for a person where it is to be so', async () => {
    const check = { kind: 'command', command: 'no', triesMax: 1 };
    const { id, run } = await checked('left', [check], { onFailure: 'pause' });
    expect(run).toMatchObject({ state: 'failed', paused: true, failure: { code: 'verification-failed' } });
    expect(await caisson.sandbox.resources(id)).toHaveLength(1);
    const undone = await caisson.client.rollback(id);
    expect(await settled(undone.run.id)).toMatchObject({ state: 'rolled_back' });
    expect(await caisson.sandbox.resources(id)).toEqual([]);
  });
});

describe('what a tool says', () => {
  it('is read while it runs, line by line, and kept with its attempts', async () => {
    const answers = { ready: false };
    const job = createServer((_request, response) => response.writeHead(answers.ready ? 200 : 503).end());
    await new Promise<void>((resolve) => job.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(job.address() as AddressInfo).port}/done`;
    const poll = { name: 'job', engine: 'wait', type: 'poll', properties: { url, everySeconds: 1 } };
    const { run } = await caisson.client.createDeployment({ name: 'talkative', ...auto, resources: [poll] });
    await waitsFor(`${run.id}/job`);
    expect(await caisson.client.attempts(`${run.id}/job`)).toMatchObject([{ state: 'waiting', attempt: 1 }]);
    const said: string[] = [];
    for await (const line of caisson.client.followLog(`${run.id}/job/1.1`)) {
      answers.ready = true;
      said.push(line);
    }
    expect(said[0]).toBe(`${url} answers 503`);
    expect(said.at(-1)).toBe(`${url} answers 200`);
    expect(await settled(run.id)).toMatchObject({ state: 'completed' });
    expect(await caisson.client.attempts(`${run.id}/job`)).toMatchObject([
      { state: 'succeeded', outputs: { job: { status: 200 } } },
    ]);
    expect(await caisson.client.task(`${run.id}/job`)).toMatchObject({
      state: 'succeeded',
      outputs: { job: { status: 200 } },
    });
    await new Promise((resolve) => job.close(resolve));
  });
});

describe('a run that waits for a callback', () => {
  it('holds nothing, outlives a restart of everything, and is woken once', async () => {
    const gate = { name: 'tested', engine: 'wait', type: 'callback', properties: {}, dependsOn: ['before'] };
    const after = record('after', { said: '${tested.outputs.payload}' });
    const desired = { name: 'patient', ...auto, resources: [record('before', {}), gate, after] };
    const { deployment, run } = await caisson.client.createDeployment(desired);
    const taskId = `${run.id}/tested`;
    const waits = await waitsFor(taskId);
    expect(waits).toMatchObject({ callback: true });
    const { path } = await caisson.client.callbackAddress(taskId);
    await caisson.restart({});
    expect(await caisson.client.run(run.id)).toMatchObject({ state: 'executing' });
    const calls = await Promise.all([1, 2, 3].map((number) => callBack(path, { number })));
    expect(calls.map(({ status }) => status)).toEqual([202, 202, 202]);
    expect(calls.filter(({ repeated }) => !repeated)).toHaveLength(1);
    expect(await settled(run.id)).toMatchObject({ state: 'completed', progress: 100 });
    const [said] = (await caisson.sandbox.resources(deployment.id)).filter(({ labels }) => labels['unit'] === 'after');
    const first = calls.findIndex(({ repeated }) => !repeated) + 1;
    expect(said).toMatchObject({ data: { said: { number: first } } });
    expect(await callBack(path, { number: 4 })).toMatchObject({ status: 202, repeated: true });
    expect(await callBack(`${path}x`, {})).toMatchObject({ status: 404 });
  });

  it('refuses a call to a wait that was given up', async () => {
    const gate = { name: 'tested', engine: 'wait', type: 'callback', properties: {} };
    const { run } = await caisson.client.createDeployment({ name: 'impatient', ...auto, resources: [gate] });
    await waitsFor(`${run.id}/tested`);
    const { path } = await caisson.client.callbackAddress(`${run.id}/tested`);
    await caisson.client.cancel(run.id);
    expect(await settled(run.id)).toMatchObject({ state: 'cancelled' });
    expect(await callBack(path, {})).toMatchObject({ status: 409 });
  });
});

async function waitsFor(taskId: string): Promise<unknown> {
  for (let look = 0; look < 200; look += 1) {
    const task = await caisson.client.task(taskId).catch(() => undefined);
    if (task?.waiting !== undefined) return task.waiting;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${taskId} does not wait`);
}

async function callBack(path: string, payload: object): Promise<{ status: number; repeated: boolean }> {
  const answer = await fetch(`${caisson.process.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(payload),
  });
  const { repeated = false } = (await answer.json()) as { repeated?: boolean };
  return { status: answer.status, repeated };
}
