import {
  findReferences,
  resourceAddressOf,
  type DesiredState,
  type Diagnostic,
  type Reference,
  type ResourceLifecycle,
  type ResourceSpec,
  type TypeMapping,
} from '@caisson/contracts';
import type { JsonObject } from '@caisson/kernel';
import { chooseEngine, type EngineChoice } from './choose-engine.js';
import type { EngineOffers } from './engine-offer.js';
import { orderByType } from './order-by-type.js';
import type { TypeLookup } from './type-lookup.js';
import { withoutRepeats } from './without-repeats.js';

/** A resource as desired, before anybody looked at the world. */
export interface ResourceDraft {
  readonly address: string;
  readonly engine: string;
  /** The engine's own type. */
  readonly type: string;
  /** Set when the type table says which engine makes it and as what. */
  readonly mapping?: TypeMapping | undefined;
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
  readonly tags?: Readonly<Record<string, string>> | undefined;
  readonly lifecycle?: ResourceLifecycle | undefined;
}

/** The resources of a desired state with all copies, in its order; or everything that cannot be had. */
export type Expansion =
  | { readonly outcome: 'expanded'; readonly drafts: readonly ResourceDraft[] }
  | { readonly outcome: 'refused'; readonly code: string; readonly diagnostics: readonly Diagnostic[] };

/** Makes a draft of each resource, or of each of its copies. O(size of the desired state + edges between copies). */
export function expandResources(desired: DesiredState, offers: EngineOffers, lookup: TypeLookup): Expansion {
  const copies = copiesOf(desired);
  const order = orderByType(desired.resources, lookup);
  if (order.outcome === 'refused') return { ...order, diagnostics: [order.diagnostic] };
  const drafts: ResourceDraft[] = [];
  const refusals: { readonly code: string; readonly diagnostic: Diagnostic }[] = [];
  for (const resource of desired.resources) {
    const choice = chooseEngine(resource, offers, lookup);
    if (choice.outcome === 'refused') refusals.push(choice);
    else drafts.push(...draftsOf(resource, choice, { copies, before: order.before }));
  }
  const [first] = refusals;
  if (first === undefined) return { outcome: 'expanded', drafts };
  return { outcome: 'refused', code: first.code, diagnostics: refusals.map(({ diagnostic }) => diagnostic) };
}

/** The addresses of the copies of what has copies. The address of any other resource is its name. */
function copiesOf({ resources }: DesiredState): ReadonlyMap<string, readonly string[]> {
  const copies = new Map<string, readonly string[]>();
  for (const { count, name } of resources) {
    if (count === undefined) continue;
    copies.set(
      name,
      Array.from({ length: count }, (_copy, index) => resourceAddressOf(name, index)),
    );
  }
  return copies;
}

interface Neighbours {
  /** The addresses of the copies of what has copies, by its name. */
  readonly copies: ReadonlyMap<string, readonly string[]>;
  /** Names of the resources that come before each by the rules of types. */
  readonly before: ReadonlyMap<string, readonly string[]>;
}

// One literal with all members, so that all drafts are alike to the platform: there are a hundred thousand of them.
function draftsOf(
  resource: ResourceSpec,
  { engine, engineType, mapping }: Extract<EngineChoice, { outcome: 'chosen' }>,
  neighbours: Neighbours,
): readonly ResourceDraft[] {
  const { credential, lifecycle, name, properties, provider = engine, region } = resource;
  const { references } = findReferences(properties);
  const dependsOn = neededBy(resource, references, neighbours);
  const hasReferences = references.length > 0;
  const tags = Object.keys(resource.tags).length === 0 ? undefined : resource.tags;
  return (neighbours.copies.get(name) ?? [resourceAddressOf(name)]).map((address): ResourceDraft => {
    const checks = checksOf(resource, address);
    return {
      address,
      engine,
      type: engineType,
      mapping,
      provider,
      region,
      credential,
      properties,
      hasReferences,
      dependsOn,
      checks,
      tags,
      lifecycle,
    };
  });
}

const NOTHING: readonly string[] = [];

function neededBy(
  { dependsOn, name }: ResourceSpec,
  references: readonly Reference[],
  { before, copies }: Neighbours,
): readonly string[] {
  const byType = before.get(name) ?? NOTHING;
  if (dependsOn.length + byType.length + references.length === 0) return NOTHING;
  const needed: string[] = [];
  const need = (other: string): void => {
    const addresses = copies.get(other);
    if (addresses === undefined) needed.push(resourceAddressOf(other));
    else needed.push(...addresses);
  };
  dependsOn.forEach(need);
  byType.forEach(need);
  for (const { index, resource } of references) needed.push(resourceAddressOf(resource, index));
  return withoutRepeats(needed);
}

/** A check may speak of its own resource without naming the copy; from here on it names it. */
function checksOf({ checks, name }: ResourceSpec, address: string): readonly JsonObject[] {
  if (address === name) return checks;
  return JSON.parse(JSON.stringify(checks).replaceAll(`\${${name}.`, `\${${address}.`)) as JsonObject[];
}
