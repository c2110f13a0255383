import {
  findReferences,
  unitIdOf,
  type DesiredState,
  type Diagnostic,
  type ResourceSpec,
  type TypeMapping,
} from '@caisson/contracts';
import type { JsonObject } from '@caisson/kernel';
import { chooseEngine, type EngineChoice } from './choose-engine.js';
import type { EngineOffers } from './engine-offer.js';
import type { TypeLookup } from './type-lookup.js';

/** A unit as desired, before anybody looked at the world. */
export interface UnitDraft {
  readonly unitId: string;
  readonly engine: string;
  /** The engine's own type. */
  readonly type: string;
  /** Set when the type table says which engine makes it and as what. */
  readonly mapping?: TypeMapping;
  /** Who the resource is bought from; counts for the risk. */
  readonly provider: string;
  /** As desired, `${…}` left in. */
  readonly properties: JsonObject;
  readonly hasReferences: boolean;
  /** Ids of the units that come before, by `dependsOn` and by reference, without repeats. */
  readonly dependsOn: readonly string[];
  readonly checks: readonly JsonObject[];
  readonly preventDestroy: boolean;
}

/** The units of a desired state, in its order; or everything that cannot be had. */
export type Expansion =
  | { readonly outcome: 'expanded'; readonly drafts: readonly UnitDraft[] }
  | { readonly outcome: 'refused'; readonly code: string; readonly diagnostics: readonly Diagnostic[] };

/** Makes one unit of each resource, or of each of its copies. O(size of the desired state + edges between copies). */
export function expandUnits(desired: DesiredState, offers: EngineOffers, lookup: TypeLookup): Expansion {
  const copies = new Map(desired.resources.map((resource) => [resource.name, unitIdsOf(resource)]));
  const drafts: UnitDraft[] = [];
  const refusals: { readonly code: string; readonly diagnostic: Diagnostic }[] = [];
  for (const resource of desired.resources) {
    const choice = chooseEngine(resource, offers, lookup);
    if (choice.outcome === 'refused') refusals.push(choice);
    else drafts.push(...draftsOf(resource, choice, copies));
  }
  const [first] = refusals;
  if (first === undefined) return { outcome: 'expanded', drafts };
  return { outcome: 'refused', code: first.code, diagnostics: refusals.map(({ diagnostic }) => diagnostic) };
}

function unitIdsOf({ count, name }: ResourceSpec): readonly string[] {
  if (count === undefined) return [unitIdOf(name)];
  return Array.from({ length: count }, (_copy, index) => unitIdOf(name, index));
}

function draftsOf(
  resource: ResourceSpec,
  { engine, engineType, mapping }: Extract<EngineChoice, { outcome: 'chosen' }>,
  copies: ReadonlyMap<string, readonly string[]>,
): readonly UnitDraft[] {
  const { references } = findReferences(resource.properties);
  const before = new Set(resource.dependsOn.flatMap((name) => copies.get(name) ?? []));
  for (const { index, resource: name } of references) before.add(unitIdOf(name, index));
  const draft = {
    engine,
    type: engineType,
    ...(mapping === undefined ? {} : { mapping }),
    provider: resource.provider ?? engine,
    properties: resource.properties,
    hasReferences: references.length > 0,
    dependsOn: [...before],
    preventDestroy: resource.lifecycle?.preventDestroy ?? false,
  };
  return unitIdsOf(resource).map((unitId) => ({ ...draft, unitId, checks: checksOf(resource, unitId) }));
}

/** A check may speak of its own resource without naming the copy; from here on it names it. */
function checksOf({ checks, name }: ResourceSpec, unitId: string): readonly JsonObject[] {
  if (unitId === name) return checks;
  return JSON.parse(JSON.stringify(checks).replaceAll(`\${${name}.`, `\${${unitId}.`)) as JsonObject[];
}
