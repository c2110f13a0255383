import type { Diagnostic } from '@caisson/contracts';
import {
  EngineFailure,
  type ApplyRequest,
  type ApplyResult,
  type Engine,
  type EngineCall,
  type EngineCapabilities,
  type Observation,
  type PlanRequest,
  type UnitInput,
  type UnitPlan,
} from '@caisson/engine';
import { messageOf, type JsonObject } from '@caisson/kernel';
import { TerraformActing } from './acting.js';
import type { TerraformEngineOptions } from './engine-options.js';
import { GENERATED_LIMITS } from './generate-module.js';
import { deferredPlan, readPlan } from './read-plan.js';
import { isAbsent, observedState } from './read-state.js';
import { layoutOf, TerraformWorkspace } from './terraform-workspace.js';
import { MODULE_TYPE, readLayout } from './unit-layout.js';
import { readPlanFile } from './work-directories.js';

/**
 * Drives Terraform or OpenTofu. A resource of type `module` is a configuration with values for its variables, in a
 * unit of its own; a configuration is generated for the others. The state of a unit is in our own backend, under the
 * lock and the fencing token of whoever acts.
 */
export class TerraformEngine implements Engine {
  readonly name = 'terraform';
  readonly #workspace: TerraformWorkspace;
  readonly #acting: TerraformActing;
  #version: Promise<string> | undefined;

  constructor(options: TerraformEngineOptions) {
    this.#workspace = new TerraformWorkspace(options);
    this.#acting = new TerraformActing(this.#workspace, () => this.#knownVersion());
  }

  async capabilities(): Promise<EngineCapabilities> {
    return {
      types: [MODULE_TYPE, 'data'],
      takesPlugins: true,
      takesCredentials: true,
      dryRun: true,
      resourcesPerUnitMax: GENERATED_LIMITS.perUnitMax,
      alone: [MODULE_TYPE],
      version: await this.#knownVersion(),
    };
  }

  async validate(unit: UnitInput, call: EngineCall): Promise<readonly Diagnostic[]> {
    const reading = readLayout(unit, 'look');
    if (reading.outcome === 'refused') return reading.diagnostics;
    return this.#workspace.reading(call, reading.layout, (session) => this.#workspace.validate(session));
  }

  async plan(request: PlanRequest, call: EngineCall): Promise<UnitPlan> {
    if (request.unknowns.length > 0) return deferredPlan(request);
    const { unit, destroy } = request;
    const layout = layoutOf(unit, destroy ? 'destroy' : 'look');
    return this.#workspace.reading(call, layout, async (session) => {
      await this.#workspace.prepare(session);
      const recorded = await this.#workspace.state.read(session);
      const absent = isAbsent(recorded);
      const plan = readPlan(await this.#workspace.plan(session, { destroy }), { layout, absent, destroy });
      const basis = recorded === undefined ? 'no state' : `${recorded.lineage}/${recorded.serial}`;
      return { ...plan, basis, artifact: await readPlanFile(session.directory) };
    });
  }

  async apply(request: ApplyRequest, call: EngineCall): Promise<ApplyResult> {
    return this.#acting.apply(request, call);
  }

  async observe(unit: UnitInput, call: EngineCall): Promise<Observation> {
    const reader = { call, unitId: unit.unitId, mode: 'read' } as const;
    try {
      const recorded = await this.#workspace.state.read(reader);
      if (recorded === undefined || isAbsent(recorded)) return { outcome: 'absent' };
      const layout = layoutOf(unit, 'look');
      return await this.#workspace.reading(call, layout, async (session) => {
        await this.#workspace.prepare(session);
        const plan = await this.#workspace.plan(session, { destroy: false });
        return { outcome: 'observed', resources: layout.statesOf(observedState(plan, recorded)) };
      });
    } catch (error) {
      if (!(error instanceof EngineFailure)) throw error;
      return { outcome: 'unreadable', reason: error.message };
    }
  }

  async destroy(unit: UnitInput, call: EngineCall): Promise<JsonObject> {
    return this.#acting.destroy(unit, call);
  }

  async health(): Promise<{ readonly healthy: boolean; readonly reason?: string }> {
    try {
      await this.#workspace.cli.version();
      return { healthy: true };
    } catch (error) {
      return { healthy: false, reason: messageOf(error) };
    }
  }

  /** Asked once; a failure is asked again. */
  async #knownVersion(): Promise<string> {
    this.#version ??= this.#workspace.cli.version();
    try {
      return await this.#version;
    } catch (error) {
      this.#version = undefined;
      throw error;
    }
  }
}
