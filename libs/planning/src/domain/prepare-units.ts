import { validateDesiredState, type AppliedUnit, type Diagnostic } from '@caisson/contracts';
import { applyStrategy, isGate } from './apply-strategy.js';
import { engineProblem, type EngineOffers } from './engine-offer.js';
import { expandUnits, type UnitDraft } from './expand-units.js';
import { orderUnits, type UnitOrder } from './order-units.js';
import type { PlanRequest } from './plan-request.js';
import type { TypeLookup } from './type-lookup.js';

/** Why there cannot be a plan, with everything that was found. */
export interface Refusal {
  readonly outcome: 'refused';
  /** Stable; that of the first diagnostic. */
  readonly code: string;
  readonly diagnostics: readonly Diagnostic[];
}

/** What is to be planned, in order, before any engine was asked about the world. */
export interface PreparedUnits {
  readonly outcome: 'prepared';
  readonly drafts: readonly UnitDraft[];
  /** Applied units that are no longer desired. */
  readonly deletions: readonly AppliedUnit[];
  readonly order: UnitOrder;
}

/** What a request is judged by before any engine was asked about the world. */
export interface Installation {
  readonly offers: EngineOffers;
  readonly lookup: TypeLookup;
}

/** Works out which units a run has and in which order, from the request and the installation. O(units + edges). */
export function prepareUnits(request: PlanRequest, installation: Installation): PreparedUnits | Refusal {
  const { offers } = installation;
  const wanted = request.kind === 'destroy' ? nothingWanted(request) : unitsWanted(request, installation);
  if (wanted.outcome === 'refused') return wanted;
  const { drafts, edges } = applyStrategy(wanted.drafts, request, offers);
  const ids = new Set(drafts.map(({ unitId }) => unitId));
  const goes = (unit: AppliedUnit): boolean => !ids.has(unit.unitId) && (request.kind === 'destroy' || !isGate(unit));
  const deletions = request.applied.filter(goes);
  const engines = [...new Set(deletions.map(({ engine }) => engine))];
  const lost = engines.flatMap((engine) => engineProblem(engine, offers) ?? []);
  if (lost[0] !== undefined) {
    return refuse(lost[0].code, ...lost.map(({ diagnostic }) => diagnostic));
  }
  const ordering = orderUnits({ drafts, deletions, applied: request.applied, strategy: edges });
  if (ordering.outcome === 'ordered') return { outcome: 'prepared', drafts, deletions, order: ordering.order };
  const summary = `${[...ordering.cycle, ordering.cycle[0] ?? ''].join(' → ')} wait for each other.`;
  return refuse('dependency-cycle', { severity: 'error', summary, detail: 'Take out one of these dependencies.' });
}

/** A refusal for one or more reasons, the most telling first. */
export function refuse(code: string, ...diagnostics: readonly Diagnostic[]): Refusal {
  return { outcome: 'refused', code, diagnostics };
}

type Wanted = { readonly outcome: 'wanted'; readonly drafts: readonly UnitDraft[] } | Refusal;

function nothingWanted({ applied, desired }: PlanRequest): Wanted {
  const kept = new Set(desired.resources.filter(({ lifecycle }) => lifecycle?.preventDestroy).map(({ name }) => name));
  const prevented = applied.map(({ unitId }) => unitId).filter((unitId) => kept.has(resourceOf(unitId)));
  if (prevented.length === 0) return { outcome: 'wanted', drafts: [] };
  return refuse('destroy-prevented', ...prevented.map(destroyPrevented));
}

/** Says that a unit may not go, and what to do. */
export function destroyPrevented(unitId: string): Diagnostic {
  const detail = 'Set "lifecycle.preventDestroy" to false first, if it really is to go.';
  return { severity: 'error', summary: `${unitId} would be removed, and it must not be.`, detail, address: unitId };
}

function resourceOf(unitId: string): string {
  return unitId.split('[')[0] ?? unitId;
}

function unitsWanted({ applied, desired }: PlanRequest, { lookup, offers }: Installation): Wanted {
  const problems = validateDesiredState(desired);
  if (problems.length > 0) {
    const found = problems.map(({ message, pointer }): Diagnostic => ({
      severity: 'error',
      summary: message,
      address: pointer,
    }));
    return refuse('desired-state-invalid', ...found);
  }
  const expansion = expandUnits(desired, offers, lookup);
  if (expansion.outcome === 'refused') return expansion;
  const before = new Map(applied.map((unit) => [unit.unitId, unit]));
  const retyped = expansion.drafts.flatMap((draft) => retyping(draft, before.get(draft.unitId)) ?? []);
  return retyped.length > 0 ? refuse('unit-retyped', ...retyped) : { outcome: 'wanted', drafts: expansion.drafts };
}

/** An engine is only ever asked to change what it made itself. */
function retyping(draft: UnitDraft, previous: AppliedUnit | undefined): Diagnostic | undefined {
  if (previous === undefined || (previous.engine === draft.engine && previous.type === draft.type)) return undefined;
  const kindOf = ({ engine, type }: UnitDraft | AppliedUnit): string => `${type} of ${engine}`;
  const summary = `${draft.unitId} is a ${kindOf(previous)} and cannot become a ${kindOf(draft)}.`;
  const detail = 'Give the new resource a name of its own; the old one is then removed.';
  return { severity: 'error', summary, detail, address: draft.unitId };
}
