import { hkdfSync } from 'node:crypto';
import { join } from 'node:path';
import { CreateArtifact, PostgresArtifactStore } from '@caisson/artifact-store-postgres';
import type {
  ArtifactStore,
  CredentialSource,
  Engine,
  EngineRegistry,
  EnvelopeSealer,
  RunnerRegistry,
} from '@caisson/engine';
import { SandboxEngine } from '@caisson/engine-sandbox';
import {
  CreateTerraformState,
  findTerraform,
  PostgresTerraformStateStore,
  STATE_PATH,
  StateCredentials,
  TerraformEngine,
  TerraformStateBackend,
} from '@caisson/engine-terraform';
import { WaitEngine, type CheckTrial } from '@caisson/engine-wait';
import { AddressRules, GuardedProbes } from '@caisson/probes';
import type { MigrationClass, OpenedEventStore } from '@caisson/event-store-postgres';
import type { Clock, IdGenerator } from '@caisson/kernel';
import { AesSecretBox, parseSecretKeys, SecretEnvelopes } from '@caisson/secret-box';
import { PostgresRunnerRegistry, RUNNER_MIGRATIONS } from '@caisson/tool-process';
import type { EngineSettings } from './engine-settings.js';
import { withCredentials } from './with-credentials.js';
import { withinLimits } from './within-limits.js';

/** Tables of the engines and of what they keep. */
export const ENGINE_MIGRATIONS: readonly MigrationClass[] = [
  ...RUNNER_MIGRATIONS,
  CreateArtifact,
  CreateTerraformState,
];

/** The engines of this installation and what belongs to them. */
export interface Engines {
  readonly registry: EngineRegistry;
  readonly artifacts: ArtifactStore;
  readonly runners: RunnerRegistry;
  /** Keeps Terraform's state; the executor serves it. */
  readonly stateBackend: TerraformStateBackend;
}

/** What engines stand on. */
export interface EngineParts {
  readonly settings: EngineSettings;
  /** The service they work for; each has a working folder of its own. */
  readonly service: string;
  readonly database: OpenedEventStore['pool'];
  readonly clock: Clock;
  readonly ids: IdGenerator;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Tries the checks that are waited for. Absent: the service applies nothing. */
  readonly trials?: CheckTrial;
  /** Makes what gives out the credentials of tenants, with the keys of this installation. */
  readonly credentials: (sealer: EnvelopeSealer) => CredentialSource;
}

/**
 * Connects the engines. One line here registers one; an engine whose tool or address is not there is left out, and a
 * resource that names it is refused by name.
 */
export async function openEngines(parts: EngineParts): Promise<Engines> {
  const { settings, database, clock } = parts;
  const keys = parseSecretKeys(settings.encryptionKey);
  const box = new AesSecretBox(keys);
  const runners = new PostgresRunnerRegistry(database);
  // Derived, so that what seals at rest never signs: RFC 5869 with the purpose as info.
  const credentials = new StateCredentials(
    keys.map(({ id, key }) => ({ id, key: derive(key, 'terraform-state-credential') })),
    clock,
  );
  const stateBackend = new TerraformStateBackend(new PostgresTerraformStateStore(database, box), credentials);
  const probes = new GuardedProbes(new AddressRules({ allow: settings.probeAllow, deny: settings.probeDeny }));
  const engines: (Engine | undefined)[] = [
    await terraform(parts, credentials, runners),
    new WaitEngine(clock, probes, parts.trials),
    sandbox(settings),
  ];
  const source = parts.credentials(new SecretEnvelopes(keys));
  const present = engines
    .filter((engine) => engine !== undefined)
    .map((engine) => withinLimits(withCredentials(engine, source)));
  return {
    registry: new Map(present.map((engine) => [engine.name, engine])),
    artifacts: new PostgresArtifactStore(database, box),
    runners,
    stateBackend,
  };
}

function sandbox({ sandboxReadySeconds, sandboxUrl }: EngineSettings): SandboxEngine | undefined {
  if (sandboxUrl === undefined) return undefined;
  return new SandboxEngine({ baseUrl: sandboxUrl, readyWithinMs: sandboxReadySeconds * 1000 });
}

async function terraform(
  parts: EngineParts,
  credentials: StateCredentials,
  registry: RunnerRegistry,
): Promise<TerraformEngine | undefined> {
  const { settings, service, ids, environment } = parts;
  const binary = await findTerraform(environment['PATH'] ?? '', settings.terraformPath);
  if (binary === undefined) return undefined;
  return new TerraformEngine({
    binary,
    dataDirectory: join(settings.dataDir, 'terraform', service),
    stateAddress: settings.stateBackendUrl + STATE_PATH,
    credentials,
    registry,
    ids,
    environment,
    limits: { graceMs: settings.toolGraceSeconds * 1000 },
  });
}

function derive(key: Uint8Array, purpose: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', key, new Uint8Array(), purpose, 32));
}
