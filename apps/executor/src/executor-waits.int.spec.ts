import { eventTypeOf } from '@caisson/contracts';
import { WaitEngine } from '@caisson/engine-wait';
import { NO_STREAM } from '@caisson/event-sourcing';
import { openEventStore, type OpenedEventStore } from '@caisson/event-store-postgres';
import type { JsonObject } from '@caisson/kernel';
import { systemClock } from '@caisson/service';
import { createTestDatabase, eventually, newContext, type TestDatabase } from '@caisson/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startExecutor, StoryTeller, unit, unitOn, type RunningExecutor } from './executor.harness.js';
import { createWorld, effectsOf, TableWorld, unitsOf } from './table-world.harness.js';

let database: TestDatabase;
let outside: OpenedEventStore;
let world: OpenedEventStore['pool'];
/** What a polled URL answers. */
let status = 503;

beforeAll(async () => {
  database = await createTestDatabase();
  outside = await openEventStore({ url: database.url });
  world = outside.pool;
  await createWorld(world);
});
afterAll(async () => {
  await outside.close();
  await database.drop();
});

function start(): Promise<RunningExecutor> {
  const waits = new WaitEngine(systemClock, { status: async () => status });
  return startExecutor(
    database.url,
    new Map<string, TableWorld | WaitEngine>([
      ['sandbox', new TableWorld(world)],
      ['wait', waits],
    ]),
  );
}

const gate = (type: string, properties: JsonObject) =>
  unitOn({ engine: 'wait', type }, unit('gate', properties, ['before']));
const around = (wait: ReturnType<typeof gate>) => [unit('before'), wait, unit('after', {}, ['gate'])];

async function taskOf({ stores }: RunningExecutor, story: StoryTeller): Promise<JsonObject | undefined> {
  return (await stores.documents.get(story.tenantId, 'task', `${story.runId}/gate`))?.body;
}

function waiting(executor: RunningExecutor, story: StoryTeller): Promise<JsonObject> {
  return eventually(
    'the task to wait',
    async () => (await taskOf(executor, story))?.['waiting'] as JsonObject | undefined,
  );
}

function ended(executor: RunningExecutor, story: StoryTeller, ...types: string[]): Promise<string> {
  return eventually('the execution to end', async () => {
    const { events } = await executor.stores.events.load({ stream: story.execution });
    return events.map(({ type }) => type).find((type) => types.includes(type));
  });
}

/** The callback as webhook-ingest records it. */
async function callBack(
  { stores }: RunningExecutor,
  story: StoryTeller,
  { payload, attempt = 1 }: { readonly payload: JsonObject; readonly attempt?: number },
): Promise<void> {
  const { runId, tenantId } = story;
  const receivedAt = systemClock.now();
  const data = { runId, unitId: 'gate', phase: 'apply', cycle: 1, attempt, payload, receivedAt };
  await stores.events.append({
    stream: { tenantId, streamId: `delivery-${runId}-${JSON.stringify(payload).length}-${attempt}` },
    expected: NO_STREAM,
    context: newContext({ service: 'webhook-ingest' }),
    events: [
      {
        type: 'CallbackReceived',
        schemaVersion: 1,
        data,
        publicForm: { type: eventTypeOf('webhooks', 'callback-received') },
      },
    ],
  });
}

/** Nobody holds the run, and no job of it is in anybody's hand. */
async function nothingIsHeld(executor: RunningExecutor, story: StoryTeller): Promise<void> {
  await eventually('the run to be let go', async () => {
    const { rows } = await world.query<{ held: string }>(
      `select count(*) as held from job
        where queue = 'execution' and tenant_id = $1 and state = 'open' and worker is not null`,
      [story.tenantId],
    );
    return rows[0]?.held === '0' ? true : undefined;
  });
  const lease = {
    tenantId: story.tenantId,
    resource: `execution:${story.deploymentId}`,
    ttlMs: 1000,
    waitMs: 0,
    fences: [],
  };
  await executor.stores.locks.withLock(lease, async () => undefined);
}

