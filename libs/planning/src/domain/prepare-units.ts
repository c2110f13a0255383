import { validateDesiredState, type AppliedUnit, type Diagnostic } from '@caisson/contracts';
import { applyStrategy, isGate } from './apply-strategy.js';
import { engineProblem, type EngineOffers } from './engine-offer.js';
import { expandResources, type ResourceDraft } from './expand-resources.js';
import { groupUnits, type UnitDraft, type UnitGrouping } from './group-units.js';
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
  /** Applied units of which nothing is desired any more. */
  readonly deletions: readonly AppliedUnit[];
  readonly order: UnitOrder;
}

/** What a request is judged by before any engine was asked about the world. */
export interface Installation {
  readonly offers: EngineOffers;
  readonly lookup: TypeLookup;
}

/** Works out which units a run has and in which order, from the request and the installation. O(resources + edges). */
export function prepareUnits(request: PlanRequest, installation: Installation): PreparedUnits | Refusal {
  const { offers } = installation;
  const wanted = request.kind === 'destroy' ? nothingWanted(request, offers) : unitsWanted(request, installation);
  if (wanted.outcome === 'refused') return wanted;
  const { drafts, strategy } = wanted;
  const ids = new Set(drafts.map(({ unitId }) => unitId));
  const goes = (unit: AppliedUnit): boolean => !ids.has(unit.unitId) && (request.kind === 'destroy' || !isGate(unit));
  const deletions = request.applied.filter(goes);
  const engines = [...new Set(deletions.map(({ engine }) => engine))];
  const lost = engines.flatMap((engine) => engineProblem(engine, offers) ?? []);
  if (lost[0] !== undefined) {
    return refuse(lost[0].code, ...lost.map(({ diagnostic }) => diagnostic));
  }
  const ordering = orderUnits({ drafts, deletions, applied: request.applied, strategy });
  if (ordering.outcome === 'ordered') return { outcome: 'prepared', drafts, deletions, order: ordering.order };
  const summary = `${[...ordering.cycle, ordering.cycle[0] ?? ''].join(' → ')} wait for each other.`;
  return refuse('dependency-cycle', { severity: 'error', summary, detail: 'Take out one of these dependencies.' });
}

/** A refusal for one or more reasons, the most telling first. */
export function refuse(code: string, ...diagnostics: readonly Diagnostic[]): Refusal {
  return { outcome: 'refused', code, diagnostics };
}

type Wanted =
  | {
      readonly outcome: 'wanted';
      readonly drafts: readonly UnitDraft[];
      /** Unit ids, `[before, after]`, where the strategy orders what goes. */
      readonly strategy: readonly (readonly [string, string])[];
    }
  | Refusal;

function nothingWanted(request: PlanRequest, offers: EngineOffers): Wanted {
  return refusalOfLoss(request, []) ?? grouped({ request, offers, drafts: [] });
}

/**
 * Refuses a plan in which a resource that is to be kept would go, or a copy of it. What is desired now decides; of a
 * resource that it leaves out, what was recorded with it.
 */
function refusalOfLoss({ applied, desired }: PlanRequest, drafts: readonly ResourceDraft[]): Refusal | undefined {
  const named = new Map(desired.resources.map(({ lifecycle, name }) => [name, lifecycle?.preventDestroy ?? false]));
  const staying = new Set(drafts.map(({ address }) => address));
  const prevented = applied
    .flatMap(({ resources }) => resources)
    .filter(({ address, lifecycle }) => named.get(nameOf(address)) ?? lifecycle?.preventDestroy ?? false)
    .map(({ address }) => address)
    .filter((address) => !staying.has(address));
  return prevented.length === 0 ? undefined : refuse('destroy-prevented', ...prevented.map(destroyPrevented));
}

/** Says that a resource may not go, and what to do. */
export function destroyPrevented(address: string): Diagnostic {
  const detail = 'Apply it with "lifecycle.preventDestroy" set to false first, if it really is to go.';
  return { severity: 'error', summary: `${address} would be removed, and it must not be.`, detail, address };
}

function nameOf(address: string): string {
  return address.split('[')[0] ?? address;
}

