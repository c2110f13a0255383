import { existsSync, mkdtempSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { EngineCall, EngineFailure } from '@caisson/engine';
import { engineCall, eventually, lacks, startSourceProcess, unitOf } from '@caisson/testing';
import { killRunners, markedProcesses } from '@caisson/tool-process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { COUNT_EFFECT, startTerraformWorld, type TerraformWorld } from './terraform-world.harness.js';

const skipped = lacks('terraform');
let world: TerraformWorld;
beforeAll(async () => {
  if (!skipped) world = await startTerraformWorld();
});
afterAll(() => (skipped ? undefined : world.stop()));

/** What a faulty line does with a request: passes it, passes it and loses the answer, or answers by itself. */
type Fault = 'pass' | 'lose-answer' | 500 | 413 | 409;

/** A line to the state backend that misbehaves on demand. */
async function faultyLine(
  decide: (method: string, byTerraform: boolean) => Fault,
): Promise<{ address: string; server: Server }> {
  const server = createServer((request, response) => {
    void (async () => {
      const chunks: Uint8Array[] = [];
      for await (const chunk of request as AsyncIterable<Uint8Array>) chunks.push(chunk);
      const fault = decide(request.method ?? '', (request.headers['user-agent'] ?? '').startsWith('Go-http'));
      if (typeof fault === 'number') {
        response.writeHead(fault).end();
        return;
      }
      const { authorization = '', 'content-type': type = '', 'content-md5': md5 } = request.headers;
      const answer = await fetch(new URL(request.url ?? '', world.stateAddress), {
        method: request.method ?? 'GET',
        headers: { authorization, 'content-type': type, ...(typeof md5 === 'string' ? { 'content-md5': md5 } : {}) },
        ...(chunks.length === 0 ? {} : { body: Buffer.concat(chunks) }),
      });
      const body = Buffer.from(await answer.arrayBuffer());
      if (fault === 'lose-answer') response.destroy();
      else response.writeHead(answer.status, { 'content-type': 'application/json' }).end(body);
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { address: `http://127.0.0.1:${port}/terraform/state`, server };
}

/** A data folder of its own, as another process has it. */
const ownFolder = (): string => mkdtempSync(join(world.folder, 'data-'));

const failureOf = (outcome: Promise<unknown>): Promise<EngineFailure> =>
  outcome.then(
    () => {
      throw new Error('expected a failure');
    },
    (error: unknown) => error as EngineFailure,
  );

const laterBy = (call: EngineCall, fencingToken: number): EngineCall => {
  const { tenantId, deploymentId } = call;
  return engineCall({ tenantId, deploymentId, fencingToken });
};

describe.skipIf(skipped)('when answers of the state backend are lost', () => {
  it.each(['LOCK', 'POST', 'UNLOCK'])('an apply goes through although the answer to %s never came', async (method) => {
    let lost = 0;
    const { address, server } = await faultyLine((asked, byTerraform) => {
      if (asked !== method || !byTerraform || lost > 0) return 'pass';
      lost += 1;
      return 'lose-answer';
    });
    const engine = world.engineWith({ stateAddress: address, dataDirectory: ownFolder() });
    const call = engineCall();
    const result = await engine.apply({ unit: world.unit('unit', 1) }, call);
    server.close();
    expect(lost).toBe(1);
    expect(await world.effects(call.deploymentId)).toBe(1);
    expect(await world.engine.observe(world.unit('unit', 1), { ...call, fencingToken: 0 })).toMatchObject({
      outcome: 'observed',
      resources: result.resources,
    });
  });

  it('a state that could not be stored is kept and stored by the next attempt; nothing is made twice', async () => {
    let broken = true;
    const { address, server } = await faultyLine((asked) => (asked === 'POST' && broken ? 500 : 'pass'));
    const engine = world.engineWith({ stateAddress: address, dataDirectory: ownFolder() });
    const call = engineCall();
    const failure = await failureOf(engine.apply({ unit: world.unit('unit', 1) }, call));
    expect(failure).toMatchObject({ code: 'state-not-saved', errorClass: 'unknown' });
    expect(await world.effects(call.deploymentId)).toBe(1);
    broken = false;
    const again = await engine.apply({ unit: world.unit('unit', 1) }, call);
    server.close();
    expect(await world.effects(call.deploymentId)).toBe(1);
    expect(Object.keys(again.resources[0]!.expected)).toEqual(['terraform_data.first', 'terraform_data.second']);
    const seen = await world.engine.observe(world.unit('unit', 1), { ...call, fencingToken: 0 });
    expect(seen).toEqual({ outcome: 'observed', resources: again.resources });
  });

  it('a state that is too large to be stored is kept, and the next attempt says that it still is', async () => {
    const { address, server } = await faultyLine((asked) => (asked === 'POST' ? 413 : 'pass'));
    const engine = world.engineWith({ stateAddress: address, dataDirectory: ownFolder() });
    const call = engineCall();
    const first = await failureOf(engine.apply({ unit: world.unit('unit', 1) }, call));
    expect(first).toMatchObject({ code: 'state-too-large', errorClass: 'unknown' });
    const lines: string[] = [];
    const next = await failureOf(
      engine.apply({ unit: world.unit('unit', 1) }, { ...call, log: (line) => lines.push(line) }),
    );
    server.close();
    expect(next).toMatchObject({ code: 'state-too-large', errorClass: 'permanent' });
    expect(next.message).toMatch(/is kept in \S+ and could not be stored: .*Make the unit smaller.*HTTP error: 413/);
    expect(lines.join('\n')).toContain('Failed to persist state: HTTP error: 413');
    expect(await world.effects(call.deploymentId)).toBe(1);
  });

  it('the engine asks again itself', async () => {
    const lost = new Map<string, number>();
    const { address, server } = await faultyLine((asked, byTerraform) => {
      if (byTerraform || lost.has(asked)) return 'pass';
      lost.set(asked, 1);
      return 'lose-answer';
    });
    const engine = world.engineWith({ stateAddress: address, dataDirectory: ownFolder() });
    const call = engineCall();
    await engine.apply({ unit: world.unit('unit', 1) }, call);
    server.close();
    expect([...lost.keys()].sort()).toEqual(['GET', 'UNLOCK']);
    expect(await world.effects(call.deploymentId)).toBe(1);
  });

  it('says that it cannot be reached, and a reading is unreadable, never absent', async () => {
    const engine = world.engineWith({ stateAddress: 'http://127.0.0.1:9/terraform/state', dataDirectory: ownFolder() });
    const call = engineCall();
    const failure = await failureOf(engine.apply({ unit: world.unit('unit', 1) }, call));
    expect(failure).toMatchObject({ code: 'state-unreachable', errorClass: 'transient' });
    expect(await engine.observe(world.unit('unit', 1), call)).toMatchObject({ outcome: 'unreadable' });
    expect(await world.effects(call.deploymentId)).toBe(0);
  });
});

const TWO_STEPS = `
variable "seconds" { default = "600" }
resource "terraform_data" "first" {
  ${COUNT_EFFECT}
}
resource "terraform_data" "second" {
  depends_on = [terraform_data.first]
  provisioner "local-exec" {
    command = "touch $EFFECTS/$(basename $(dirname $PWD)).started; sleep \${var.seconds}"
  }
}
`;

describe.skipIf(skipped)('when the executor is killed in the middle', () => {
  it('its runner is found and ended, the state tells what was made, and nothing is made twice', async () => {
    const call = engineCall();
    const executor = startExecutor(call, 60_000);
    await eventually('the second step', async () => (await world.running(call.deploymentId)) > 0, 20_000);
    executor.kill('SIGKILL');
    const [runner] = await world.options.registry.olderThan(call.tenantId, call.deploymentId, 2);
    expect(runner).toBeDefined();
    const request = { tenantId: call.tenantId, deploymentId: call.deploymentId, fencingToken: 2, graceMs: 10_000 };
    const report = await killRunners(world.options.registry, request);
    expect(report).toMatchObject({ ended: [{ runnerId: runner!.runnerId }], unreachable: [] });
    expect(await markedProcesses(runner!.runnerId)).toEqual([]);
    expect(await world.running(call.deploymentId)).toBe(0);
    const result = await world.engine.apply(
      { unit: world.module('unit', TWO_STEPS, { seconds: '0' }) },
      laterBy(call, 2),
    );
    expect(Object.keys(result.resources[0]!.expected)).toEqual(['terraform_data.first', 'terraform_data.second']);
    expect(await world.effects(call.deploymentId)).toBe(1);
  }, 60_000);

  it('a lock that nobody holds any more does not stop the next holder, nor the same one', async () => {
    const call = engineCall();
    const executor = startExecutor(call, 60_000);
    await eventually('the second step', async () => (await world.running(call.deploymentId)) > 0, 20_000);
    executor.kill('SIGKILL');
    // At once and without asking: Terraform neither saves nor unlocks.
    const request = { tenantId: call.tenantId, deploymentId: call.deploymentId, fencingToken: 2, graceMs: 0 };
    const [runner] = await world.options.registry.olderThan(call.tenantId, call.deploymentId, 2);
    process.kill(-runner!.processGroupId, 'SIGKILL');
    await killRunners(world.options.registry, request);
    const held = await world.owner.query('select from terraform_state where tenant_id = $1 and lock_id is not null', [
      call.tenantId,
    ]);
    expect(held.rowCount).toBe(1);
    const unit = world.module('unit', TWO_STEPS, { seconds: '0' });
    expect(await world.engine.apply({ unit }, { ...laterBy(call, 1) })).toMatchObject({ evidence: { exitCode: 0 } });
  }, 60_000);

  it('a holder that was replaced cannot write its state any more', async () => {
    const call = engineCall();
    const stop = new AbortController();
    const stale = world.engineWith({ dataDirectory: ownFolder() });
    const outcome = failureOf(stale.apply({ unit: world.module('unit', TWO_STEPS) }, { ...call, signal: stop.signal }));
    await eventually('the second step', async () => (await world.running(call.deploymentId)) > 0, 20_000);
    // The new holder changes another unit of the deployment.
    await world.engine.apply({ unit: world.unit('other', 1) }, laterBy(call, 2));
    stop.abort();
    expect(await outcome).toMatchObject({ errorClass: 'unknown' });
    expect(await world.engine.observe(world.unit('unit', 1), { ...call, fencingToken: 0 })).toEqual({
      outcome: 'absent',
    });
    const retry = await failureOf(stale.apply({ unit: world.module('unit', TWO_STEPS) }, call));
    expect(retry).toMatchObject({ code: 'state-refused', errorClass: 'permanent' });
  }, 60_000);

  it('a command that takes too long is stopped with all it started', async () => {
    const engine = world.engineWith({
      dataDirectory: ownFolder(),
      limits: { readMs: 60_000, actMs: 3_000, graceMs: 5_000 },
    });
    const call = engineCall();
    const failure = await failureOf(engine.apply({ unit: world.slowUnit('unit') }, call));
    expect(failure).toMatchObject({ code: 'tool-timed-out', errorClass: 'unknown' });
    expect(await world.running(call.deploymentId)).toBe(0);
  });

  function startExecutor(call: EngineCall, graceMs: number) {
    const module = (name: string): string => new URL(name, import.meta.url).href;
    const { tenantId, deploymentId, runId, actionKey } = call;
    const key = { tenantId, deploymentId, unitId: 'unit', fencingToken: 1, mode: 'write' as const };
    const credential = world.credentials.issue(key, 600_000);
    const {
      stateAddress,
      environment: _ours,
      registry: _registry,
      credentials: _keys,
      ids: _ids,
      ...rest
    } = world.options;
    return startSourceProcess(
      `import pg from 'pg';
       import { randomUUID } from 'node:crypto';
              import { PostgresRunnerRegistry } from '@caisson/tool-process';
       import { TerraformEngine } from '${module('./terraform-engine.ts')}';
       const pool = new pg.Pool({ connectionString: '${world.servicesUrl}' });
       const engine = new TerraformEngine({
         ...${JSON.stringify({ ...rest, stateAddress, limits: { graceMs } })},
         dataDirectory: ${JSON.stringify(ownFolder())},
         environment: process.env,
         ids: { next: () => randomUUID() },
         credentials: { issue: () => ${JSON.stringify(credential)} },
         registry: new PostgresRunnerRegistry(pool),
       });
       const unit = ${JSON.stringify(world.module('unit', TWO_STEPS))};
       const call = ${JSON.stringify({ tenantId, deploymentId, runId, actionKey, fencingToken: 1 })};
       await engine.apply({ unit }, { ...call, signal: new AbortController().signal, log: () => undefined });`,
      new URL('.', import.meta.url),
    );
  }
});

describe.skipIf(skipped)('when a dry run no longer fits', () => {
  it('it is refused, and nothing is made', async () => {
    const call = engineCall();
    const reading = { ...call, fencingToken: 0 };
    const plan = await world.engine.plan({ unit: world.unit('unit', 1), unknowns: [], destroy: false }, reading);
    await world.engine.apply({ unit: world.unit('unit', 2) }, call);
    const made = await world.effects(call.deploymentId);
    const outcome = world.engine.apply({ unit: world.unit('unit', 1), artifact: plan.artifact! }, laterBy(call, 2));
    expect(await failureOf(outcome)).toMatchObject({ code: 'plan-stale', errorClass: 'permanent' });
    expect(await world.effects(call.deploymentId)).toBe(made);
  });

  it('and one that is no plan fails for good', async () => {
    const outcome = world.engine.apply(
      { unit: world.unit('unit', 1), artifact: Buffer.from('nonsense') },
      engineCall(),
    );
    expect(await failureOf(outcome)).toMatchObject({ errorClass: 'permanent' });
  });
});

describe.skipIf(skipped)('when an apply fails half way', () => {
  const HALF = `
resource "terraform_data" "first" {
  input = "made"
  ${COUNT_EFFECT}
}
resource "terraform_data" "second" {
  depends_on = [terraform_data.first]
  provisioner "local-exec" { command = "echo no room left; exit 7" }
}
resource "terraform_data" "third" { depends_on = [terraform_data.second] }
`;

  it("gives Terraform's own words and what was made, and destroy removes exactly that", async () => {
    const call = engineCall();
    const unit = world.module('unit', HALF);
    const lines: string[] = [];
    const failure = await failureOf(world.engine.apply({ unit }, { ...call, log: (line) => lines.push(line) }));
    expect(failure).toMatchObject({ code: 'apply-failed', errorClass: 'permanent' });
    expect(failure.diagnostics).toEqual([
      expect.objectContaining({
        severity: 'error',
        summary: 'local-exec provisioner error',
        address: 'terraform_data.second',
      }),
    ]);
    expect(lines.join('\n')).toContain('no room left');
    expect(failure.partial?.resources[0]?.expected).toMatchObject({ 'terraform_data.first': { input: 'made' } });
    expect(Object.keys(failure.partial?.resources[0]?.expected ?? {})).not.toContain('terraform_data.third');
    const evidence = await world.engine.destroy(unit, call);
    expect(evidence).toMatchObject({ changes: { add: 0, change: 0, remove: 2 } });
    expect(await world.engine.observe(unit, { ...call, fencingToken: 0 })).toEqual({ outcome: 'absent' });
  });
});

describe.skipIf(skipped)('secrets', () => {
  const SECRET = 'canary-5e-cret/value';

  it('are in no failure and no log line of a provisioner that shows them', async () => {
    const lines: string[] = [];
    const shows = `
variable "password" { sensitive = true }
resource "terraform_data" "shows" {
  provisioner "local-exec" {
    command     = "echo it is $SHOWN; exit 3"
    environment = { SHOWN = var.password }
  }
}`;
    const unit = world.module('shows', shows, { password: SECRET });
    const failure = await failureOf(world.engine.apply({ unit }, engineCall({ log: (line) => lines.push(line) })));
    expect(failure.code).toBe('apply-failed');
    const told = JSON.stringify([failure, failure.message, failure.diagnostics, lines]);
    expect(told).toContain('it is (sensitive)');
    expect(told).not.toContain(SECRET);
  });

  it('are in no failure and no log line when only what was made marks them as secret', async () => {
    const lines: string[] = [];
    const shows = `
resource "terraform_data" "holder" { input = sensitive("canary-\${3 * 7}-computed") }
resource "terraform_data" "shows" {
  provisioner "local-exec" {
    command     = "echo it is $SHOWN; exit 3"
    environment = { SHOWN = nonsensitive(terraform_data.holder.output) }
  }
}`;
    const unit = world.module('shows', shows);
    const failure = await failureOf(world.engine.apply({ unit }, engineCall({ log: (line) => lines.push(line) })));
    const told = JSON.stringify([
      failure,
      failure.message,
      failure.diagnostics,
      lines.filter((line) => /^Error/.test(line)),
    ]);
    expect(told).toContain('it is (sensitive)');
    expect(told).not.toContain('canary-21-computed');
    expect(lines.some((line) => line.startsWith('Error: local-exec provisioner error'))).toBe(true);
  });

  const WITH_SECRET = `
variable "password" { sensitive = true }
variable "seconds" { default = "600" }
resource "terraform_data" "holder" {
  input = { user = "mia", password = var.password }
}
resource "terraform_data" "slow" {
  provisioner "local-exec" {
    command = "touch $EFFECTS/$(basename $(dirname $PWD)).started; echo key $TF_HTTP_PASSWORD; sleep \${var.seconds}"
  }
}
output "password" {
  value     = var.password
  sensitive = true
}
output "user" { value = nonsensitive(terraform_data.holder.output.user) }
`;
  const unit = (seconds: string) => world.module('unit', WITH_SECRET, { password: SECRET, seconds });

  it('are in no argument, environment, log line, plan, result, failure or row', async () => {
    const lines: string[] = [];
    const stop = new AbortController();
    const call = engineCall({ log: (line) => lines.push(line) });
    const plan = await world.engine.plan(
      { unit: unit('0'), unknowns: [], destroy: false },
      { ...call, fencingToken: 0 },
    );
    const { artifact, ...shown } = plan;
    expect(artifact).toBeDefined();
    const stopped = failureOf(world.engine.apply({ unit: unit('600') }, { ...call, signal: stop.signal }));
    await eventually('the apply', async () => (await world.running(call.deploymentId)) > 0, 20_000);
    const seen = processesIn(call.deploymentId);
    stop.abort();
    const failure = await stopped;
    const result = await world.engine.apply({ unit: unit('0') }, call);
    const observed = await world.engine.observe(unit('0'), { ...call, fencingToken: 0 });
    const told = JSON.stringify([shown, lines, result, observed, failure, failure.diagnostics, seen]);
    expect(seen.length).toBeGreaterThan(1);
    expect(told).not.toContain(SECRET);
    expect(result.resources[0]!.outputs).toEqual({ user: 'mia' });
    expect(result.resources[0]!.expected['terraform_data.holder']).toMatchObject({
      input: { user: 'mia', password: '(sensitive)' },
    });
    expect(lines.some((line) => line.includes('key (sensitive)'))).toBe(true);
    for (const table of ['runner', 'terraform_fence', 'terraform_state', 'terraform_state_version']) {
      const rows = await world.owner.query<{ row: string }>(`select to_jsonb(t)::text as row from ${table} t`);
      const hex = Buffer.from(SECRET).toString('hex');
      expect(rows.rows.filter(({ row }) => row.includes(SECRET) || row.includes(hex))).toEqual([]);
    }
  });

  it('are not left on disk, neither by reading nor by acting', async () => {
    const dataDirectory = ownFolder();
    const engine = world.engineWith({ dataDirectory });
    const call = engineCall();
    await engine.apply({ unit: unit('0') }, call);
    await engine.observe(unit('0'), { ...call, fencingToken: 0 });
    expect(filesUnder(dataDirectory).filter((file) => readFileSync(file, 'latin1').includes(SECRET))).toEqual([]);
    await engine.destroy(unit('0'), call);
    expect(filesUnder(dataDirectory).filter((file) => readFileSync(file, 'latin1').includes(SECRET))).toEqual([]);
  });
});

describe.skipIf(skipped)('a configuration that cannot be used', () => {
  const broken = (unitText: string, variables = {}) => world.module('unit', unitText, variables);
  const findings = (text: string) => world.engine.validate(broken(text), engineCall({ fencingToken: 0 }));

  it('is refused with file and line', async () => {
    expect(await findings('resource "terraform_data" "a" {\n  input = \n}\n')).toEqual([
      expect.objectContaining({ severity: 'error', summary: 'Invalid expression', address: 'main.tf line 2' }),
    ]);
  });

  it.each(['backend "local" {}', 'backend "http" { address = "http://127.0.0.1:1/" }', 'cloud { organization = "x" }'])(
    'is refused when it keeps its state elsewhere: %s',
    async (block) => {
      const text = `terraform {\n  ${block}\n}\n`;
      const [finding] = await findings(text);
      expect(finding?.detail).toContain('Caisson keeps the state itself');
      const failure = await failureOf(world.engine.apply({ unit: broken(text) }, engineCall()));
      expect(failure).toMatchObject({ code: 'invalid-configuration', errorClass: 'permanent' });
    },
  );

  it('is refused when a value is given for a variable that it does not have', async () => {
    const unit = broken('variable "a" { default = "" }', { b: 'x' });
    const failure = await failureOf(
      world.engine.plan({ unit, unknowns: [], destroy: false }, engineCall({ fencingToken: 0 })),
    );
    expect(failure).toMatchObject({ code: 'invalid-configuration', errorClass: 'permanent' });
    expect(failure.diagnostics[0]?.detail).toContain('"b"');
  });

  it('fails for good when a provider cannot be had, in words that people can read', async () => {
    const mirror = mkdtempSync(join(world.folder, 'mirror-'));
    const engine = world.engineWith({ providerMirrorDirectory: mirror, dataDirectory: ownFolder() });
    const unit = broken('resource "null_resource" "a" {}');
    const failure = await failureOf(
      engine.plan({ unit, unknowns: [], destroy: false }, engineCall({ fencingToken: 0 })),
    );
    expect(failure).toMatchObject({ code: 'init-failed', errorClass: 'permanent' });
    expect(failure.message).toMatch(/^Terraform could not prepare the configuration\. .{10,200}$/);
    expect(failure.diagnostics[0]?.detail).toContain('hashicorp/null');
    const checked = await failureOf(engine.validate(unit, engineCall({ fencingToken: 0 })));
    expect(checked).toMatchObject({ code: 'init-failed' });
  });

  it('is not changed by variables around our own process', async () => {
    const environment = { ...process.env, TF_CLI_ARGS_plan: '-destroy', TF_CLI_ARGS: '-help', TF_WORKSPACE: 'other' };
    const engine = world.engineWith({ environment, dataDirectory: ownFolder() });
    const request = { unit: world.unit('unit', 1), unknowns: [], destroy: false };
    expect(await engine.plan(request, engineCall({ fencingToken: 0 }))).toMatchObject({ action: 'create' });
    expect(() => world.engineWith({ toolEnvironment: { TF_CLI_ARGS: '-destroy' } })).toThrow(/TF_CLI_ARGS/);
  });
});

it.skipIf(skipped)(
  'plans typed changes by address, with what is sensitive hidden and what is unknown said',
  async () => {
    const text = `
variable "token" { sensitive = true }
resource "terraform_data" "a" { input = { size = 1, token = var.token } }
module "m" {
  source = "./m"
}
`;
    const unit = unitOf('unit', 'module', {
      source: { files: { 'main.tf': text, 'm/main.tf': 'resource "terraform_data" "b" { input = "x" }' } },
      variables: { token: 'hush-hush' },
    });
    const plan = await world.engine.plan({ unit, unknowns: [], destroy: false }, engineCall({ fencingToken: 0 }));
    expect(plan.action).toBe('create');
    expect(plan.changes.map(({ address, action }) => ({ address, action }))).toEqual([
      { address: 'terraform_data.a', action: 'create' },
      { address: 'module.m.terraform_data.b', action: 'create' },
    ]);
    expect(plan.changes[0]?.attributes).toEqual(
      expect.arrayContaining([
        { path: 'input.size', after: 1, sensitive: false, unknown: false },
        { path: 'input.token', after: '(sensitive)', sensitive: true, unknown: false },
        { path: 'id', sensitive: false, unknown: true },
      ]),
    );
  },
);

/** Arguments and environment, as others on the machine may see them, of all that works for a deployment. */
function processesIn(deploymentId: string): string[] {
  const processes = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return processes.flatMap((pid) => {
    try {
      if (!readlinkSync(`/proc/${pid}/cwd`).includes(deploymentId)) return [];
      return [readFileSync(`/proc/${pid}/cmdline`, 'utf8') + readFileSync(`/proc/${pid}/environ`, 'utf8')];
    } catch {
      return []; // Ended meanwhile.
    }
  });
}

function filesUnder(directory: string): string[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
