import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { jobFor } from '@caisson/execution';
import { eventually, startSourceProcess } from '@caisson/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { StoryTeller, unit } from './executor.harness.js';
import { useTableStage } from './table-stage.harness.js';
import { effectsOf, TableWorld, type Behaviour } from './table-world.harness.js';

const stage = useTableStage();
const children: ChildProcess[] = [];

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

/** An executor in a process of its own, on the table world. It says `hangs` when a tool hangs and what came of jobs. */
function startChild() {
  const world = new URL('./table-world.harness.ts', import.meta.url).href;
  const code = `
    import { openEventStore } from '@caisson/event-store-postgres';
    import { JobWorker } from '@caisson/event-sourcing';
    import { EXECUTION_LIMITS, EXECUTION_QUEUE, Slots, StreamLooks, workOffJob } from '@caisson/execution';
    import { systemClock as clock } from '@caisson/system';
    import { TableWorld } from ${JSON.stringify(world)};
    const store = await openEventStore({ url: ${JSON.stringify(stage.url)} });
    const say = (what) => process.stdout.write(JSON.stringify(what) + '\\n');
    const { events, consumers, locks, wakeups, jobs } = store;
    const ports = {
      store: events, looks: new StreamLooks(events, clock), publicEvents: consumers,
      locks, wakeups, clock, service: 'executor',
      random: { next: () => 0 },
      engines: new Map([['sandbox', new TableWorld(store.pool, { onHang: () => say('hangs') })]]),
      artifacts: { put: async () => ({}), get: async () => undefined },
      oldRunners: { stop: async () => undefined },
      logs: { open: () => ({ add: () => undefined, flush: async () => undefined }) },
      checks: { status: async () => 200, connect: async () => undefined, run: async () => 0 },
      slots: new Slots({ total: 8, perTenant: 8, perRun: 8, perEngine: {} }, clock),
      limits: { ...EXECUTION_LIMITS, leaseMs: 1500, abortGraceMs: 1000 },
      observer: { attemptEnded: () => undefined, toolSaid: () => undefined, noticed: () => undefined },
    };
    new JobWorker({
      queue: EXECUTION_QUEUE, worker: store.identity, jobs, wakeups, clock,
      concurrencyMax: 4, leaseMs: 1500, pollMs: 200, attemptsMax: 3, drainMs: 1000,
      handle: (job, control) => workOffJob(ports, job, { ...control, lastTry: false }),
      observer: { jobEnded: (job, outcome) => say('job ' + outcome), queueFailed: () => undefined },
    }).start();
    say('ready');`;
  const child = startSourceProcess(code, new URL('..', import.meta.url));
  children.push(child);
  const said: string[] = [];
  createInterface({ input: child.stdout! }).on('line', (line) => said.push(JSON.parse(line) as string));
  const toSay = (what: string) => eventually(`the child to say "${what}"`, () => said.includes(what), 20_000);
  return { child, toSay };
}

/** Asks for a run whose second unit misbehaves, and gives it to the child: nobody else is there to hear of it. */
async function runInChild(behave: Behaviour) {
  const { child, toSay } = startChild();
  await toSay('ready');
  const story = new StoryTeller(stage.outside.events);
  await story.startRun([unit('network'), unit('web', { behave }, ['network'])]);
  const stream = { tenantId: story.tenantId, streamId: `deployment-${story.deploymentId}` };
  const [started] = await stage.outside.consumers.readStream(stream, 0);
  const job = jobFor(started!)!;
  await stage.outside.consumers.transact('executor', [stream], async (transaction) => transaction.enqueue(stream, job));
  stage.outside.wakeups.wake(`jobs-${job.queue}`);
  await toSay('hangs');
  return { child, toSay, story };
}

async function startSuccessor(): Promise<void> {
  await stage.start(new TableWorld(stage.outside.pool, { behaves: false }));
}

function verified(story: StoryTeller): Promise<Record<string, unknown>> {
  return eventually('the execution to be verified', async () => {
    const found = await stage.outside.documents.get<Record<string, unknown>>(story.tenantId, 'execution', story.runId);
    return found?.body['state'] === 'verified' ? found.body : undefined;
  });
}

const factsOf = (story: StoryTeller) => stage.outside.consumers.readStream(story.execution, 0);

describe('an executor that is killed', () => {
  it('after the effect is followed by one that finds it done', { timeout: 60_000 }, async () => {
    const { child, story } = await runInChild('hang-after');
    child.kill('SIGKILL');
    await startSuccessor();
    await verified(story);
    expect(await effectsOf(stage.outside.pool, story.deploymentId)).toEqual([
      `${story.runId}/network`,
      `${story.runId}/web`,
    ]);
    const facts = (await factsOf(story)).map(({ type }) => type.split('.')[2]);
    expect(facts).toContain('task-outcome-unknown');
    expect(facts).toContain('task-resolved');
    expect(facts.filter((fact) => fact === 'task-started')).toHaveLength(2);
  });

  it('before the effect is followed by one more attempt', { timeout: 60_000 }, async () => {
    const { child, story } = await runInChild('hang');
    child.kill('SIGKILL');
    await startSuccessor();
    await verified(story);
    expect(await effectsOf(stage.outside.pool, story.deploymentId)).toEqual([
      `${story.runId}/network`,
      `${story.runId}/web`,
    ]);
    const task = await stage.outside.documents.get(story.tenantId, 'task', `${story.runId}/web`);
    expect(task?.body).toMatchObject({ state: 'succeeded', attempt: 2 });
  });
});

describe('an executor that is stopped past its time', () => {
  it('is replaced, and writes nothing when it wakes up', { timeout: 60_000 }, async () => {
    const { child, story, toSay } = await runInChild('hang-after');
    child.kill('SIGSTOP');
    await startSuccessor();
    await verified(story);
    const before = await factsOf(story);
    child.kill('SIGCONT');
    await toSay('job lost');
    expect(await factsOf(story)).toEqual(before);
    expect(await effectsOf(stage.outside.pool, story.deploymentId)).toHaveLength(2);
    expect((await stage.outside.verifyChain(story.execution)).outcome).toBe('intact');
  });
});
