import {
  findReferences,
  resourceAddressOf,
  type DesiredState,
  type Diagnostic,
  type ResourceLifecycle,
  type ResourceSpec,
  type TypeMapping,
} from '@caisson/contracts';
import type { JsonObject } from '@caisson/kernel';
import { chooseEngine, type EngineChoice } from './choose-engine.js';
import type { EngineOffers } from './engine-offer.js';
import { orderByType } from './order-by-type.js';
import type { TypeLookup } from './type-lookup.js';

/** A resource as desired, before anybody looked at the world. */
export interface ResourceDraft {
  readonly address: string;
  readonly engine: string;
  /** The engine's own type. */
  readonly type: string;
  /** Set when the type table says which engine makes it and as what. */
  readonly mapping?: TypeMapping;
  /** Who the resource is bought from; counts for the risk. */
  readonly provider: string;
  readonly region?: string | undefined;
  readonly credential?: string | undefined;
  /** As desired, `${…}` left in. */
  readonly properties: JsonObject;
  readonly hasReferences: boolean;
  /** Addresses that come before, by `dependsOn`, by the rules of types and by reference, without repeats. */
  readonly dependsOn: readonly string[];
  readonly checks: readonly JsonObject[];
  readonly tags?: Readonly<Record<string, string>>;
  readonly lifecycle?: ResourceLifecycle;
}

/** The resources of a desired state with all copies, in its order; or everything that cannot be had. */
export type Expansion =
  | { readonly outcome: 'expanded'; readonly drafts: readonly ResourceDraft[] }
  | { readonly outcome: 'refused'; readonly code: string; readonly diagnostics: readonly Diagnostic[] };

/** Makes a draft of each resource, or of each of its copies. O(size of the desired state + edges between copies). */
export function expandResources(desired: DesiredState, offers: EngineOffers, lookup: TypeLookup): Expansion {
  const copies = new Map(desired.resources.map((resource) => [resource.name, addressesOf(resource)]));
  const order = orderByType(desired.resources, lookup);
  if (order.outcome === 'refused') return { ...order, diagnostics: [order.diagnostic] };
  const drafts: ResourceDraft[] = [];
  const refusals: { readonly code: string; readonly diagnostic: Diagnostic }[] = [];
  for (const resource of desired.resources) {
    const choice = chooseEngine(resource, offers, lookup);
    if (choice.outcome === 'refused') refusals.push(choice);
    else drafts.push(...draftsOf(resource, { ...choice, after: order.before.get(resource.name) ?? [] }, copies));
  }
  const [first] = refusals;
  if (first === undefined) return { outcome: 'expanded', drafts };
  return { outcome: 'refused', code: first.code, diagnostics: refusals.map(({ diagnostic }) => diagnostic) };
}

function addressesOf({ count, name }: ResourceSpec): readonly string[] {
  if (count === undefined) return [resourceAddressOf(name)];
  return Array.from({ length: count }, (_copy, index) => resourceAddressOf(name, index));
}

interface After {
  /** Names of the resources that come before by the rules of types. */
  readonly after: readonly string[];
}

function draftsOf(
  resource: ResourceSpec,
  { after, engine, engineType, mapping }: Extract<EngineChoice, { outcome: 'chosen' }> & After,
  copies: ReadonlyMap<string, readonly string[]>,
): readonly ResourceDraft[] {
  const { credential, lifecycle, properties, region, tags } = resource;
  const { references } = findReferences(properties);
  const before = new Set([...resource.dependsOn, ...after].flatMap((name) => copies.get(name) ?? []));
  for (const { index, resource: name } of references) before.add(resourceAddressOf(name, index));
  const draft = {
    engine,
    type: engineType,
    ...(mapping === undefined ? {} : { mapping }),
    provider: resource.provider ?? engine,
    ...(region === undefined ? {} : { region }),
    ...(credential === undefined ? {} : { credential }),
    properties,
    hasReferences: references.length > 0,
    dependsOn: [...before],
    ...(Object.keys(tags).length === 0 ? {} : { tags }),
    ...(lifecycle === undefined ? {} : { lifecycle }),
  };
  return addressesOf(resource).map((address) => ({ ...draft, address, checks: checksOf(resource, address) }));
}

/** A check may speak of its own resource without naming the copy; from here on it names it. */
function checksOf({ checks, name }: ResourceSpec, address: string): readonly JsonObject[] {
  if (address === name) return checks;
  return JSON.parse(JSON.stringify(checks).replaceAll(`\${${name}.`, `\${${address}.`)) as JsonObject[];
}
