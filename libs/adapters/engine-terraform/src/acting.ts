import type { AppliedUnit, Diagnostic } from '@caisson/contracts';
import { EngineFailure, type ApplyResult, type EngineCall, type UnitInput } from '@caisson/engine';
import type { JsonObject } from '@caisson/kernel';
import { failureOf, isStalePlan, type FailureContext } from './failures.js';
import { redactorOfState } from './find-secrets.js';
import { redactDiagnostic } from './masking.js';
import { shownState } from './read-state.js';
import type { TerraformResult, TerraformSession } from './terraform-cli.js';
import type { StateJson } from './terraform-json.js';
import { printed } from './terraform-messages.js';
import { applyArguments, layoutOf, type TerraformWorkspace } from './terraform-workspace.js';
import { Turns } from './turns.js';
import { removeDirectory, removeModule, takeErroredState, writeModule, writePlan } from './work-directories.js';

/** A change of the world: a unit to be made, or removed. */
export interface ActingRequest {
  readonly unit: UnitInput;
  readonly previous?: AppliedUnit;
  readonly artifact?: Uint8Array;
}

const APPLYING: FailureContext = { code: 'apply-failed', doing: 'apply', acting: true };
const DESTROYING: FailureContext = { code: 'destroy-failed', doing: 'destroy', acting: true };

/** The calls that change the world. For one unit they come one after the other. */
export class TerraformActing {
  readonly #workspace: TerraformWorkspace;
  readonly #version: () => Promise<string>;
  readonly #turns = new Turns();

  constructor(workspace: TerraformWorkspace, version: () => Promise<string>) {
    this.#workspace = workspace;
    this.#version = version;
  }

