import type { Diagnostic } from '@caisson/contracts';
import { EngineFailure, type EngineCall, type UnitInput } from '@caisson/engine';
import { messageOf } from '@caisson/kernel';
import { z } from 'zod';
import type { TerraformEngineOptions } from './engine-options.js';
import { failureOf, invalidUnit } from './failures.js';
import { readModule, type TerraformModule } from './module-properties.js';
import { StateAccess } from './state-access.js';
import { TerraformCli, type TerraformResult, type TerraformSession } from './terraform-cli.js';
import { PlanDocument, StateValues, type PlanJson, type StateJson } from './terraform-json.js';
import { TerraformDiagnostic, toDiagnostic } from './terraform-messages.js';
import {
  markInitialised,
  PLAN_FILE,
  removeDirectory,
  VARIABLES_FILE,
  WorkDirectories,
  writeModule,
} from './work-directories.js';

/** Never asked for anything, never coloured. */
const QUIET = ['-input=false', '-no-color'] as const;
const VARIABLES = `-var-file=${VARIABLES_FILE}`;

const Validation = z.looseObject({ diagnostics: z.array(TerraformDiagnostic).default([]) });

/** The words of `validate` for what only `init` can bring. */
const NEEDS_INIT =
  /missing required provider|module not installed|module (source|version) has changed|not initialized/i;

/** The steps that the calls of the engine are made of: folders, `init`, and commands whose JSON is read. */
export class TerraformWorkspace {
  readonly cli: TerraformCli;
  readonly state: StateAccess;
  readonly directories: WorkDirectories;
  /** Two `init` at once may spoil a shared provider cache. */
  #installing: Promise<unknown> = Promise.resolve();

  constructor(options: TerraformEngineOptions) {
    this.cli = new TerraformCli(options);
    this.state = new StateAccess(options.stateAddress, options.credentials);
    this.directories = new WorkDirectories(options.dataDirectory);
  }

  /** Runs the work in a folder of its own that holds the module; the folder goes afterwards. */
  async reading<Result>(
    call: EngineCall,
    unit: UnitInput,
    work: (session: TerraformSession, module: TerraformModule) => Promise<Result>,
  ): Promise<Result> {
    const module = moduleOf(unit);
    const directory = await this.directories.reading();
    try {
      await writeModule(directory, module);
      return await work({ call, unitId: unit.unitId, directory, mode: 'read' }, module);
    } finally {
      await removeDirectory(directory);
    }
  }

  /**
   * Prepares a folder for commands.
   *
   * @throws EngineFailure `init-failed` with Terraform's own words.
   */
  async init(session: TerraformSession, module: TerraformModule): Promise<void> {
    const run = (): Promise<TerraformResult> => this.cli.run(session, { args: ['init', '-json', ...QUIET] });
    const result = needsProviders(module) ? await this.#alone(run) : await run();
    if (result.code !== 0) {
      throw failureOf(withBackendHint(result), {
        code: 'init-failed',
        doing: 'prepare the configuration',
        acting: false,
      });
    }
    await markInitialised(session.directory, module);
  }

  /** What Terraform says about the files. Installs providers and modules only when it says it needs them. */
  async validate(session: TerraformSession, module: TerraformModule): Promise<readonly Diagnostic[]> {
    const first = await this.#validateOnce(session);
    if (!first.some((found) => NEEDS_INIT.test(`${found.summary} ${found.detail ?? ''}`))) return first;
    await this.init(session, module);
    return this.#validateOnce(session);
  }

  /** Makes a plan into the plan file and reads it. `locked`: only the newest holder can, and nobody else meanwhile. */
  async plan(session: TerraformSession, options: { readonly destroy: boolean }): Promise<PlanJson> {
    const args = ['plan', '-json', ...QUIET, '-lock=false', VARIABLES, `-out=${PLAN_FILE}`];
    const result = await this.cli.run(session, { args: options.destroy ? [...args, '-destroy'] : args });
    if (result.code !== 0) throw failureOf(result, { code: 'plan-failed', doing: 'plan', acting: false });
    const undeclared = result.diagnostics.filter((found) => found.summary === 'Value for undeclared variable');
    if (undeclared.length > 0) throw invalidUnit(undeclared.map(asError));
    return PlanDocument.parse(await this.#show(session, [PLAN_FILE]));
  }

  /** Whether an ordinary plan finds nothing to do. */
  async isAsDesired(session: TerraformSession): Promise<boolean> {
    const args = ['plan', '-json', ...QUIET, '-lock=false', VARIABLES, '-detailed-exitcode'];
    return (await this.cli.run(session, { args })).code === 0;
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
    if (result.aborted || result.timedOut) {
      throw failureOf(result, { code: 'validate-failed', doing: 'check the configuration', acting: false });
    }
    const parsed = Validation.safeParse(parseJson(result.stdout));
    if (!parsed.success) {
      throw failureOf(result, { code: 'validate-failed', doing: 'check the configuration', acting: false });
    }
    return parsed.data.diagnostics.flatMap((found) => toDiagnostic(found) ?? []).map(withBackendReason);
  }

  #alone<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#installing.then(work, work);
    this.#installing = result.catch(() => undefined);
    return result;
  }
}

/** @throws EngineFailure `invalid-configuration` with what is wrong. */
export function moduleOf(unit: UnitInput): TerraformModule {
  const reading = readModule(unit.properties);
  if (reading.outcome === 'refused') throw invalidUnit(reading.diagnostics);
  return reading.module;
}

/** The arguments of a command that makes the world as the files say, or removes it. */
export function applyArguments(what: 'plan-file' | 'configuration' | 'destroy'): readonly string[] {
  if (what === 'plan-file') return ['apply', '-json', ...QUIET, PLAN_FILE];
  const args = ['apply', '-json', ...QUIET, '-auto-approve', VARIABLES];
  return what === 'destroy' ? [...args, '-destroy'] : args;
}

/** Whether `init` may write to the provider cache. A wrong yes costs waiting only. */
function needsProviders(module: TerraformModule): boolean {
  const text = Object.values(module.files).join('\n');
  return /\b(provider|required_providers|module|data)\b|resource\s*"(?!terraform_data")|"resource"/.test(text);
}

function asError(diagnostic: Diagnostic): Diagnostic {
  return { ...diagnostic, severity: 'error' };
}

function withBackendHint(result: TerraformResult): TerraformResult {
  return { ...result, diagnostics: result.diagnostics.map(withBackendReason) };
}

/** Terraform finds the configuration's own backend beside ours, and cannot know which of the two is not wanted. */
function withBackendReason(diagnostic: Diagnostic): Diagnostic {
  if (!/^(Duplicate backend configuration|Both a backend and)/.test(diagnostic.summary)) return diagnostic;
  return {
    ...diagnostic,
    detail: 'Caisson keeps the state itself. Remove the "backend" or "cloud" block from the configuration.',
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    return { unreadable: messageOf(error), diagnostics: 'none' };
  }
}
