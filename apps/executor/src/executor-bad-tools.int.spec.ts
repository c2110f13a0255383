import { join } from 'node:path';
import type { PlanUnit } from '@caisson/contracts';
import { eventually, lacks, markedProcessesOf } from '@caisson/testing';
import { describe, expect, it } from 'vitest';
import { useExecutorStage } from './executor-stage.harness.js';
import { StoryTeller, unit, unitOn } from './executor.harness.js';

const TASK_SECONDS = 15;
const MEMORY_BYTES_MAX = 200 * 1024 * 1024;

const stage = useExecutorStage({
  CAISSON_EXECUTOR_TASK_TIMEOUT_SECONDS: String(TASK_SECONDS),
  CAISSON_TOOL_GRACE_SECONDS: '1',
});
let tools = 0;

/** A unit whose tool runs a command of the shell; its second try does the other thing. */
function tool(first: string, second: string): PlanUnit {
  tools += 1;
  const flag = join(stage.place.dataDir, `tried-${tools}`);
  const command = `if [ -e ${flag} ]; then ${second}; else touch ${flag}; ${first}; fi`;
  const text = `
    resource "terraform_data" "only" {
      provisioner "local-exec" { command = ${JSON.stringify(command).replaceAll('${', '$${')} }
    }`;
  const properties = { source: { files: { 'main.tf': text } }, variables: {} };
  return unitOn({ engine: 'terraform', type: 'module' }, unit('base', properties));
}

/** A unit whose resource and output hold a text of so many KiB; its state has it three times. */
function sized(kibibytes: number): PlanUnit {
  const text = `
    locals {
      kibibyte = join("", [for i in range(64) : "0123456789abcdef"])
      mebibyte = join("", [for i in range(1024) : local.kibibyte])
      whole = join("", [for i in range(${Math.floor(kibibytes / 1024)}) : local.mebibyte])
      rest = join("", [for i in range(${kibibytes % 1024}) : local.kibibyte])
    }
    resource "terraform_data" "only" { input = "\${local.whole}\${local.rest}" }
    output "text" { value = terraform_data.only.output }`;
  const properties = { source: { files: { 'main.tf': text } }, variables: {} };
  return unitOn({ engine: 'terraform', type: 'module' }, unit('base', properties));
}

/** What a run's execution said until it ended: each fact with the code of its failure, where it has one. */
async function facts(story: StoryTeller): Promise<readonly string[]> {
  return eventually(
    'the run to end',
    async () => {
      const found = await stage.outside.consumers.readStream(story.execution, 0);
      const said = found.map(({ data, type }) => {
        const { code } = (data as { readonly failure?: { readonly code: string } }).failure ?? {};
        return [type.split('.')[2], code].filter(Boolean).join(' ');
      });
      return said.some((fact) => /^execution-(verified|failed|rolled)/.test(fact)) ? said : undefined;
    },
    120_000,
  );
}

describe.skipIf(lacks('terraform'))('a tool that does not behave', () => {
  it('is stopped with all that it started when its time is over, and tried again', { timeout: 150_000 }, async () => {
    const mark = `37${String(Date.now()).slice(-7)}`;
    const deaf = `trap '' INT TERM; setsid sh -c 'trap "" INT TERM; sleep ${mark}' & sleep ${mark}`;
    const story = new StoryTeller(stage.outside.events);
    await story.startRun([tool(deaf, 'true')], 'keep');
    await eventually('all of it to run', async () => (await markedProcessesOf(`sleep ${mark}`)).length > 1, 60_000);
    const said = await facts(story);
    expect(said).toContain('task-timed-out');
    expect(said.at(-1)).toBe('execution-verified');
    expect(said.filter((fact) => fact === 'task-started')).toHaveLength(2);
    expect(await markedProcessesOf(`sleep ${mark}`)).toEqual([]);
  });

  it('fails clearly when it prints a gigabyte; the log is bounded and memory flat', { timeout: 150_000 }, async () => {
    const story = new StoryTeller(stage.outside.events);
    const before = process.memoryUsage().rss;
    await story.startRun([tool('yes "$(printf %01000d 7)" | head -c 1000000000', 'exit 7')], 'keep');
    const said = await facts(story);
    // Terraform passes so much on so slowly that its time is over first; how a tool meets the bound of its output is
    // tested where tools are run.
    expect(said.some((fact) => fact === 'task-timed-out' || fact === 'task-failed tool-output-limit')).toBe(true);
    expect(said.at(-1)).toMatch(/^execution-failed /);
    expect(process.memoryUsage().rss - before).toBeLessThan(MEMORY_BYTES_MAX);
    const { rows } = await stage.outside.pool.query<{ lines: string; bytes: string }>(
      `select max(lines) as lines, max(bytes) as bytes from (
         select sum(line_count) as lines, sum(length(lines)) as bytes from attempt_log
           where attempt_id like $1 group by attempt_id) as logs`,
      [`${story.runId}%`],
    );
    expect(Number(rows[0]?.lines)).toBeGreaterThan(1_000);
    expect(Number(rows[0]?.lines)).toBeLessThanOrEqual(100_001);
    expect(Number(rows[0]?.bytes)).toBeLessThan(MEMORY_BYTES_MAX);
  });

  it('leaves no daemon behind, fails clearly, and the executor goes on', { timeout: 150_000 }, async () => {
    const mark = `38${String(Date.now()).slice(-7)}`;
    const story = new StoryTeller(stage.outside.events);
    const daemon = `setsid sh -c 'exec sleep ${mark}' </dev/null >/dev/null 2>&1 &`;
    await story.startRun([tool(`${daemon} sleep 1`, 'true')], 'keep');
    expect((await facts(story)).at(-1)).toBe('execution-failed tool-left-processes');
    expect(await markedProcessesOf(`sleep ${mark}`)).toEqual([]);
    const next = new StoryTeller(stage.outside.events);
    await next.startRun([tool('true', 'true')], 'keep');
    expect((await facts(next)).at(-1)).toBe('execution-verified');
  });
});

describe.skipIf(lacks('terraform'))('what a tool has made', () => {
  it('may be more than a request may carry: its state is kept whole', { timeout: 150_000 }, async () => {
    const story = new StoryTeller(stage.outside.events);
    await story.startRun([sized(300)], 'keep');
    expect((await facts(story)).at(-1)).toBe('execution-verified');
  });

  it(
    'is refused by name when it is too much to record, at once and with memory flat',
    { timeout: 150_000 },
    async () => {
      const story = new StoryTeller(stage.outside.events);
      const before = process.memoryUsage().rss;
      await story.startRun([sized(3_072)], 'keep');
      const said = await facts(story);
      expect(said.slice(-2)).toEqual(['task-failed result-too-large', 'execution-failed result-too-large']);
      expect(said.filter((fact) => fact === 'task-started')).toHaveLength(1);
      expect(process.memoryUsage().rss - before).toBeLessThan(MEMORY_BYTES_MAX);
    },
  );

  it('fails clearly when its state is too large to be stored', { timeout: 150_000 }, async () => {
    const story = new StoryTeller(stage.outside.events);
    const before = process.memoryUsage().rss;
    await story.startRun([sized(24 * 1024)], 'keep');
    const said = await facts(story);
    expect(said.slice(-2)).toEqual(['task-failed state-too-large', 'execution-failed state-too-large']);
    expect(process.memoryUsage().rss - before).toBeLessThan(MEMORY_BYTES_MAX);
  });
});