describe('a task that waits', () => {
  it('for a callback holds nothing, outlives the executor, and is woken once', async () => {
    const first = await start();
    const story = new StoryTeller(first.stores.events);
    await story.startRun(around(gate('callback', { timeoutSeconds: 86_400 })));
    expect(await waiting(first, story)).toMatchObject({ callback: true, cycle: 1 });
    await nothingIsHeld(first, story);
    expect(await unitsOf(world, story.deploymentId)).toEqual(['before']);
    await first.stop();

    const second = await start();
    await callBack(second, story, { payload: { of: 'another attempt' }, attempt: 2 });
    await callBack(second, story, { payload: { tests: 'green' } });
    expect(await ended(second, story, 'ExecutionVerified', 'ExecutionFailed')).toBe('ExecutionVerified');
    await callBack(second, story, { payload: { tests: 'greener still' } });
    expect(await taskOf(second, story)).toMatchObject({ state: 'succeeded', attempt: 1 });
    const { events } = await second.stores.events.load({ stream: story.execution });
    const types = events.map(({ type }) => type);
    expect(types.filter((type) => type === 'CallbackReceived')).toHaveLength(1);
    expect(types.filter((type) => type === 'TaskWaiting')).toHaveLength(1);
    const done = events.find(({ type, data }) => type === 'TaskSucceeded' && (data as JsonObject)['unitId'] === 'gate');
    expect(done?.data).toMatchObject({
      applied: { resources: [{ outputs: { payload: { tests: 'green' } } }] },
    });
    expect(await effectsOf(world, story.deploymentId)).toEqual([`${story.runId}/before`, `${story.runId}/after`]);
    await second.stop();
  });

  it('for a time goes on when it has come, with another executor', async () => {
    const first = await start();
    const story = new StoryTeller(first.stores.events);
    const since = Date.now();
    await story.startRun(around(gate('timer', { forSeconds: 3 })));
    await waiting(first, story);
    await first.stop();
    const second = await start();
    expect(await ended(second, story, 'ExecutionVerified', 'ExecutionFailed')).toBe('ExecutionVerified');
    expect(Date.now() - since).toBeGreaterThanOrEqual(3_000);
    await second.stop();
  });

  it('for a URL asks it again and again', async () => {
    status = 503;
    const executor = await start();
    const story = new StoryTeller(executor.stores.events);
    await story.startRun(around(gate('poll', { url: 'http://job/done', everySeconds: 1, timeoutSeconds: 60 })));
    await waiting(executor, story);
    await nothingIsHeld(executor, story);
    status = 200;
    expect(await ended(executor, story, 'ExecutionVerified', 'ExecutionFailed')).toBe('ExecutionVerified');
    const { events } = await executor.stores.events.load({ stream: story.execution });
    expect(events.filter(({ type }) => type === 'TaskWaiting')).toHaveLength(1);
    await executor.stop();
  });

  it('in vain fails, and what the run did is undone', async () => {
    const executor = await start();
    const story = new StoryTeller(executor.stores.events);
    await story.startRun(around(gate('callback', { timeoutSeconds: 1 })));
    expect(await ended(executor, story, 'ExecutionVerified', 'ExecutionFailed', 'ExecutionRolledBack')).toBe(
      'ExecutionRolledBack',
    );
    expect(await taskOf(executor, story)).toMatchObject({ state: 'failed', failure: { code: 'wait-timed-out' } });
    expect(await unitsOf(world, story.deploymentId)).toEqual([]);
    await executor.stop();
  });

  it('is let go of at once when the run is cancelled or another task fails', async () => {
    const executor = await start();
    const cancelled = new StoryTeller(executor.stores.events);
    await cancelled.startRun(around(gate('callback', {})));
    await waiting(executor, cancelled);
    await nothingIsHeld(executor, cancelled);
    await cancelled.say('run-cancelling', { reason: 'changed my mind' });
    expect(await ended(executor, cancelled, 'ExecutionCancelled')).toBe('ExecutionCancelled');
    expect(await taskOf(executor, cancelled)).toMatchObject({ state: 'cancelled' });

    const failing = new StoryTeller(executor.stores.events);
    const wait = { ...gate('callback', {}), dependsOn: [] };
    const slow = { ...gate('timer', { forSeconds: 1 }), unitId: 'slow', dependsOn: [] };
    await failing.startRun([wait, slow, unit('broken', { behave: 'fail' }, ['slow'])]);
    expect(await ended(executor, failing, 'ExecutionRolledBack')).toBe('ExecutionRolledBack');
    expect(await taskOf(executor, failing)).toMatchObject({ state: 'failed', failure: { code: 'task-aborted' } });
    await executor.stop();
  });
});