  /** Makes the world as the unit says: exactly the saved dry run where there is one. */
  apply(request: ActingRequest, call: EngineCall): Promise<ApplyResult> {
    const layout = layoutOf(request.unit, 'change');
    return this.#inTurn(call, request.unit.unitId, async (directory) => {
      const session = await this.#open({ call, unitId: request.unit.unitId, directory, layout, mode: 'write' });
      const { artifact } = request;
      if (artifact !== undefined) await writePlan(session.directory, artifact);
      const args = applyArguments(artifact === undefined ? 'configuration' : 'plan-file');
      const result = await this.#act(session, args);
      if (result.code === 0) return this.#resultOf(session, { exitCode: 0, changes: result.changes ?? {} });
      if (isStalePlan(result)) return this.#afterStalePlan(session, result);
      throw await this.#failed(session, result, APPLYING);
    });
  }

  /** Removes all that the unit's state holds. */
  destroy(unit: UnitInput, call: EngineCall): Promise<JsonObject> {
    const layout = layoutOf(unit, 'destroy');
    return this.#inTurn(call, unit.unitId, async (directory) => {
      const session = await this.#open({ call, unitId: unit.unitId, directory, layout, mode: 'write' });
      const before = await this.#workspace.state.read(session);
      if (before === undefined) return { removed: 0, terraformVersion: await this.#version() };
      const result = await this.#act(session, applyArguments('destroy'));
      if (result.code !== 0) throw await this.#failed(session, result, DESTROYING);
      const after = await this.#workspace.state.read(session);
      return {
        exitCode: 0,
        serial: after?.serial ?? before.serial,
        lineage: before.lineage,
        terraformVersion: await this.#version(),
        changes: result.changes ?? {},
      };
    });
  }

  /** Opens the unit's folder: what an earlier attempt left is brought to an end first. */
  async #open(session: TerraformSession): Promise<TerraformSession> {
    const { directory, layout } = session;
    const erroredState = await takeErroredState(directory);
    // Also fences all older holders, before anything is done.
    await this.#workspace.state.forceUnlock(session);
    if (!(await writeModule(directory, layout.module))) await this.#workspace.prepare(session);
    if (erroredState !== undefined) await this.#recover(session, erroredState);
    return session;
  }

  /** Stores the state that an earlier attempt could not store, so that what it made is not forgotten. */
  async #recover(session: TerraformSession, erroredState: string): Promise<void> {
    session.call.log('Storing the state that an earlier attempt could not store.');
    const args = ['state', 'push', erroredState];
    const result = await this.#act(session, args);
    if (result.code !== 0) {
      const failure = failureOf(result, { code: 'state-recovery-failed', doing: 'store a kept state', acting: true });
      throw new EngineFailure(
        failure.code,
        `The state of an earlier attempt is kept in ${erroredState} and could not be stored: ${failure.message} ` +
          'Compare it with the stored state, and push or remove it by hand.',
        // However often it is tried, the kept state will not be smaller.
        {
          errorClass: failure.code === 'state-too-large' ? 'permanent' : failure.errorClass,
          diagnostics: failure.diagnostics,
          cause: failure,
        },
      );
    }
    await removeDirectory(erroredState);
  }

  /** Runs a command that changes the world. Its errors are told once what it left says what they must not show. */
  async #act(session: TerraformSession, args: readonly string[]): Promise<TerraformResult> {
    const result = await this.#workspace.run(session, { args, acting: true });
    if (!result.diagnostics.some(({ severity }) => severity === 'error')) return result;
    const state = await this.#workspace.showState(session).catch(() => undefined);
    const diagnostics = result.diagnostics.map((found) => afterState(found, state));
    for (const found of diagnostics) if (found.severity === 'error') session.call.log(printed(found));
    return { ...result, diagnostics };
  }

  /**
   * The saved dry run does not fit the state. Either it was applied before and the answer was lost, then nothing is
   * left to do; or somebody else changed the state, then the dry run is void.
   */
  async #afterStalePlan(session: TerraformSession, result: TerraformResult): Promise<ApplyResult> {
    if (await this.#workspace.isAsDesired(session))
      return this.#resultOf(session, { exitCode: 0, appliedBefore: true });
    const message = 'The saved dry run no longer fits the state, which has changed since. Plan again.';
    throw new EngineFailure('plan-stale', message, { errorClass: 'permanent', diagnostics: result.diagnostics });
  }

  async #failed(session: TerraformSession, result: TerraformResult, context: FailureContext): Promise<EngineFailure> {
    if (result.aborted) return failureOf(result, context);
    const partial = await this.#resultOf(session, { exitCode: result.code ?? -1 }).catch(() => undefined);
    return failureOf(result, partial === undefined ? context : { ...context, partial });
  }

  async #resultOf(session: TerraformSession, evidence: JsonObject): Promise<ApplyResult> {
    const shown = shownState(await this.#workspace.showState(session));
    const raw = await this.#workspace.state.read(session);
    return {
      resources: session.layout.statesOf(shown),
      evidence: {
        ...evidence,
        ...(raw === undefined ? {} : { serial: raw.serial, lineage: raw.lineage }),
        terraformVersion: await this.#version(),
      },
    };
  }

  /** Runs the work in the unit's folder, after what runs for the unit already. Secrets do not stay on disk. */
  #inTurn<Result>(call: EngineCall, unitId: string, work: (directory: string) => Promise<Result>): Promise<Result> {
    const { tenantId, deploymentId } = call;
    return this.#turns.take([tenantId, deploymentId, unitId].join('\n'), call.signal, async () => {
      const directory = await this.#workspace.directories.acting({ tenantId, deploymentId, unitId });
      try {
        return await work(directory);
      } finally {
        await removeModule(directory);
      }
    });
  }
}

/** What may be told of an error, by the state that its command left. A provisioner passes on what others printed. */
function afterState(found: Diagnostic, state: StateJson | undefined): Diagnostic {
  if (state !== undefined) return redactDiagnostic(found, redactorOfState(state));
  if (!/provisioner/i.test(found.summary)) return found;
  return { ...found, detail: 'Not shown: what is secret in it could not be read from the state.' };
}
