import { join } from 'node:path';
import type { Diagnostic } from '@caisson/contracts';
import { DRY_RUN_UNAVAILABLE, EngineFailure, type EngineCall, type UnitInput } from '@caisson/engine';
import { processIdentity } from '@caisson/event-store-postgres';
import { messageOf } from '@caisson/kernel';
import { z } from 'zod';
import { pluginCacheOf, type TerraformEngineOptions } from './engine-options.js';
import { failureOf, invalidUnit } from './failures.js';
import { InstallLock } from './install-lock.js';
import type { Purpose } from './generate-module.js';
import type { TerraformModule } from './module-properties.js';
import { StateAccess } from './state-access.js';
import { TerraformCli, type TerraformCommand, type TerraformResult, type TerraformSession } from './terraform-cli.js';
import { PlanDocument, StateValues, type PlanJson, type StateJson } from './terraform-json.js';
import { TerraformDiagnostic, toDiagnostic } from './terraform-messages.js';
import { readLayout, type UnitLayout } from './unit-layout.js';
import {
  markInitialised,
  PLAN_FILE,
  readBackendRecord,
  removeDirectory,
  VARIABLES_FILE,
  WorkDirectories,
  writeBackendRecord,
  writeModule,
} from './work-directories.js';

/** Never asked for anything, never coloured. */
const QUIET = ['-input=false', '-no-color'] as const;
const VARIABLES = `-var-file=${VARIABLES_FILE}`;

const Validation = z.looseObject({ diagnostics: z.array(TerraformDiagnostic).default([]) });

/** The words of `validate` for what only `init` can bring. */
const NEEDS_INIT =
  /missing required provider|module not installed|module (source|version) has changed|not initialized/i;

/** The words of plugins that were given no rights in the cloud that they drive. */
const NO_RIGHTS = /no valid credential|default credentials|unable to build authorizer|could not configure .*authoriz/i;

/** The steps that the calls of the engine are made of: folders, `init`, and commands whose JSON is read. */
export class TerraformWorkspace {
  readonly cli: TerraformCli;
  readonly state: StateAccess;
  readonly directories: WorkDirectories;
  readonly #installing: InstallLock;
  #backendRecord: string | undefined;

  constructor(options: TerraformEngineOptions) {
    this.cli = new TerraformCli(options);
    this.state = new StateAccess(options.stateAddress, options.credentials);
    this.directories = new WorkDirectories(options.dataDirectory, processIdentity());
    this.#installing = new InstallLock(join(pluginCacheOf(options), 'caisson-install.lock'), processIdentity());
  }

  /** Runs the work in a folder of its own that holds the module; the folder goes afterwards. */
  async reading<Result>(
    call: EngineCall,
    layout: UnitLayout,
    work: (session: TerraformSession) => Promise<Result>,
  ): Promise<Result> {
    const { module, unitId } = layout;
    const directory = await this.directories.reading();
    try {
      await writeModule(directory, module);
      return await work({ call, unitId, directory, layout, mode: 'read' });
    } finally {
      await removeDirectory(directory);
    }
  }

