import { execFile } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { AesSecretBox } from '@caisson/secret-box';
import type { Engine, EngineCall, UnitInput } from '@caisson/engine';
import {
  CreateTerraformState,
  findTerraform,
  PostgresTerraformStateStore,
  registerStateBackend,
  STATE_PATH,
  StateCredentials,
  TerraformEngine,
  TerraformStateBackend,
} from '@caisson/engine-terraform';
import { migrate } from '@caisson/event-store-postgres';
import { systemClock } from '@caisson/testing';
import { PostgresRunnerRegistry, RUNNER_MIGRATIONS } from '@caisson/tool-process';
import Fastify from 'fastify';
import pg from 'pg';
import type { BenchServer } from '../harness/bench-server.js';
import type { Figures, Side } from '../harness/goal.js';
import { treeTimeUs } from '../harness/processor-time.js';

/** Where Terraform is; undefined when it is not here. */
export function terraformBinary(): Promise<string | undefined> {
  return findTerraform(process.env['PATH'] ?? '', process.env['CAISSON_TERRAFORM_BINARY']);
}

/** `count` independent resources without a provider: what remains is Terraform's own work on plan and state. */
export function unitsOf(count: number, sizeMax: number): readonly UnitInput[] {
  const resources = Array.from({ length: count }, (_, index) => ({
    ...{ address: `r${index}`, type: 'data', properties: { input: `value ${index}` }, dependsOn: [] },
  }));
  return Array.from({ length: Math.ceil(count / sizeMax) }, (_, index) => ({
    ...{ unitId: `terraform.${index + 1}`, provider: 'terraform' },
    resources: resources.slice(index * sizeMax, (index + 1) * sizeMax),
  }));
}

const run = promisify(execFile);

/** The tool alone, with local state: init, plan to a file, show, apply of that file, in a fresh folder. */
export function bareSide(name: string, binary: string, count: number): Side {
  return {
    name,
    measure: () =>
      timed(async () => {
        const directory = await mkdtemp(join(tmpdir(), 'caisson-bench-terraform-'));
        try {
          await writeFile(join(directory, 'main.tf.json'), configurationOf(count));
          const env = { ...process.env, CHECKPOINT_DISABLE: '1', TF_IN_AUTOMATION: '1' };
          const options = { cwd: directory, env, maxBuffer: 2 ** 28 };
          await run(binary, ['init', '-input=false', '-no-color'], options);
          await run(binary, ['plan', '-input=false', '-no-color', '-out=plan'], options);
          await run(binary, ['show', '-json', 'plan'], options);
          await run(binary, ['apply', '-input=false', '-no-color', 'plan'], options);
          const state = await readFile(join(directory, 'terraform.tfstate'), 'utf8');
          const made = (JSON.parse(state) as { resources: unknown[] }).resources.length;
          if (made !== count) throw new Error(`the state has ${made} resources, not ${count}`);
        } finally {
          await rm(directory, { recursive: true, force: true });
        }
      }),
  };
}

function configurationOf(count: number): string {
  const blocks = Array.from({ length: count }, (_, index) => [`r${index}`, { input: `value ${index}` }]);
  return JSON.stringify({ resource: { terraform_data: Object.fromEntries(blocks) as object } });
}

/** Our engine with its state backend, ready to make units. */
export interface BenchEngine {
  /** Most resources that a unit of it may have. */
  sizeMax(): Promise<number>;
  /** Plans and applies units, `atOnce` at a time: what a task of a run does in the engine's hands. */
  side(name: string, units: readonly UnitInput[], atOnce: number): Side;
  close(): Promise<void>;
}

/** Starts the engine on a state backend of its own, as services have it. */
export async function startBenchEngine(server: BenchServer, binary: string): Promise<BenchEngine> {
  const url = await server.createDatabase('terraform');
  await migrate({ ownerUrl: url, migrations: [...RUNNER_MIGRATIONS, CreateTerraformState] });
  const pool = new pg.Pool({ connectionString: url, max: 4 });
  const folder = await mkdtemp(join(tmpdir(), 'caisson-bench-engine-'));
  const keys = [{ id: 'bench', key: randomBytes(32) }];
  const credentials = new StateCredentials(keys, systemClock);
  const store = new PostgresTerraformStateStore(pool, new AesSecretBox(keys));
  const http = Fastify({ forceCloseConnections: true });
  registerStateBackend(http, new TerraformStateBackend(store, credentials));
  const address = await http.listen({ host: '127.0.0.1', port: 0 });
  await mkdir(join(folder, 'data'), { recursive: true });
  const engine = new TerraformEngine({
    ...{ binary, credentials, environment: process.env, dataDirectory: join(folder, 'data') },
    ...{ stateAddress: address + STATE_PATH, ids: { next: () => randomUUID() } },
    registry: new PostgresRunnerRegistry(pool),
  });
  return {
    sizeMax: async () => (await engine.capabilities()).resourcesPerUnitMax,
    side: (name, units, atOnce) => ({ name, measure: () => timed(() => makeAll(engine, units, atOnce)) }),
    close: async () => {
      await http.close();
      await pool.end();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function makeAll(engine: Engine, units: readonly UnitInput[], atOnce: number): Promise<void> {
  const deploymentId = randomUUID();
  const waiting = units.values();
  const worker = async (): Promise<void> => {
    for (const unit of waiting) await makeOne(engine, unit, deploymentId);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

async function makeOne(engine: Engine, unit: UnitInput, deploymentId: string): Promise<void> {
  const call: EngineCall = {
    ...{ tenantId: 'acme', deploymentId, runId: 'run', actionKey: `${deploymentId}/run/${unit.unitId}` },
    ...{ fencingToken: 1, signal: new AbortController().signal, log: () => undefined },
  };
  const { artifact } = await engine.plan({ unit, unknowns: [], destroy: false }, { ...call, fencingToken: 0 });
  const { resources } = await engine.apply({ unit, ...(artifact === undefined ? {} : { artifact }) }, call);
  if (resources.length !== unit.resources.length) throw new Error(`${unit.unitId} has ${resources.length} resources`);
}

/** Wall time, and processor time of this process with all tools that it started. */
async function timed(work: () => Promise<void>): Promise<Figures> {
  const cpuBefore = treeTimeUs(process.pid);
  const began = performance.now();
  await work();
  return { wallMs: performance.now() - began, cpuMs: (treeTimeUs(process.pid) - cpuBefore) / 1_000 };
}
