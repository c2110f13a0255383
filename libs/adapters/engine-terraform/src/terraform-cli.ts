import { mkdir, rename, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { secretVariablesOf, type Diagnostic } from '@caisson/contracts';
import { EngineFailure, type EngineCall } from '@caisson/engine';
import { Fault, messageOf, type JsonObject } from '@caisson/kernel';
import {
  createRedactor,
  runTool,
  toolEnvironment,
  type RunnerRegistration,
  type ToolResult,
} from '@caisson/tool-process';
import {
  DEFAULT_TERRAFORM_LIMITS,
  pluginCacheOf,
  type TerraformEngineOptions,
  type TerraformLimits,
} from './engine-options.js';
import { whereSpaceIs } from './full-disk.js';
import { redactDiagnostic } from './masking.js';
import { stateAddressOf } from './state-access.js';
import { STATE_USER } from './state-backend/state-backend.js';
import { readMessage } from './terraform-messages.js';
import type { UnitLayout } from './unit-layout.js';

/** Where and for whom Terraform runs. */
export interface TerraformSession {
  readonly call: EngineCall;
  readonly unitId: string;
  readonly directory: string;
  /** What the folder holds. */
  readonly layout: UnitLayout;
  /** `write` for what changes the world or the state. */
  readonly mode: 'read' | 'write';
}

/** One command. */
export interface TerraformCommand {
  readonly args: readonly string[];
  /** Gives standard output as it is, in place of lines for the log. */
  readonly capture?: boolean;
  /**
   * It may change the world: registered, and given the longer limit. Its errors are not logged: a provisioner's may
   * hold what only the state then marks as sensitive.
   */
  readonly acting?: boolean;
}

/** How a command ended. */
export interface TerraformResult extends ToolResult {
  readonly diagnostics: readonly Diagnostic[];
  /** How many resources were added, changed and removed, when it says so. */
  readonly changes: JsonObject | undefined;
}

/** Bytes of a state or plan as JSON: some thousand resources. */
const CAPTURE_BYTES_MAX = 256 * 1024 * 1024;
/** One JSON message may list the outputs or a whole diagnostic. */
const LINE_LENGTH_MAX = 1_048_576;
/** Longer than any command may take, so that a credential does not end before the command that has it. */
const CREDENTIAL_MARGIN_MS = 300_000;
/** Providers that are copied into the folder take most of it. */
const FOLDER_BYTES_MAX = 8 * 1024 * 1024 * 1024;
const VERSION_LIMIT_MS = 30_000;

/** Runs Terraform or OpenTofu with an environment of our making. */
export class TerraformCli {
  readonly #options: TerraformEngineOptions;
  readonly #limits: TerraformLimits;
  readonly #configFile: string;
  #configured: Promise<void> | undefined;

  /** @throws Fault `tool-environment-invalid` when the operator sets a variable of Terraform's own. */
  constructor(options: TerraformEngineOptions) {
    this.#options = options;
    this.#limits = { ...DEFAULT_TERRAFORM_LIMITS, ...options.limits };
    this.#configFile = resolve(options.dataDirectory, 'terraform.rc');
    const reserved = Object.keys(options.toolEnvironment ?? {}).find((name) => /^TF_/i.test(name));
    if (reserved !== undefined) {
      throw new Fault('tool-environment-invalid', `${reserved} is set by Caisson itself. Leave it out.`, {
        retryable: false,
      });
    }
  }

  /** The version of the program, such as `1.11.4`. */
  async version(): Promise<string> {
    await this.#configure();
    const result = await runTool({
      ...this.#process(this.#options.dataDirectory),
      args: ['version', '-json'],
      env: this.#environment(this.#options.dataDirectory, {}),
      signal: new AbortController().signal,
      timeoutMs: VERSION_LIMIT_MS,
      captureBytesMax: LINE_LENGTH_MAX,
    });
    const version = /"terraform_version":\s*"([^"]{1,100})"/.exec(result.stdout)?.[1];
    if (version !== undefined) return version;
    throw new EngineFailure('tool-unusable', `${this.#options.binary} did not tell its version. Check the program.`, {
      errorClass: 'permanent',
    });
  }

  /**
   * Runs a command to its end.
   *
   * @throws EngineFailure `tool-start-failed` (transient) when no process could be made.
   */
  async run(session: TerraformSession, command: TerraformCommand): Promise<TerraformResult> {
    await this.#configure();
    const { call, directory } = session;
    const acting = command.acting === true;
    const timeoutMs = acting ? this.#limits.actMs : this.#limits.readMs;
    const password = this.#credential(session, timeoutMs + CREDENTIAL_MARGIN_MS);
    const diagnostics: Diagnostic[] = [];
    let changes: JsonObject | undefined;
    // Not in the line itself: a secret may be a word of Terraform's JSON.
    const redactor = createRedactor([
      // Where Terraform passes on what others said, as in the error of a provisioner, it shows them.
      ...secretVariablesOf(session.layout.module).flatMap(({ defaults, given }) => [...given, ...defaults]),
      ...Object.values(call.secrets ?? {}),
    ]);
    const onLine = (line: string): void => {
      const message = readMessage(line);
      if (message.diagnostic !== undefined) {
        diagnostics.push(redactDiagnostic(session.layout.named(message.diagnostic), redactor));
      }
      if (message.changes !== undefined) changes = message.changes;
      const isHeld = acting && message.diagnostic?.severity === 'error';
      if (message.text !== undefined && !isHeld) call.log(redactor.redact(message.text));
    };
    try {
      const result = await runTool({
        ...this.#process(directory),
        args: command.args,
        env: this.#environment(directory, {
          ...call.secrets,
          ...stateEnvironment(this.#options.stateAddress, session, password),
        }),
        signal: call.signal,
        timeoutMs,
        folderBytesMax: FOLDER_BYTES_MAX,
        redactor: createRedactor([password]),
        lineLengthMax: LINE_LENGTH_MAX,
        onLine,
        ...(command.capture === true ? { captureBytesMax: CAPTURE_BYTES_MAX } : {}),
        ...(acting ? { registration: this.#registration(call) } : {}),
      });
      // Whatever it says of itself, a tool that misbehaved has not done what it should.
      const code = result.misbehaved === undefined ? result.code : result.code || undefined;
      return { ...result, code, diagnostics, changes };
    } catch (error) {
      throw startFailure(error);
    }
  }

  #process(directory: string) {
    const { binary, ids } = this.#options;
    return { runnerId: ids.next(), command: binary, cwd: directory, graceMs: this.#limits.graceMs };
  }

  #registration(call: EngineCall): RunnerRegistration {
    const { tenantId, deploymentId, fencingToken } = call;
    return { registry: this.#options.registry, tenantId, deploymentId, fencingToken };
  }

  #credential({ call, unitId, mode }: TerraformSession, lifetimeMs: number): string {
    const { tenantId, deploymentId } = call;
    const fencingToken = mode === 'write' ? call.fencingToken : 0;
    return this.#options.credentials.issue({ tenantId, deploymentId, unitId, fencingToken, mode }, lifetimeMs);
  }

  /** What is of the system or of Caisson stands after what is of the tenant. */
  #environment(directory: string, given: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
    return toolEnvironment(this.#options.environment, {
      ...given,
      ...this.#options.toolEnvironment,
      HOME: directory, // No settings, plugins or credentials of whoever runs us.
      TF_CLI_CONFIG_FILE: this.#configFile,
      TF_IN_AUTOMATION: '1',
      TF_INPUT: '0',
      CHECKPOINT_DISABLE: '1',
    });
  }

  /** Writes the settings file once. */
  #configure(): Promise<void> {
    this.#configured ??= whereSpaceIs(this.#configFile, () =>
      writeConfiguration(this.#options, this.#configFile),
    ).catch((error: unknown) => {
      this.#configured = undefined; // The next command tries again.
      throw error;
    });
    return this.#configured;
  }
}