  /**
   * Prepares a folder for commands. Where nothing has to be installed, `init` only notes which backend there is, which
   * is ours every time: then its note from another folder does, and a third of the work of a small unit is saved.
   * Should Terraform think otherwise, `run` does it properly.
   *
   * @throws EngineFailure `init-failed` with Terraform's own words.
   */
  async prepare(session: TerraformSession): Promise<void> {
    const { directory, layout } = session;
    const simple = installsNothing(layout.module);
    if (simple && this.#backendRecord !== undefined) return writeBackendRecord(directory, this.#backendRecord);
    await this.#init(session);
    if (simple) this.#backendRecord = await readBackendRecord(directory);
  }

  /** Runs a command in a prepared folder. One that Terraform wants initialised first has not done anything yet. */
  async run(session: TerraformSession, command: TerraformCommand): Promise<TerraformResult> {
    const result = await this.cli.run(session, command);
    if (result.code === 0 || !result.diagnostics.some(asksForInit)) return result;
    await this.#init(session);
    return this.cli.run(session, command);
  }

  /** What Terraform says about the files. Installs providers and modules only when it says it needs them. */
  async validate(session: TerraformSession): Promise<readonly Diagnostic[]> {
    const first = await this.#validateOnce(session);
    if (!first.some(asksForInit)) return first;
    await this.#init(session);
    return this.#validateOnce(session);
  }

  /** Makes a plan into the plan file and reads it. Takes no lock: a state that moves meanwhile makes the plan stale. */
  async plan(session: TerraformSession, options: { readonly destroy: boolean }): Promise<PlanJson> {
    const args = ['plan', '-json', ...QUIET, '-lock=false', VARIABLES, `-out=${PLAN_FILE}`];
    const result = await this.run(session, { args: options.destroy ? [...args, '-destroy'] : args });
    if (result.code !== 0) {
      const failure = failureOf(result, { code: 'plan-failed', doing: 'plan', acting: false });
      const lacksRights = result.diagnostics.some(({ detail = '', summary }) => NO_RIGHTS.test(`${summary} ${detail}`));
      throw session.layout.isGenerated && lacksRights ? unseen(failure) : failure;
    }
    const undeclared = result.diagnostics.filter((found) => found.summary === 'Value for undeclared variable');
    if (undeclared.length > 0) throw invalidUnit(undeclared.map(asError));
    return PlanDocument.parse(await this.#show(session, [PLAN_FILE]));
  }

  /** Whether an ordinary plan finds nothing to do. */
  async isAsDesired(session: TerraformSession): Promise<boolean> {
    const args = ['plan', '-json', ...QUIET, '-lock=false', VARIABLES, '-detailed-exitcode'];
    return (await this.run(session, { args })).code === 0;
  }

  /** The state as values by resource. */
  async showState(session: TerraformSession): Promise<StateJson> {
    return StateValues.parse(await this.#show(session, []));
  }

  async #show(session: TerraformSession, file: readonly string[]): Promise<unknown> {
    const result = await this.cli.run(session, { args: ['show', '-json', '-no-color', ...file], capture: true });
    if (result.code !== 0)
      throw failureOf(result, { code: 'show-failed', doing: 'read its own result', acting: false });
    if (result.outputTruncated) {
      const message = 'The plan or state is too large to be read. Split the unit into smaller ones.';
      throw new EngineFailure('plan-too-large', message, { errorClass: 'permanent' });
    }
    return JSON.parse(result.stdout);
  }

  async #validateOnce(session: TerraformSession): Promise<readonly Diagnostic[]> {
    const result = await this.cli.run(session, { args: ['validate', '-json', '-no-color'], capture: true });
    if (result.aborted || result.timedOut || result.misbehaved !== undefined) {
      throw failureOf(result, { code: 'validate-failed', doing: 'check the configuration', acting: false });
    }
    const parsed = Validation.safeParse(parseJson(result.stdout));
    if (!parsed.success) {
      throw failureOf(result, { code: 'validate-failed', doing: 'check the configuration', acting: false });
    }
    return parsed.data.diagnostics
      .flatMap((found) => toDiagnostic(found) ?? [])
      .map((found) => session.layout.named(found));
  }

  async #init(session: TerraformSession): Promise<void> {
    const { call, directory, layout } = session;
    const { module } = layout;
    const run = (): Promise<TerraformResult> => this.cli.run(session, { args: ['init', '-json', ...QUIET] });
    // Two at once may spoil a shared provider cache.
    const result = installsNothing(module) ? await run() : await this.#installing.hold(call.signal, run);
    if (result.code !== 0) {
      const failure = failureOf(result, { code: 'init-failed', doing: 'prepare the configuration', acting: false });
      const isOver = result.aborted || result.timedOut || result.code === undefined;
      throw layout.isGenerated && session.mode === 'read' && !isOver ? unseen(failure) : failure;
    }
    await markInitialised(directory, module);
  }
}

/** Without its plugin or any rights nobody can look: the plan says so, and a person decides. */
function unseen({ diagnostics, message }: EngineFailure): EngineFailure {
  return new EngineFailure(DRY_RUN_UNAVAILABLE, message, { errorClass: 'permanent', diagnostics });
}

/** @throws EngineFailure `invalid-configuration` with what is wrong. */
export function layoutOf(unit: UnitInput, purpose: Purpose): UnitLayout {
  const reading = readLayout(unit, purpose);
  if (reading.outcome === 'refused') throw invalidUnit(reading.diagnostics);
  return reading.layout;
}

/** The arguments of a command that makes the world as the files say, or removes it. */
export function applyArguments(what: 'plan-file' | 'configuration' | 'destroy'): readonly string[] {
  if (what === 'plan-file') return ['apply', '-json', ...QUIET, PLAN_FILE];
  const args = ['apply', '-json', ...QUIET, '-auto-approve', VARIABLES];
  return what === 'destroy' ? [...args, '-destroy'] : args;
}

/** Whether `init` has nothing to install: only what is built in. A wrong no costs time only. */
function installsNothing(module: TerraformModule): boolean {
  if (module.builtInOnly === true) return true;
  if (Object.keys(module.files).some((path) => path.endsWith('.json'))) return false;
  const text = Object.values(module.files).join('\n');
  return !/\b(provider|required_providers|module|data)\b|resource\s*"(?!terraform_data")/.test(text);
}

function asksForInit({ summary, detail }: Diagnostic): boolean {
  return NEEDS_INIT.test(`${summary} ${detail ?? ''}`);
}

function asError(diagnostic: Diagnostic): Diagnostic {
  return { ...diagnostic, severity: 'error' };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    return { unreadable: messageOf(error), diagnostics: 'none' };
  }
}
