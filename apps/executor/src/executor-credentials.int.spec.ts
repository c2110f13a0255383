import { createHash, randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Failure, PlanUnit } from '@caisson/contracts';
import type { JsonObject } from '@caisson/kernel';
import { parseSecretKeys, SecretEnvelopes } from '@caisson/secret-box';
import { systemClock } from '@caisson/service';
import { ManageCredentials } from '@caisson/tenancy';
import { eventually, lacks, newContext } from '@caisson/testing';
import { describe, expect, it } from 'vitest';
import { useExecutorStage } from './executor-stage.harness.js';
import { StoryTeller, unit, unitOn } from './executor.harness.js';

/** Nothing but the tool may see it. */
const CANARY = `canary:${randomUUID()}`;

const stage = useExecutorStage();

async function store(tenantId: string, name: string, values: Readonly<Record<string, string>>): Promise<void> {
  const sealer = new SecretEnvelopes(parseSecretKeys(stage.place.encryptionKey));
  const runtime = { store: stage.outside.events, clock: systemClock, service: 'api' };
  const context = { tenantId, ...newContext({ service: 'api' }) };
  await new ManageCredentials(runtime, stage.outside.documents, sealer).store({ name, values, context });
}

function module_(text: string, credential: string): PlanUnit {
  const properties: JsonObject = { source: { files: { 'main.tf': text } }, variables: {} };
  return { ...unitOn({ engine: 'terraform', type: 'module' }, unit('base', properties)), credential };
}

async function factOf<Data>(story: StoryTeller, fact: string): Promise<Data> {
  const type = `caisson.execution.${fact}.v1`;
  return eventually(
    `the fact ${fact}`,
    async () => {
      const facts = await stage.outside.consumers.readStream(story.execution, 0);
      return facts.find((found) => found.type === type)?.data as Data | undefined;
    },
    60_000,
  );
}

/** Every row of every table, as text. */
async function everything(): Promise<string> {
  const { rows: tables } = await stage.outside.pool.query<{ name: string }>(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname = 'public'`,
  );
  const texts = await Promise.all(
    tables.map(async ({ name }) => {
      const { rows } = await stage.outside.pool.query<{ text: string }>(`select t::text as text from ${name} t`);
      return rows.map(({ text }) => text).join('\n');
    }),
  );
  return texts.join('\n');
}

describe.skipIf(lacks('terraform'))('a unit with a credential', () => {
  it('acts with its values, and they are nowhere else in any form', { timeout: 120_000 }, async () => {
    const story = new StoryTeller(stage.outside.events);
    await store(story.tenantId, 'deployer', { DEPLOY_TOKEN: CANARY, TF_VAR_token: CANARY });
    const seen = join(stage.place.dataDir, 'seen');
    const text = `
      variable "token" { type = string }
      resource "terraform_data" "only" {
        input = var.token
        provisioner "local-exec" {
          command = <<-EOT
            printf %s "$DEPLOY_TOKEN" | sha256sum > ${seen}
            echo "said $DEPLOY_TOKEN"
            printf %s "x$DEPLOY_TOKEN" | base64 -w 0; echo
            printf %s "$DEPLOY_TOKEN" | od -An -v -tx1 | tr -d ' \\n'; echo
          EOT
        }
      }
      output "token" { value = var.token }`;
    await story.startRun([module_(text, 'deployer')]);
    await factOf(story, 'execution-verified');
    expect((await readFile(seen, 'utf8')).split(' ')[0]).toBe(createHash('sha256').update(CANARY).digest('hex'));
    const kept = await everything();
    expect(kept).toContain('said (sensitive)');
    const bytes = Buffer.from(CANARY);
    const inBase64 = bytes.subarray(2, -3).toString('base64'); // Aligned as behind one more letter.
    for (const form of [CANARY, bytes.toString('hex'), encodeURIComponent(CANARY), inBase64])
      expect(kept).not.toContain(form);
    const { rows } = await stage.outside.pool.query<{ data: JsonObject }>(
      `select data from event where type = 'CredentialUsed' order by event_id`,
    );
    const { deploymentId, runId } = story;
    for (const { data } of rows) expect(data).toMatchObject({ name: 'deployer', version: 1, deploymentId, runId });
    expect(new Set(rows.map(({ data }) => data['operation']))).toEqual(new Set(['apply', 'observe']));
  });

  it('fails by name when there is no such credential', { timeout: 120_000 }, async () => {
    const story = new StoryTeller(stage.outside.events);
    await store(randomUUID(), 'theirs', { TOKEN: CANARY });
    await story.startRun([module_('', 'theirs')], 'keep');
    const { failure } = await factOf<{ failure: Failure }>(story, 'execution-failed');
    expect(JSON.stringify(failure)).toContain('There is no credential \\"theirs\\"');
  });
});
