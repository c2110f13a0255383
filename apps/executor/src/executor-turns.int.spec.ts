import { setTimeout as delay } from 'node:timers/promises';
import type { ApplyRequest, ApplyResult, EngineCall } from '@caisson/engine';
import { eventually } from '@caisson/testing';
import { expect, it } from 'vitest';
import { StoryTeller, unit } from './executor.harness.js';
import { useTableStage } from './table-stage.harness.js';
import { TableWorld } from './table-world.harness.js';

const TASK_MS = 60;

/** A world that takes its time, and notes when each task began and ended. */
class SlowWorld extends TableWorld {
  readonly began: { readonly deploymentId: string; readonly unitId: string; readonly atMs: number }[] = [];
  most = 0;
  #atWork = 0;

  override async apply(request: ApplyRequest, call: EngineCall): Promise<ApplyResult> {
    this.began.push({ deploymentId: call.deploymentId, unitId: request.unit.unitId, atMs: performance.now() });
    this.#atWork += 1;
    this.most = Math.max(this.most, this.#atWork);
    await delay(TASK_MS);
    this.#atWork -= 1;
    return super.apply(request, call);
  }

  ofRun({ deploymentId }: StoryTeller): readonly { readonly unitId: string; readonly atMs: number }[] {
    return this.began.filter((task) => task.deploymentId === deploymentId);
  }
}

const stage = useTableStage();

async function start(settings: Readonly<Record<string, string>>): Promise<SlowWorld> {
  const world = new SlowWorld(stage.outside.pool);
  await stage.start(world, settings);
  return world;
}

const units = (count: number) => Array.from({ length: count }, (_, index) => unit(`u${index}`));

async function begun(world: SlowWorld, story: StoryTeller): Promise<void> {
  await eventually('the run to begin', () => world.ofRun(story).length > 0);
}

it('runs the units of a wave at the same time, within its bound', async () => {
  const world = await start({ CAISSON_EXECUTOR_ATTEMPTS_PER_RUN_MAX: '5' });
  const story = new StoryTeller(stage.outside.events);
  await story.startRun(units(10));
  await eventually('all tasks', () => world.ofRun(story).length === 10);
  expect(world.most).toBe(5);
});

it('keeps to the bound of an engine, whatever run or tenant asks', async () => {
  const world = await start({ CAISSON_EXECUTOR_ATTEMPTS_PER_ENGINE: 'sandbox=3,other=1' });
  const stories = [new StoryTeller(stage.outside.events), new StoryTeller(stage.outside.events)];
  for (const story of stories) await story.startRun(units(6));
  await eventually('all tasks', () => stories.every((story) => world.ofRun(story).length === 6));
  expect(world.most).toBe(3);
});

it('takes the urgent run of a tenant first', async () => {
  const limits = { CAISSON_EXECUTOR_RUNS_MAX: '1', CAISSON_EXECUTOR_RUNS_RESERVE_MAX: '0' };
  const world = await start({ ...limits, CAISSON_EXECUTOR_ATTEMPTS_MAX: '1' });
  const first = new StoryTeller(stage.outside.events);
  await first.startRun(units(12));
  await begun(world, first);
  const later = (['low', 'normal', 'urgent'] as const).map((priority) => {
    const story = new StoryTeller(stage.outside.events, first.tenantId);
    story.priority = priority;
    return story;
  });
  for (const story of later) await story.startRun(units(1));
  await eventually('all runs', () => later.every((story) => world.ofRun(story).length > 0));
  const order = later.toSorted((a, b) => world.ofRun(a)[0]!.atMs - world.ofRun(b)[0]!.atMs);
  expect(order.map(({ priority }) => priority)).toEqual(['urgent', 'normal', 'low']);
});

it('ends a cancelled run at once that still waits for a place', async () => {
  const limits = { CAISSON_EXECUTOR_RUNS_MAX: '1', CAISSON_EXECUTOR_RUNS_RESERVE_MAX: '0' };
  const world = await start({ ...limits, CAISSON_EXECUTOR_ATTEMPTS_MAX: '1' });
  const first = new StoryTeller(stage.outside.events);
  await first.startRun(units(100));
  await begun(world, first);
  const second = new StoryTeller(stage.outside.events, first.tenantId);
  await second.startRun(units(1));
  await second.say('run-cancelling', { reason: 'changed my mind' });
  const ended = await eventually('the run to be cancelled', async () => {
    const facts = await stage.outside.consumers.readStream(second.execution, 0);
    return facts.find(({ type }) => type === 'caisson.execution.execution-cancelled.v1');
  });
  expect(ended.data).toMatchObject({ effects: { done: [], notDone: [{ unitId: 'u0' }], unknown: [] } });
  expect(world.ofRun(second)).toEqual([]);
  expect(world.ofRun(first).length).toBeLessThan(100);
  await first.say('run-cancelling', { reason: 'enough was seen' });
});

it('lets no tenant wait for another: neither for places of tasks nor for places of runs', async () => {
  const world = await start({
    CAISSON_EXECUTOR_RUNS_MAX: '2',
    CAISSON_EXECUTOR_ATTEMPTS_MAX: '2',
    CAISSON_EXECUTOR_ATTEMPTS_PER_TENANT_MAX: '2', // Nothing is kept free for anybody.
  });
  const busy = Array.from({ length: 4 }, () => new StoryTeller(stage.outside.events, 'busy-tenant'));
  for (const story of busy) await story.startRun(units(100));
  await begun(world, busy[0]!);
  const quiet = new StoryTeller(stage.outside.events);
  const askedMs = performance.now();
  const before = world.began.length;
  await quiet.startRun(units(1));
  await begun(world, quiet);
  const [first] = world.ofRun(quiet);
  const meanwhile = world.began.slice(before).filter(({ atMs }) => atMs < (first?.atMs ?? 0)).length;
  // What it took until the executor heard of it, and then one task at most for each of the two places.
  const heardWithin = 15;
  expect(meanwhile).toBeLessThanOrEqual(2 * heardWithin);
  expect((first?.atMs ?? Infinity) - askedMs).toBeLessThan(heardWithin * TASK_MS);
});
