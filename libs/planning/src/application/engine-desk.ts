import type { Diagnostic } from '@caisson/contracts';
import { EngineFailure, type Engine, type EngineCall, type UnitInput, type UnitPlan } from '@caisson/engine';
import { messageOf } from '@caisson/kernel';
import type { EngineOffer, EngineOffers } from '../domain/engine-offer.js';
import type { PlanRequest } from '../domain/plan-request.js';
import { EngineTrouble } from './engine-trouble.js';
import type { PlanSurroundings } from './planner.js';
import type { BuiltInPlannerPorts } from './planning-ports.js';

/** Limit of one call of an engine: a tool that downloads a large provider may take minutes. */
const ENGINE_CALL_LIMIT_MS = 600_000;

/** Calls at once within one planning: tools are processes, and other plannings run beside. */
const ENGINE_CALLS_AT_ONCE_MAX = 4;

/** Only the planner's lock, no lease of the deployment: an engine that writes with it is refused. */
const READING_ONLY = 0;

type Operation = 'capabilities' | 'validate' | 'plan';

/** What an engine said, or why the unit cannot be planned. */
export type Answer<Value> =
  | { readonly outcome: 'answered'; readonly value: Value }
  | { readonly outcome: 'refused'; readonly code: string; readonly diagnostics: readonly Diagnostic[] };

interface Question {
  readonly engine: Engine;
  readonly unit: UnitInput;
  readonly operation: Operation;
}

/** Calls the engines for one planning: at most some at once, each with a limit, all stopped by one signal. */
export class EngineDesk {
  readonly #ports: BuiltInPlannerPorts;
  readonly #request: PlanRequest;
  readonly #surroundings: PlanSurroundings;
  readonly #stopped = new AbortController();
  #free = ENGINE_CALLS_AT_ONCE_MAX;
  readonly #waiting: (() => void)[] = [];

  constructor(ports: BuiltInPlannerPorts, request: PlanRequest, surroundings: PlanSurroundings) {
    this.#ports = ports;
    this.#request = request;
    this.#surroundings = surroundings;
  }

  /** What every engine can do. One that cannot be asked is unavailable, which matters only to those who need it. */
  async offers(): Promise<EngineOffers> {
    const asked = [...this.#ports.engines].map(async ([name, engine]) => [name, await this.#offerOf(engine)] as const);
    return new Map(await Promise.all(asked));
  }

  /** What an engine thinks of a unit. Only errors refuse it. @throws Fault `engine-trouble` (retryable). */
  validate(engine: Engine, unit: UnitInput): Promise<Answer<undefined>> {
    return this.#ask({ engine, unit, operation: 'validate' }, async (call) => {
      const diagnostics = await engine.validate(unit, call);
      const errors = diagnostics.filter(({ severity }) => severity === 'error');
      if (errors.length === 0) return undefined;
      const message = `The unit ${unit.unitId} cannot be used`;
      throw new EngineFailure('configuration-invalid', message, { errorClass: 'permanent', diagnostics: errors });
    });
  }

  /** What applying or removing a unit would do. @throws Fault `engine-trouble` (retryable). */
  plan(engine: Engine, request: Parameters<Engine['plan']>[0]): Promise<Answer<UnitPlan>> {
    const question = { engine, unit: request.unit, operation: 'plan' } as const;
    return this.#ask(question, (call) => engine.plan(request, call));
  }

  /** Stops every call, those that wait included: the planning has failed. */
  stop(): void {
    this.#stopped.abort();
  }

  async #offerOf(engine: Engine): Promise<EngineOffer> {
    try {
      const {
        alone,
        resourcesPerUnitMax,
        takesPlugins = false,
        types,
        version,
      } = await this.#timed(engine, 'capabilities', () => engine.capabilities());
      return { outcome: 'available', version, types, takesPlugins, resourcesPerUnitMax, alone };
    } catch (error) {
      return { outcome: 'unavailable', reason: messageOf(error).replace(/\.$/, '') };
    }
  }

  async #ask<Value>(
    { engine, operation, unit }: Question,
    work: (call: EngineCall) => Promise<Value>,
  ): Promise<Answer<Value>> {
    await this.#enter();
    const limit = new AbortController();
    const over = new AbortController();
    void this.#ports.clock.sleep(ENGINE_CALL_LIMIT_MS, over.signal).then(() => limit.abort());
    try {
      const signal = AbortSignal.any([this.#surroundings.signal, this.#stopped.signal, limit.signal]);
      const value = await this.#timed(engine, operation, () => work(this.#call(unit.unitId, signal)));
      return { outcome: 'answered', value };
    } catch (error) {
      return this.#refusalOf(engine, unit, error);
    } finally {
      over.abort();
      this.#leave();
    }
  }

  #call(unitId: string, signal: AbortSignal): EngineCall {
    const { deploymentId, runId } = this.#request;
    const { observer } = this.#ports;
    return {
      tenantId: this.#surroundings.tenantId,
      deploymentId,
      runId,
      actionKey: `${deploymentId}/${runId}/${unitId}`,
      fencingToken: READING_ONLY,
      signal,
      log: (line) => observer.toolSaid(unitId, line),
    };
  }

  /** What is wrong with the unit is its answer; what is wrong with the world is worth another try. */
  #refusalOf(engine: Engine, unit: UnitInput, error: unknown): Answer<never> {
    const stopped = this.#surroundings.signal.aborted || this.#stopped.signal.aborted;
    if (stopped || !(error instanceof EngineFailure) || error.errorClass !== 'permanent') {
      const message = `${engine.name} could not say what would happen to ${unit.unitId}: ${messageOf(error)}`;
      throw new EngineTrouble(message, { diagnostics: diagnosticsOf(unit, error), cause: error });
    }
    return { outcome: 'refused', code: error.code, diagnostics: diagnosticsOf(unit, error) };
  }

  async #timed<Value>(engine: Engine, operation: Operation, work: () => Promise<Value>): Promise<Value> {
    const { clock, observer } = this.#ports;
    const began = clock.monotonicMs();
    let outcome: 'ok' | 'failed' = 'failed';
    try {
      const value = await work();
      outcome = 'ok';
      return value;
    } finally {
      observer.engineCalled({ engine: engine.name, operation, durationMs: clock.monotonicMs() - began, outcome });
    }
  }

  async #enter(): Promise<void> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  #leave(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free += 1;
    else next();
  }
}

/** What an engine found, with the unit named; an engine that only failed is quoted itself. */
function diagnosticsOf(unit: UnitInput, error: unknown): readonly Diagnostic[] {
  const found = error instanceof EngineFailure ? error.diagnostics : [];
  if (found.length === 0) return [{ severity: 'error', summary: messageOf(error), address: unit.unitId }];
  return found.map((diagnostic) => ({ ...diagnostic, address: addressIn(unit, diagnostic) }));
}

function addressIn({ resources, unitId }: UnitInput, { address = '' }: Diagnostic): string {
  if (address === '' || address === unitId) return unitId;
  return resources.some((resource) => resource.address === address) ? address : `${unitId}: ${address}`;
}
