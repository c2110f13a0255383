import { randomBytes, randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AesSecretBox } from '@caisson/secret-box';
import type { UnitInput } from '@caisson/engine';
import { migrate } from '@caisson/event-store-postgres';
import type { IdGenerator } from '@caisson/kernel';
import { createTestDatabase, systemClock, unitOf, type EngineHarness } from '@caisson/testing';
import { PostgresRunnerRegistry, RUNNER_MIGRATIONS } from '@caisson/tool-process';
import Fastify from 'fastify';
import pg from 'pg';
import type { TerraformEngineOptions } from './engine-options.js';
import { findTerraform } from './find-terraform.js';
import { CreateTerraformState } from './state-backend/create-terraform-state.migration.js';
import { PostgresTerraformStateStore } from './state-backend/postgres-state-store.js';
import { registerStateBackend, STATE_PATH } from './state-backend/register-state-backend.js';
import { TerraformStateBackend } from './state-backend/state-backend.js';
import { StateCredentials } from './state-backend/state-credentials.js';
import { TerraformEngine } from './terraform-engine.js';

/** A real Terraform with a real state backend on a database of its own. */
export interface TerraformWorld extends EngineHarness {
  readonly engine: TerraformEngine;
  readonly options: TerraformEngineOptions;
  /** Sees the rows of all tenants. */
  readonly owner: pg.Pool;
  /** As services have it. */
  readonly pool: pg.Pool;
  readonly servicesUrl: string;
  readonly backend: TerraformStateBackend;
  readonly credentials: StateCredentials;
  readonly stateAddress: string;
  readonly folder: string;
  /** Makes a unit of one file. */
  module(unitId: string, text: string, variables?: Readonly<Record<string, string>>): UnitInput;
  /** Another engine on the same backend, as another process would be. */
  engineWith(more: Partial<TerraformEngineOptions>): TerraformEngine;
}

const ids: IdGenerator = { next: () => randomUUID() };

/** Starts a world. Stop it afterwards. */
export async function startTerraformWorld(): Promise<TerraformWorld> {
  const database = await createTestDatabase();
  const owner = new pg.Pool({ connectionString: database.url, max: 2 });
  const servicesUrl = await migratedAsServicesSeeIt(database.url);
  const pool = new pg.Pool({ connectionString: servicesUrl, max: 8 });
  const folder = mkdtempSync(join(tmpdir(), 'caisson-terraform-'));
  const effectsFolder = join(folder, 'effects');
  mkdirSync(effectsFolder);
  const credentials = new StateCredentials([{ id: 'test', key: randomBytes(32) }], systemClock);
  const box = new AesSecretBox([{ id: 'test', key: randomBytes(32) }]);
  const backend = new TerraformStateBackend(new PostgresTerraformStateStore(pool, box), credentials);
  const server = Fastify({ forceCloseConnections: true });
  registerStateBackend(server, backend);
  const stateAddress = (await server.listen({ host: '127.0.0.1', port: 0 })) + STATE_PATH;
  const searchPath = process.env['PATH'] ?? '';
  const options: TerraformEngineOptions = {
    binary: (await findTerraform(searchPath, process.env['CAISSON_TERRAFORM_BINARY'])) ?? 'terraform',
    dataDirectory: join(folder, 'data'),
    stateAddress,
    credentials,
    registry: new PostgresRunnerRegistry(pool),
    ids,
    environment: process.env,
    toolEnvironment: { EFFECTS: effectsFolder },
    limits: { readMs: 60_000, actMs: 60_000, graceMs: 10_000 },
  };
  return {
    engine: new TerraformEngine(options),
    engineWith: (more) => new TerraformEngine({ ...options, ...more }),
    options,
    owner,
    pool,
    servicesUrl,
    backend,
    credentials,
    stateAddress,
    folder,
    module: moduleUnit,
    unit: (unitId, revision) => moduleUnit(unitId, COUNTED, { color: revision === 1 ? 'red' : 'blue' }),
    badUnit: (unitId) => moduleUnit(unitId, 'resource "terraform_data" "broken" { input = var.missing }'),
    slowUnit: (unitId) => moduleUnit(unitId, SLOW),
    effects: (deploymentId) => Promise.resolve(countLines(join(effectsFolder, deploymentId))),
    running: (deploymentId) => {
      const started = existsSync(join(effectsFolder, `${deploymentId}.started`));
      return Promise.resolve(started ? countProcessesIn(deploymentId) : 0);
    },
    stop: async () => {
      await server.close();
      await Promise.all([owner.end(), pool.end()]);
      await database.drop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Each creation writes a line outside of Terraform's reach. The folder above the unit's is named as the deployment. */
export const COUNT_EFFECT = `provisioner "local-exec" {
    command = "echo made >> $EFFECTS/$(basename $(dirname $PWD))"
  }`;

const COUNTED = `
variable "color" { type = string }
resource "terraform_data" "first" {
  input = { color = var.color }
  ${COUNT_EFFECT}
}
resource "terraform_data" "second" {
  input = terraform_data.first.output.color
}
output "color" { value = terraform_data.second.output }
`;

const SLOW = `
resource "terraform_data" "slow" {
  provisioner "local-exec" {
    command = "touch $EFFECTS/$(basename $(dirname $PWD)).started; sleep 600"
  }
}
`;

function moduleUnit(unitId: string, text: string, variables: Readonly<Record<string, string>> = {}): UnitInput {
  return unitOf(unitId, 'module', { source: { files: { 'main.tf': text } }, variables });
}

function countLines(path: string): number {
  try {
    return readFileSync(path, 'utf8').split('\n').length - 1;
  } catch {
    return 0; // Nothing was made.
  }
}

/** Processes that work in a folder of the deployment. */
function countProcessesIn(deploymentId: string): number {
  const processes = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return processes.filter((pid) => {
    try {
      return readlinkSync(`/proc/${pid}/cwd`).includes(deploymentId);
    } catch {
      return false; // Ended meanwhile.
    }
  }).length;
}

/** The schema in place, and the URL of a role as services have it: row level security holds for it. */
async function migratedAsServicesSeeIt(ownerUrl: string): Promise<string> {
  const url = new URL(ownerUrl);
  const name = `app_${url.pathname.slice(1)}`;
  await migrate({
    ownerUrl,
    migrations: [...RUNNER_MIGRATIONS, CreateTerraformState],
    appRole: { name, password: 'app' },
  });
  url.username = name;
  url.password = 'app';
  return url.href;
}