async function writeConfiguration(options: TerraformEngineOptions, path: string): Promise<void> {
  const cache = pluginCacheOf(options);
  await mkdir(options.dataDirectory, { recursive: true, mode: 0o700 });
  await mkdir(cache, { recursive: true, mode: 0o700 });
  const mirror = options.providerMirrorDirectory;
  const settings =
    mirror === undefined
      ? [`plugin_cache_dir = ${JSON.stringify(cache)}`]
      : ['provider_installation {', `  filesystem_mirror { path = ${JSON.stringify(resolve(mirror))} }`, '}'];
  const whole = `${path}.${options.ids.next()}`;
  await writeFile(whole, ['disable_checkpoint = true', ...settings, ''].join('\n'), { mode: 0o600 });
  await rename(whole, path); // Another process may be reading the old one.
}

/** Read at each command, so one configuration serves every state and no credential is in a file. */
function stateEnvironment(base: string, session: TerraformSession, password: string): Readonly<Record<string, string>> {
  const address = stateAddressOf(base, session);
  return {
    TF_HTTP_ADDRESS: address,
    TF_HTTP_LOCK_ADDRESS: address,
    TF_HTTP_UNLOCK_ADDRESS: address,
    TF_HTTP_USERNAME: STATE_USER,
    TF_HTTP_PASSWORD: password,
  };
}

function startFailure(error: unknown): EngineFailure {
  const code = error instanceof Fault ? error.code : 'tool-start-failed';
  const errorClass = code === 'runner-survives' ? 'unknown' : 'transient';
  return new EngineFailure(code, messageOf(error), { errorClass, cause: error });
}
