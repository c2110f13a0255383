import type { Diagnostic, Failure } from '@caisson/contracts';
import { assemblePlan } from '../domain/assemble-plan.js';
import { inputsOf } from '../domain/plan-inputs.js';
import type { PlanRequest } from '../domain/plan-request.js';
import { hasType, offerOf } from '../domain/engine-offer.js';
import { prepareUnits, type Refusal } from '../domain/prepare-units.js';
import { TypeLookup } from '../domain/type-lookup.js';
import { EngineDesk } from './engine-desk.js';
import type { PlanOutcome, Planner, PlanSurroundings } from './planner.js';
import type { BuiltInPlannerPorts } from './planning-ports.js';
import { UnitSurvey } from './unit-survey.js';

/** The deterministic planner that comes with Caisson: order by dependencies, changes by the engines' own dry runs. */
export class BuiltInPlanner implements Planner {
  readonly name = 'built-in/1';
  readonly #ports: BuiltInPlannerPorts;

  constructor(ports: BuiltInPlannerPorts) {
    this.#ports = ports;
  }

  async plan(request: PlanRequest, surroundings: PlanSurroundings): Promise<PlanOutcome> {
    const { artifacts, engines } = this.#ports;
    const tables = await this.#ports.tables.current(surroundings.tenantId);
    const lookup = TypeLookup.of(tables);
    const { applied } = request;
    const { tenantId } = surroundings;
    const desk = new EngineDesk(this.#ports, request, surroundings);
    const offers = await desk.offers();
    const prepared = prepareUnits(request, { offers, lookup });
    if (prepared.outcome === 'refused') return refusedFor(prepared);
    const survey = new UnitSurvey({
      tenantId,
      engines,
      artifacts,
      desk,
      applied,
      offers: (engine, type, withPlugin) =>
        hasType(offers, engine, type) || (withPlugin && offerOf(offers, engine)?.takesPlugins === true),
    });
    const surveyed = await survey.run(prepared);
    if (surveyed.outcome === 'refused') return refusedFor(surveyed);
    const { findings } = surveyed;
    const heard = { request, planner: this.name, offers, tables, findings };
    const plan = assemblePlan({ ...heard, lookup, ...prepared });
    return { outcome: 'planned', plan, inputs: inputsOf(heard) };
  }
}

function refusedFor({ code, diagnostics }: Refusal): PlanOutcome {
  const [first, ...more] = diagnostics;
  const others = more.length === 0 ? '' : ` (and ${more.length} more)`;
  const why = first === undefined ? '' : ` ${sentenceOf(first)}${others}`;
  const message = `There is no plan.${why} Correct the desired state, or retry the run when the cause is gone.`;
  const failure: Failure = { code, message, diagnostics: [...diagnostics] };
  return { outcome: 'refused', failure };
}

function sentenceOf({ address, detail, summary }: Diagnostic): string {
  const place = address === undefined || summary.includes(address) ? '' : `${address}: `;
  return `${place}${summary.replace(/\.?$/, '.')}${detail === undefined ? '' : ` ${detail}`}`;
}