function unitsWanted(request: PlanRequest, { lookup, offers }: Installation): Wanted {
  const { applied, desired } = request;
  const problems = validateDesiredState(desired);
  if (problems.length > 0) {
    const found = problems.map(({ message, pointer }): Diagnostic => ({
      severity: 'error',
      summary: message,
      address: pointer,
    }));
    return refuse('desired-state-invalid', ...found);
  }
  const expansion = expandResources(desired, offers, lookup);
  if (expansion.outcome === 'refused') return expansion;
  const before = new Map(applied.flatMap((unit) => unit.resources.map(({ address }) => [address, unit] as const)));
  const standing = expansion.drafts.filter(({ address }) => before.has(address));
  const retyped = standing.flatMap((draft) => retyping(draft, before.get(draft.address)) ?? []);
  if (retyped.length > 0) return refuse('unit-retyped', ...retyped);
  return refusalOfLoss(request, expansion.drafts) ?? grouped({ request, offers, drafts: expansion.drafts });
}

interface ToGroup {
  readonly request: PlanRequest;
  readonly offers: EngineOffers;
  readonly drafts: readonly ResourceDraft[];
}

/**
 * Units of resources, by the strategy where that can be: it cannot order copies that share the state of one unit since
 * before, whose tool goes through them by itself.
 */
function grouped({ drafts, offers, request }: ToGroup): Wanted {
  const { applied } = request;
  const strategic = applyStrategy(drafts, request, offers);
  const grouping = groupUnits(strategic.drafts, applied, offers);
  if (grouping.outcome === 'grouped') {
    const strategy = betweenUnits(strategic.edges, [...applied, ...grouping.units]);
    return { outcome: 'wanted', drafts: grouping.units, strategy };
  }
  const plain = groupUnits(drafts, applied, offers);
  return plain.outcome === 'grouped' ? { outcome: 'wanted', drafts: plain.units, strategy: [] } : ungroupable(plain);
}

function betweenUnits(
  edges: readonly (readonly [string, string])[],
  units: readonly Pick<UnitDraft | AppliedUnit, 'unitId' | 'resources'>[],
): readonly (readonly [string, string])[] {
  if (edges.length === 0) return [];
  const unitOf = new Map(
    units.flatMap(({ resources, unitId }) => resources.map(({ address }) => [address, unitId] as const)),
  );
  return edges
    .map(([before, after]) => [unitOf.get(before) ?? '', unitOf.get(after) ?? ''] as const)
    .filter(([before, after]) => before !== after);
}

/** An engine is only ever asked to change what it made itself, where it made it. */
function retyping(draft: ResourceDraft, unit: AppliedUnit | undefined): Diagnostic | undefined {
  const previous = unit?.resources.find(({ address }) => address === draft.address);
  if (unit === undefined || previous === undefined) return undefined;
  const was = kindOf({ ...unit, type: previous.type });
  const becomes = kindOf(draft);
  if (was === becomes) return undefined;
  const summary = `${draft.address} is a ${was} and cannot become a ${becomes}.`;
  const detail = 'Give the new resource a name of its own; the old one is then removed.';
  return { severity: 'error', summary, detail, address: draft.address };
}

function kindOf({
  engine,
  provider,
  region,
  type,
}: Pick<ResourceDraft, 'engine' | 'provider' | 'region' | 'type'>): string {
  const place = region === undefined ? '' : ` in ${region}`;
  return `${type} of ${provider === engine ? engine : `${provider}, made by ${engine},`}${place}`;
}

function ungroupable(grouping: Exclude<UnitGrouping, { readonly outcome: 'grouped' }>): Refusal {
  const detail = 'Give one of them a new name: it is then made anew in a unit of its own, and the old one is removed.';
  if (grouping.outcome === 'split') {
    const [first = '', second = ''] = grouping.resources;
    const summary = `${first} and ${second} share the unit ${grouping.unitId} and cannot have different credentials.`;
    return refuse('unit-split', { severity: 'error', summary, detail, address: second });
  }
  const circle = [...grouping.cycle, grouping.cycle[0] ?? ''].join(' → ');
  const summary = `The units of ${circle} wait for each other.`;
  return refuse('unit-cycle', { severity: 'error', summary, detail, address: grouping.cycle[0] ?? '' });
}
