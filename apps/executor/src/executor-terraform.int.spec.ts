import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FactOf, PlanUnit } from '@caisson/contracts';
import type { JsonObject } from '@caisson/kernel';
import { openEngines } from '@caisson/engines';
import { systemClock, systemIds } from '@caisson/service';
import { engineCall, eventually, lacks } from '@caisson/testing';
import { describe, expect, it } from 'vitest';
import { useExecutorStage } from './executor-stage.harness.js';
import { ending as endingOf, StoryTeller, unit, unitOn } from './executor.harness.js';

/** The second resource fails at the apply, after the first was made: its condition is known only then. */
const HALF_WAY = `
  resource "terraform_data" "first" { input = "made" }
  resource "terraform_data" "second" {
    input = terraform_data.first.id
    lifecycle {
      precondition {
        condition     = terraform_data.first.output == "something else"
        error_message = "The first one is not as the second one needs it."
      }
    }
  }`;

const WHOLE = `
  variable "name" { type = string }
  resource "terraform_data" "only" { input = var.name }
  output "name" { value = terraform_data.only.output }`;

const stage = useExecutorStage();

function module_(
  unitId: string,
  text: string,
  { dependsOn = [], variables = {} }: { readonly variables?: JsonObject; readonly dependsOn?: string[] } = {},
): PlanUnit {
  const properties = { source: { files: { 'main.tf': text } }, variables };
  return unitOn({ engine: 'terraform', type: 'module' }, unit(unitId, properties, dependsOn));
}

const ending = (story: StoryTeller, fact: FactOf<'execution'>) => endingOf(stage.outside, story, fact);

describe.skipIf(lacks('terraform'))('a run with Terraform', () => {
  it(
    'that fails half way says what was made, in Terraform’s own words, and undoes exactly that',
    { timeout: 120_000 },
    async () => {
      const story = new StoryTeller(stage.outside.events);
      await story.startRun([module_('base', HALF_WAY)], 'keep');
      const failed = await ending(story, 'execution-failed');
      expect(JSON.stringify(failed.failure.diagnostics)).toContain('The first one is not as the second one needs it.');
      expect(failed.applied.map(({ unitId }) => unitId)).toEqual(['base']);
      expect(Object.keys(failed.applied[0]!.resources[0]!.expected)).toEqual(['terraform_data.first']);
      await story.say('run-rollback-started', { reason: 'mia asked', asked: true });
      expect((await ending(story, 'execution-rolled-back')).applied).toEqual([]);
    },
  );

  it('feeds outputs to the units behind it', { timeout: 120_000 }, async () => {
    const story = new StoryTeller(stage.outside.events);
    await story.startRun([
      module_('first', WHOLE, { variables: { name: 'shop' } }),
      module_('second', WHOLE, { variables: { name: '${first.outputs.name}-two' }, dependsOn: ['first'] }),
    ]);
    const verified = await ending(story, 'execution-verified');
    const outputs = verified.applied.flatMap(({ resources }) => resources.map((resource) => resource.outputs));
    expect(outputs).toEqual([{ name: 'shop' }, { name: 'shop-two' }]);
  });

  it('that was cut off goes on with the rest of what was approved', { timeout: 120_000 }, async () => {
    const story = new StoryTeller(stage.outside.events);
    const counted = join(stage.place.dataDir, 'made');
    const goOn = join(stage.place.dataDir, 'go-on');
    const text = `
      resource "terraform_data" "first" {
        input = "made"
        provisioner "local-exec" { command = "echo made >> ${counted}" }
      }
      resource "terraform_data" "second" {
        input = terraform_data.first.output
        provisioner "local-exec" { command = "echo begun >> ${counted}; test -e ${goOn} || sleep 60" }
      }`;
    const base = module_('base', text);
    const planned = await planOf(story, base);
    await story.startRun([{ ...base, artifact: planned.artifact }], 'keep', planned.changes);
    const lines = async () => readFile(counted, 'utf8').catch(() => '');
    await eventually('the second resource to be begun', async () => (await lines()).includes('begun'), 30_000);
    await stage.stopExecutor();
    await writeFile(goOn, '');
    await stage.startExecutor();
    const verified = await ending(story, 'execution-verified');
    expect(Object.keys(verified.applied[0]!.resources[0]!.expected)).toEqual([
      'terraform_data.first',
      'terraform_data.second',
    ]);
    expect((await lines()).split('\n').filter((line) => line === 'made')).toHaveLength(1);
  });
});

/** Plans as the planner does: with engines of its own on the same state. */
async function planOf(story: StoryTeller, unit: PlanUnit) {
  const { unitId } = unit;
  const engines = await openEngines({
    settings: {
      encryptionKey: stage.place.encryptionKey,
      dataDir: join(stage.place.dataDir, 'planner'),
      stateBackendUrl: `http://127.0.0.1:${stage.place.port}`,
      sandboxReadySeconds: 300,
      toolGraceSeconds: 10,
      probeAllow: [],
      probeDeny: [],
    },
    service: 'planner',
    database: stage.outside.pool,
    clock: systemClock,
    ids: systemIds,
    environment: process.env,
    credentials: () => ({ use: () => Promise.reject(new Error('no unit here has a credential')) }),
  });
  const { tenantId, deploymentId, runId } = story;
  const call = engineCall({ tenantId, deploymentId, runId, fencingToken: 0, unitId });
  const request = { unit, unknowns: [], destroy: false };
  const plan = await engines.registry.get('terraform')!.plan(request, call);
  const artifact = await engines.artifacts.put(tenantId, plan.artifact!);
  const changes = plan.changes.map((change) => ({ ...change, unitId, attributes: [...change.attributes] }));
  return { artifact, changes };
}
