import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Runner, RunnerRegistry } from '@caisson/engine';
import { migrate } from '@caisson/event-store-postgres';
import { createTestDatabase, eventually, startSourceProcess, type TestDatabase } from '@caisson/testing';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { hostId } from './host.js';
import { killRunners } from './kill-runners.js';
import { PostgresRunnerRegistry } from './postgres-runner-registry.js';
import { RUNNER_MIGRATIONS } from './runner-migrations.js';
import { findProcess, groupMembers, markedProcesses } from './process-table.js';
import { createRedactor } from './redactor.js';
import { runTool, type ToolRun } from './run-tool.js';

let database: TestDatabase;
let pool: pg.Pool;
let appUrl: string;
let registry: PostgresRunnerRegistry;
let folder: string;
let tenantId: string;
let deploymentId: string;

beforeAll(async () => {
  database = await createTestDatabase();
  appUrl = await migratedAsServicesSeeIt(database.url);
  pool = new pg.Pool({ connectionString: appUrl, max: 4 });
  registry = new PostgresRunnerRegistry(pool);
  folder = mkdtempSync(join(tmpdir(), 'caisson-tool-'));
});
afterAll(async () => {
  await pool.end();
  await database.drop();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(() => {
  tenantId = randomUUID();
  deploymentId = randomUUID();
});

function shell(script: string, more: Partial<ToolRun> = {}): ToolRun {
  return {
    runnerId: randomUUID(),
    command: '/bin/sh',
    args: ['-c', script],
    cwd: folder,
    env: { PATH: process.env['PATH'] ?? '' },
    signal: new AbortController().signal,
    timeoutMs: 20_000,
    graceMs: 300,
    registration: { registry, tenantId, deploymentId, fencingToken: 5 },
    ...more,
  };
}

const runners = (): Promise<readonly Runner[]> => registry.olderThan(tenantId, deploymentId, 1_000);

it('gives lines of both streams and the exit code, and forgets the runner', async () => {
  const lines: string[] = [];
  const run = shell('echo out; echo err >&2; exit 3', { onLine: (line, stream) => lines.push(`${stream} ${line}`) });
  const result = await runTool(run);
  expect(result).toMatchObject({ code: 3, signal: undefined, timedOut: false, aborted: false, outputTruncated: false });
  expect(lines.sort()).toEqual(['stderr err', 'stdout out']);
  expect(await runners()).toEqual([]);
});

it('passes arguments as they are, and only the given environment', async () => {
  const argument = `$(touch ${folder}/touched) "; 'x`;
  const run = shell('', { command: 'printf', args: ['%s', argument], captureBytesMax: 1000 });
  expect((await runTool(run)).stdout).toBe(argument);
  const seen = await runTool(
    shell('', { command: 'env', args: [], env: { PATH: '/usr/bin', A: '1' }, captureBytesMax: 1000 }),
  );
  const names = seen.stdout.split('\n').map((line) => line.split('=')[0]);
  expect(names.filter((name) => name !== '' && name !== 'PWD').sort()).toEqual(['A', 'CAISSON_RUNNER', 'PATH']);
  expect(existsSync(join(folder, 'touched'))).toBe(false);
});

it('gives the tool an empty standard input', async () => {
  expect(await runTool(shell('cat; echo end', { captureBytesMax: 100 }))).toMatchObject({ code: 0, stdout: 'end\n' });
});

it('says when output was dropped', async () => {
  const run = shell('head -c 100000 /dev/zero | tr "\\0" x', { captureBytesMax: 1000 });
  const result = await runTool(run);
  expect(result.outputTruncated).toBe(true);
  expect(result.stdout).toHaveLength(1000);
});

it('removes secrets from lines', async () => {
  const lines: string[] = [];
  await runTool(
    shell('echo "token=$TOKEN"; printf %s "$TOKEN" | base64', {
      env: { PATH: process.env['PATH'] ?? '', TOKEN: 'hush-hush-hush' },
      redactor: createRedactor(['hush-hush-hush']),
      onLine: (line) => lines.push(line),
    }),
  );
  expect(lines[0]).toBe('token=(sensitive)');
  expect(lines[1]).toContain('(sensitive)');
});

it('gives the last words of a tool, however soon it ends', async () => {
  for (let round = 0; round < 10; round += 1) {
    const errors: string[] = [];
    const run = shell('echo last; echo words >&2', { captureBytesMax: 100, onLine: (line) => errors.push(line) });
    expect((await runTool(run)).stdout).toBe('last\n');
    expect(errors).toEqual(['words']);
  }
});

it('is registered before the tool starts', async () => {
  const seen: string[] = [];
  const marker = join(folder, randomUUID());
  const watching: RunnerRegistry = {
    register: async (runner) => {
      seen.push(existsSync(marker) ? 'too late' : 'before');
      await registry.register(runner);
    },
    forget: (runner) => registry.forget(runner),
    olderThan: (...request) => registry.olderThan(...request),
  };
  const registration = { registry: watching, tenantId, deploymentId, fencingToken: 5 };
  await runTool(shell(`touch ${marker}`, { registration }));
  expect(seen).toEqual(['before']);
  expect(existsSync(marker)).toBe(true);
});

it('starts nothing when the registration fails', async () => {
  const marker = join(folder, randomUUID());
  const broken: RunnerRegistry = {
    register: () => Promise.reject(new Error('database away')),
    forget: () => Promise.resolve(),
    olderThan: () => Promise.resolve([]),
  };
  const run = shell(`touch ${marker}`, { registration: { registry: broken, tenantId, deploymentId, fencingToken: 5 } });
  await expect(runTool(run)).rejects.toThrow('database away');
  expect(existsSync(marker)).toBe(false);
  expect(await markedProcesses(run.runnerId)).toEqual([]);
});

it('reports a folder that is not there as a fault', async () => {
  await expect(runTool(shell('true', { cwd: join(folder, 'missing') }))).rejects.toMatchObject({
    code: 'tool-start-failed',
  });
});

it('starts nothing when it was told to stop before', async () => {
  const marker = join(folder, randomUUID());
  expect(await runTool(shell(`touch ${marker}`, { signal: AbortSignal.abort() }))).toMatchObject({ aborted: true });
  expect(existsSync(marker)).toBe(false);
});

it('asks the tool to stop first, and the tool can tidy up', async () => {
  const marker = join(folder, randomUUID());
  const stop = new AbortController();
  const run = shell(`trap 'echo tidy > ${marker}.tidy; exit 7' INT; touch ${marker}; while :; do sleep 0.05; done`, {
    signal: stop.signal,
    graceMs: 5_000,
  });
  const result = runTool(run);
  await eventually('the tool to run', () => existsSync(marker));
  stop.abort();
  expect(await result).toMatchObject({ code: 7, aborted: true, timedOut: false });
  expect(readFileSync(`${marker}.tidy`, 'utf8')).toBe('tidy\n');
});

it('kills everything after the grace, also what left the group, and returns when all are gone', async () => {
  const marker = join(folder, randomUUID());
  const run = shell(`trap '' INT; sleep 600 & setsid sleep 601 & touch ${marker}; sleep 602`, { timeoutMs: 400 });
  const result = await runTool(run);
  expect(result).toMatchObject({ code: undefined, signal: 'SIGKILL', timedOut: true, aborted: false });
  expect(existsSync(marker)).toBe(true);
  expect(await markedProcesses(run.runnerId)).toEqual([]);
  expect(await runners()).toEqual([]);
});

describe('a tool that does not behave', () => {
  it('is stopped when it prints a gigabyte; our memory does not grow with it', { timeout: 30_000 }, async () => {
    const lines: string[] = [];
    const before = process.memoryUsage().rss;
    const result = await runTool(
      shell('yes "$(printf %01000d 7)"', { onLine: (line) => lines.push(line.slice(0, 9)) }),
    );
    expect(result).toMatchObject({ misbehaved: 'too-much-output', outputTruncated: true, timedOut: false });
    expect(lines.length).toBeGreaterThan(10_000);
    expect(process.memoryUsage().rss - before).toBeLessThan(150 * 1024 * 1024);
  });

  it('gives no more lines than can be handled, however short they are', async () => {
    let lines = 0;
    const run = shell('seq 300000', { onLine: () => void (lines += 1) });
    const result = await runTool(run);
    expect(result).toMatchObject({ code: 0, outputTruncated: true });
    expect(result.misbehaved).toBeUndefined();
    expect(lines).toBe(100_000);
  });

  it('is stopped when it fills its folder', async () => {
    const cwd = mkdtempSync(join(folder, 'full-'));
    const run = shell('head -c 30000000 /dev/zero > big; sleep 600', { cwd, folderBytesMax: 20_000_000 });
    expect(await runTool(run)).toMatchObject({ misbehaved: 'folder-full', timedOut: false });
    expect(await markedProcesses(run.runnerId)).toEqual([]);
    const sparse = shell('truncate -s 1G sparse; sleep 0.6', { cwd: mkdtempSync(join(folder, 'sparse-')) });
    expect(await runTool({ ...sparse, folderBytesMax: 20_000_000 })).toMatchObject({ code: 0 });
  });

  it('cannot leave a daemon behind by ending well', async () => {
    const marker = join(folder, randomUUID());
    const daemon = `setsid sh -c 'touch ${marker}; exec sleep 603' </dev/null >/dev/null 2>&1 &`;
    const run = shell(`${daemon} while [ ! -e ${marker} ]; do sleep 0.02; done; exit 0`);
    expect(await runTool(run)).toMatchObject({ code: 0, misbehaved: 'left-processes' });
    expect(await markedProcesses(run.runnerId)).toEqual([]);
  });
});

it('leaves no child behind when the tool itself ends', async () => {
  const run = shell('sleep 600 & exit 0');
  expect(await runTool(run)).toMatchObject({ code: 0 });
  expect(await markedProcesses(run.runnerId)).toEqual([]);
});

it('ends a runner whose executor was killed, and forgets it', async () => {
  const marker = join(folder, randomUUID());
  const { executor, runnerId } = startExecutor(`trap '' INT; touch ${marker}; sleep 600`, 60_000);
  await eventually('the tool to run', () => existsSync(marker));
  executor.kill('SIGKILL');
  const [runner] = await runners();
  expect(runner).toMatchObject({ runnerId, hostId: hostId(), fencingToken: 5 });
  const report = await killRunners(registry, { tenantId, deploymentId, fencingToken: 6, graceMs: 100 });
  expect(report.ended.map((ended) => ended.runnerId)).toEqual([runnerId]);
  expect(await markedProcesses(runnerId)).toEqual([]);
  expect(await runners()).toEqual([]);
});

it('asks the tool to stop by itself when the executor was killed, and its words go nowhere', async () => {
  const marker = join(folder, randomUUID());
  // Without a relay the first word after the death of the executor would kill it by SIGPIPE.
  const tidy = `for i in 1 2 3; do echo tidying || exit; sleep 0.1; done; touch ${marker}.tidy; exit 1`;
  const script = `trap '${tidy}' INT; touch ${marker}; while :; do echo working; sleep 0.05; done`;
  const { executor, runnerId } = startExecutor(script, 60_000);
  await eventually('the tool to run', () => existsSync(marker));
  executor.kill('SIGKILL');
  await eventually('the tool to tidy up', () => existsSync(`${marker}.tidy`));
  await eventually('nothing to be left', async () => (await markedProcesses(runnerId)).length === 0);
});

it('asks the tool to stop when the executor is halted and cannot be reached, and not before', async () => {
  const marker = join(folder, randomUUID());
  const script = `trap 'date +%s%N > ${marker}.int; exit 1' INT; touch ${marker}; while :; do sleep 0.05; done`;
  const { executor, runnerId } = startExecutor(script, 1_000, 1_000);
  try {
    await eventually('the tool to run', () => existsSync(marker));
    await new Promise((resolve) => setTimeout(resolve, 2_500)); // Longer than it may be silent: it was not.
    expect(existsSync(`${marker}.int`)).toBe(false);
    executor.kill('SIGSTOP');
    await eventually('the tool to be asked', () => existsSync(`${marker}.int`));
    await eventually('nothing to be left', async () => (await markedProcesses(runnerId)).length === 0);
  } finally {
    executor.kill('SIGKILL');
  }
});

it('interrupts the tool once, whoever else asks: a second interrupt means "at once" to many tools', async () => {
  const marker = join(folder, randomUUID());
  const busy = 'for i in $(seq 60); do sleep 0.05; done; exit 9';
  const script = `trap 'echo int >> ${marker}.log' INT; touch ${marker}; ${busy}`;
  const { executor, runnerId } = startExecutor(script, 60_000);
  await eventually('the tool to run', () => existsSync(marker));
  const request = { tenantId, deploymentId, fencingToken: 6, graceMs: 20_000 };
  const killed = killRunners(registry, request);
  await eventually('the interrupt', () => existsSync(`${marker}.log`));
  executor.kill('SIGKILL');
  await Promise.all([killed, killRunners(registry, request)]);
  expect(await markedProcesses(runnerId)).toEqual([]);
  expect(readFileSync(`${marker}.log`, 'utf8')).toBe('int\n');
});

it('kills a tool that does not stop after the grace when the executor was killed', async () => {
  const marker = join(folder, randomUUID());
  const { executor, runnerId } = startExecutor(`trap '' INT; touch ${marker}; sleep 600`, 1_000);
  await eventually('the tool to run', () => existsSync(marker));
  executor.kill('SIGKILL');
  await eventually('nothing to be left', async () => (await markedProcesses(runnerId)).length === 0);
});

it('stops waiting for a runner when told to, and keeps it registered', async () => {
  const marker = join(folder, randomUUID());
  const { executor, runnerId } = startExecutor(`trap '' INT; touch ${marker}; sleep 600`, 60_000);
  await eventually('the tool to run', () => existsSync(marker));
  const stop = new AbortController();
  const request = { tenantId, deploymentId, fencingToken: 6, graceMs: 60_000, signal: stop.signal };
  const killed = killRunners(registry, request);
  stop.abort();
  await expect(killed).rejects.toMatchObject({ code: 'runners-not-proven-gone', retryable: true });
  expect((await runners()).map((runner) => runner.runnerId)).toEqual([runnerId]);
  executor.kill('SIGKILL');
  await killRunners(registry, { ...request, graceMs: 0, signal: new AbortController().signal });
  expect(await markedProcesses(runnerId)).toEqual([]);
});

it('touches no process that took over a used id', async () => {
  const bystander = spawn('sleep', ['600'], { detached: true });
  const pid = bystander.pid ?? 0;
  const entry = await eventually('the bystander', () => findProcess(pid));
  await registry.register({
    runnerId: randomUUID(),
    tenantId,
    deploymentId,
    fencingToken: 1,
    hostId: hostId(),
    processGroupId: pid,
    startTicks: entry.startTicks - 1,
    workDirectory: folder,
  });
  const report = await killRunners(registry, { tenantId, deploymentId, fencingToken: 2, graceMs: 50 });
  expect(report.ended).toHaveLength(1);
  expect(await groupMembers(pid)).toHaveLength(1);
  bystander.kill('SIGKILL');
});

it('reports runners of other hosts and keeps them; leaves runners of the same token alone', async () => {
  const runner = {
    tenantId,
    deploymentId,
    hostId: 'another/pid:[1]',
    processGroupId: 1,
    startTicks: 1,
    workDirectory: folder,
  };
  await registry.register({ ...runner, runnerId: randomUUID(), fencingToken: 1 });
  await registry.register({ ...runner, runnerId: randomUUID(), fencingToken: 2 });
  const report = await killRunners(registry, { tenantId, deploymentId, fencingToken: 2, graceMs: 50 });
  expect(report.ended).toEqual([]);
  expect(report.unreachable.map((found) => found.fencingToken)).toEqual([1]);
  expect(await runners()).toHaveLength(2);
});

/** The schema in place, and the URL of a role as services have it: row level security holds for it. */
async function migratedAsServicesSeeIt(ownerUrl: string): Promise<string> {
  const url = new URL(ownerUrl);
  const name = `app_${url.pathname.slice(1)}`;
  await migrate({ ownerUrl, migrations: RUNNER_MIGRATIONS, appRole: { name, password: 'app' } });
  url.username = name;
  url.password = 'app';
  return url.href;
}

/** Another process of ours that runs the tool, so that it can be killed. */
function startExecutor(script: string, graceMs: number, silenceMs = 10_000) {
  const runnerId = randomUUID();
  const run = { ...shell(script), runnerId, graceMs, silenceMs, timeoutMs: 600_000 };
  const executor = startSourceProcess(
    `import pg from 'pg';
     import { runTool } from '${new URL('./run-tool.ts', import.meta.url).href}';
     import { PostgresRunnerRegistry } from '${new URL('./postgres-runner-registry.ts', import.meta.url).href}';
     const registry = new PostgresRunnerRegistry(new pg.Pool({ connectionString: '${appUrl}' }));
     const { registration, ...run } = ${JSON.stringify(run)};
     const signal = new AbortController().signal;
     await runTool({ ...run, signal, registration: { ...registration, registry } });`,
    new URL('.', import.meta.url),
  );
  return { executor, runnerId };
}
