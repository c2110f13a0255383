import { setTimeout as delay } from 'node:timers/promises';
import type { ApplyRequest, ApplyResult, EngineCall } from '@caisson/engine';
import { eventually, newAppend, newStream } from '@caisson/testing';
import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { StoryTeller, unit } from './executor.harness.js';
import { useTableStage } from './table-stage.harness.js';
import { TableWorld } from './table-world.harness.js';

const stage = useTableStage();
const QUOTA = 'tasks-in-flight';

/** A world that holds its first tasks until so many are at work, and notes how many it works on at once. */
class CountingWorld extends TableWorld {
  /** How many have to come before any goes on. */
  together = 0;
  most = 0;
  done = 0;
  #atWork = 0;

  override async apply(request: ApplyRequest, call: EngineCall): Promise<ApplyResult> {
    this.#atWork += 1;
    this.most = Math.max(this.most, this.#atWork);
    await eventually('others to be at work', async () => this.most >= this.together, 30_000);
    await delay(20); // Long enough for one too many to come in.
    this.#atWork -= 1;
    this.done += 1;
    return super.apply(request, call);
  }
}

async function limit(tenantId: string, tasks: number | null): Promise<void> {
  const documents = [{ collection: 'quota', id: randomUUID(), body: { ceilings: { [QUOTA]: tasks } } }];
  await stage.outside.events.append(newAppend({ stream: newStream(tenantId), documents }));
}

const useOf = async (tenantId: string) =>
  (await stage.outside.quotas.read(tenantId)).find(({ name }) => name === QUOTA);

const units = (count: number) => Array.from({ length: count }, (_, index) => unit(`u${index}`));

it('never has more tasks in flight than the tenant may, with 200 of 20 runs on two executors', async () => {
  const tenantId = randomUUID();
  await limit(tenantId, 7);
  const world = new CountingWorld(stage.outside.pool);
  world.together = 7;
  await stage.start(world);
  await stage.start(world);
  let mostUsed = 0;
  const stories = Array.from({ length: 20 }, () => new StoryTeller(stage.outside.events, tenantId));
  await Promise.all(stories.map((story) => story.startRun(units(10))));
  await eventually(
    'all tasks',
    async () => {
      mostUsed = Math.max(mostUsed, (await useOf(tenantId))?.used ?? 0);
      return world.done === 200;
    },
    60_000,
  );
  expect(world.most).toBe(7);
  expect(mostUsed).toBeLessThanOrEqual(7);
  await eventually('nothing to be in flight', async () => (await useOf(tenantId))?.used === 0);
}, 90_000);

it('lets tasks wait while there is no room at all, and cancels them like others', async () => {
  const tenantId = randomUUID();
  await limit(tenantId, 0);
  const world = new CountingWorld(stage.outside.pool);
  await stage.start(world);
  const [held, dropped] = [0, 1].map(() => new StoryTeller(stage.outside.events, tenantId)) as [
    StoryTeller,
    StoryTeller,
  ];
  await held.startRun(units(2));
  await dropped.startRun(units(2));
  const factsOf = async (story: StoryTeller) =>
    (await stage.outside.consumers.readStream(story.execution, 0)).map(({ type }) => type.split('.')[2]);
  await eventually('both to wait', async () =>
    (await Promise.all([held, dropped].map(factsOf))).every((f) => f.includes('task-queued')),
  );
  await dropped.say('run-cancelling', { reason: 'changed my mind' });
  await eventually('the run to be cancelled', async () => (await factsOf(dropped)).includes('execution-cancelled'));
  expect(world.most).toBe(0);
  await limit(tenantId, null);
  await eventually('the other to get through', async () => (await factsOf(held)).includes('execution-verified'));
});
