import { eventually } from '@caisson/testing';
import { describe, expect, it } from 'vitest';
import { StoryTeller, unit } from './executor.harness.js';
import { useTableStage } from './table-stage.harness.js';
import { effectsOf, TableWorld, unitsOf } from './table-world.harness.js';

const stage = useTableStage();

function executionIn(state: string, story: StoryTeller): Promise<Record<string, unknown>> {
  return eventually(`the execution to be ${state}`, async () => {
    const found = await stage.outside.documents.get<Record<string, unknown>>(story.tenantId, 'execution', story.runId);
    return found?.body['state'] === state ? found.body : undefined;
  });
}

async function factsOf(story: StoryTeller) {
  return stage.outside.consumers.readStream(story.execution, 0);
}

describe('an executor', () => {
  it('hears that a run was started, applies it and says so', async () => {
    await stage.start();
    const story = new StoryTeller(stage.outside.events);
    await story.startRun([unit('network'), unit('web', { net: '${network.id}' }, ['network'])]);
    expect(await executionIn('verified', story)).toMatchObject({ progress: 100, tasksTotal: 2, tasksEnded: 2 });
    expect(await effectsOf(stage.outside.pool, story.deploymentId)).toEqual([
      `${story.runId}/network`,
      `${story.runId}/web`,
    ]);
    const facts = await factsOf(story);
    expect(facts.at(-1)).toMatchObject({ type: 'caisson.execution.execution-verified.v1' });
    expect(new Set(facts.map(({ correlationId }) => correlationId))).toEqual(new Set([story.correlationId]));
    expect((await stage.outside.verifyChain(story.execution)).outcome).toBe('intact');
  });

  it('undoes a run that fails, and says what stands', async () => {
    await stage.start();
    const story = new StoryTeller(stage.outside.events);
    await story.startRun([unit('network'), unit('web', { behave: 'fail' }, ['network'])]);
    await executionIn('rolled-back', story);
    expect(await unitsOf(stage.outside.pool, story.deploymentId)).toEqual([]);
    const task = await stage.outside.documents.get(story.tenantId, 'task', `${story.runId}/web`);
    expect(task?.body).toMatchObject({ state: 'failed', failure: { code: 'tool-failed' }, log: ['applying web'] });
  });

  it('undoes a failed run later when somebody asks, and another executor does it', async () => {
    await stage.start();
    const story = new StoryTeller(stage.outside.events);
    await story.startRun([unit('network'), unit('web', { behave: 'fail' }, ['network'])], 'keep');
    await executionIn('failed', story);
    await stage.stopExecutors();
    await stage.start();
    await story.say('run-rollback-started', { reason: 'mia asked', asked: true });
    await executionIn('rolled-back', story);
    expect(await unitsOf(stage.outside.pool, story.deploymentId)).toEqual([]);
  });

  it('stops a run that another process cancels', async () => {
    let hangs = false;
    await stage.start(new TableWorld(stage.outside.pool, { onHang: () => (hangs = true) }));
    const story = new StoryTeller(stage.outside.events);
    await story.startRun([unit('network'), unit('web', { behave: 'hang' }, ['network'])]);
    await eventually('the tool to hang', () => hangs);
    await story.say('run-cancelling', { reason: 'not needed' });
    await executionIn('cancelled', story);
    expect((await factsOf(story)).at(-1)?.data).toMatchObject({ applied: [{ unitId: 'network' }] });
    expect(await unitsOf(stage.outside.pool, story.deploymentId)).toEqual(['network']);
  });

  it('lets another one go on when it is told to stop', async () => {
    let hangs = false;
    const first = await stage.start(new TableWorld(stage.outside.pool, { onHang: () => (hangs = true) }));
    const story = new StoryTeller(stage.outside.events);
    await story.startRun([unit('network'), unit('web', { behave: 'hang' }, ['network'])]);
    await eventually('the tool to hang', () => hangs);
    await stage.start(new TableWorld(stage.outside.pool, { behaves: false }));
    await first.stop();
    await executionIn('verified', story);
    expect(await effectsOf(stage.outside.pool, story.deploymentId)).toEqual([
      `${story.runId}/network`,
      `${story.runId}/web`,
    ]);
  });

  it('does each of many runs once beside another executor', async () => {
    await Promise.all([stage.start(), stage.start()]);
    const stories = Array.from({ length: 12 }, () => new StoryTeller(stage.outside.events));
    await Promise.all(stories.map((story) => story.startRun([unit('a'), unit('b', {}, ['a']), unit('c', {}, ['a'])])));
    for (const story of stories) {
      await executionIn('verified', story);
      expect(await effectsOf(stage.outside.pool, story.deploymentId)).toHaveLength(3);
    }
  });
});
