import type { AppliedUnit, Failure, PlanUnit } from '@caisson/contracts';
import { openEventStore, type OpenedEventStore } from '@caisson/event-store-postgres';
import { createTestDatabase, eventually, lacks, type TestDatabase } from '@caisson/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startWholeExecutor, StoryTeller, unit, type RunningExecutor } from './executor.harness.js';

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

let database: TestDatabase;
let executor: RunningExecutor;
let outside: OpenedEventStore;

beforeAll(async () => {
  database = await createTestDatabase();
  executor = await startWholeExecutor(database.url);
  outside = await openEventStore({ url: database.url });
});
afterAll(async () => {
  await executor.stop();
  await outside.close();
  await database.drop();
});

function module_(unitId: string, text: string, options: Partial<PlanUnit> = {}): PlanUnit {
  const properties = { source: { files: { 'main.tf': text } }, variables: {} };
  return { ...unit(unitId, properties), engine: 'terraform', type: 'module', ...options };
}

async function ending(story: StoryTeller, fact: string) {
  const type = `caisson.execution.${fact}.v1`;
  return eventually(
    `the fact ${fact}`,
    async () => {
      const facts = await outside.consumers.readStream(story.execution, 0);
      return facts.find((found) => found.type === type)?.data as
        { applied: AppliedUnit[]; failure: Failure } | undefined;
    },
    60_000,
  );
}

describe.skipIf(lacks('terraform'))('a run with Terraform', () => {
  it(
    'that fails half way says what was made, in Terraform’s own words, and undoes exactly that',
    { timeout: 120_000 },
    async () => {
      const story = new StoryTeller(outside.events);
      await story.startRun([module_('base', HALF_WAY)], 'keep');
      const failed = await ending(story, 'execution-failed');
      expect(JSON.stringify(failed.failure.diagnostics)).toContain('The first one is not as the second one needs it.');
      expect(failed.applied.map(({ unitId }) => unitId)).toEqual(['base']);
      expect(Object.keys(failed.applied[0]!.expected)).toEqual(['terraform_data.first']);
      await story.say('run-rollback-started', { reason: 'mia asked', asked: true });
      expect((await ending(story, 'execution-rolled-back')).applied).toEqual([]);
    },
  );

  it('feeds outputs to the units behind it', { timeout: 120_000 }, async () => {
    const story = new StoryTeller(outside.events);
    const first = module_('first', WHOLE);
    const second = module_('second', WHOLE, { dependsOn: ['first'] });
    const variables = (name: string) => ({ source: { files: { 'main.tf': WHOLE } }, variables: { name } });
    await story.startRun([
      { ...first, properties: variables('shop') },
      { ...second, properties: variables('${first.outputs.name}-two') },
    ]);
    const verified = await ending(story, 'execution-verified');
    expect(verified.applied.map(({ outputs }) => outputs)).toEqual([{ name: 'shop' }, { name: 'shop-two' }]);
  });
});
