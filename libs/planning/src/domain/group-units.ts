import type { AppliedResource, AppliedUnit } from '@caisson/contracts';
import { offerOf, type EngineOffers } from './engine-offer.js';
import type { ResourceDraft } from './expand-resources.js';
import { groupItems, type GroupingItem, type ItemGroup } from './group-items.js';
import { withoutRepeats } from './without-repeats.js';

/** A unit as desired, before anybody looked at the world. */
export interface UnitDraft {
  readonly unitId: string;
  readonly engine: string;
  readonly provider: string;
  readonly region?: string | undefined;
  readonly credential?: string | undefined;
  readonly plugin?: AppliedUnit['plugin'];
  /** In an order in which they could be made; at least one. */
  readonly resources: readonly ResourceDraft[];
  /** Applied resources of the unit that are no longer desired. */
  readonly leaving: readonly AppliedResource[];
  /** Ids of the units that come before, without repeats. */
  readonly dependsOn: readonly string[];
}

/** The units, or the reason why resources cannot stay in the units that they are in. */
export type UnitGrouping =
  | { readonly outcome: 'grouped'; readonly units: readonly UnitDraft[] }
  /** Resources of one unit shall be made in different places, or with different rights. */
  | { readonly outcome: 'split'; readonly unitId: string; readonly resources: readonly string[] }
  /** Resources of different units, one of each, that would make their units wait for each other in a circle. */
  | { readonly outcome: 'cyclic'; readonly cycle: readonly string[] };

/**
 * Makes units of resources: neighbours of the same engine, provider, region and credential share one where the graph
 * allows it, up to the largest size of the engine. What is applied stays in the unit that it is in, since its state is
 * there; the others fill up units with room, or make new ones. O(resources + edges).
 */
export function groupUnits(
  drafts: readonly ResourceDraft[],
  applied: readonly AppliedUnit[],
  offers: EngineOffers,
): UnitGrouping {
  const unitOf = new Map(
    applied.flatMap((unit) => unit.resources.map(({ address }) => [address, unit.unitId] as const)),
  );
  const items = drafts.map((draft) => itemOf(draft, offers, unitOf.get(draft.address)));
  const split = splitUnit(drafts, items);
  if (split !== undefined) return split;
  const grouping = groupItems(items);
  if (grouping.outcome === 'cyclic') {
    return { outcome: 'cyclic', cycle: grouping.cycle.map(({ items: [first = ''] }) => first) };
  }
  return { outcome: 'grouped', units: unitsOf(grouping.groups, { drafts, applied, offers }) };
}

/** Whether a resource may share its unit with others. */
function isShared(draft: ResourceDraft, offers: EngineOffers): boolean {
  const offer = offerOf(offers, draft.engine);
  return offer !== undefined && offer.resourcesPerUnitMax > 1 && !offer.alone.includes(draft.type);
}

function itemOf(draft: ResourceDraft, offers: EngineOffers, fixedIn: string | undefined): GroupingItem {
  const { address, dependsOn, engine } = draft;
  return {
    id: address,
    kind: isShared(draft, offers) ? kindOf(draft) : undefined,
    sizeMax: offerOf(offers, engine)?.resourcesPerUnitMax ?? 1,
    fixedIn,
    before: dependsOn,
  };
}

function kindOf(draft: ResourceDraft): string {
  const { credential, engine, provider, region } = draft;
  return JSON.stringify([engine, provider, region, credential, pluginOf(draft)].map((part) => part ?? null));
}

function pluginOf({ mapping }: ResourceDraft): AppliedUnit['plugin'] {
  if (mapping?.source === undefined || mapping.version === undefined) return undefined;
  return { source: mapping.source, version: mapping.version };
}

function splitUnit(
  drafts: readonly ResourceDraft[],
  items: readonly GroupingItem[],
): Extract<UnitGrouping, { outcome: 'split' }> | undefined {
  const kinds = new Map<string, GroupingItem>();
  for (const [index, item] of items.entries()) {
    if (item.fixedIn === undefined) continue;
    const first = kinds.get(item.fixedIn);
    if (first === undefined) kinds.set(item.fixedIn, item);
    else if (first.kind !== item.kind) {
      return { outcome: 'split', unitId: item.fixedIn, resources: [first.id, drafts[index]?.address ?? ''] };
    }
  }
  return undefined;
}

interface Surroundings {
  readonly drafts: readonly ResourceDraft[];
  readonly applied: readonly AppliedUnit[];
  readonly offers: EngineOffers;
}

// Loops instead of lists of lists: there may be a hundred thousand units.
function unitsOf(groups: readonly ItemGroup[], { applied, drafts, offers }: Surroundings): readonly UnitDraft[] {
  const indexOf = new Map<string, number>();
  drafts.forEach(({ address }, index) => indexOf.set(address, index));
  const before = new Map(applied.map((unit) => [unit.unitId, unit]));
  const names = new UnitNames(applied);
  const unitOf = new Map<string, string>();
  const named: { readonly unitId: string; readonly first: ResourceDraft; readonly resources: ResourceDraft[] }[] = [];
  for (const group of inOrderOfDrafts(groups, indexOf)) {
    const resources: ResourceDraft[] = [];
    for (const id of group.items) {
      const draft = drafts[indexOf.get(id) ?? -1];
      if (draft !== undefined) resources.push(draft);
    }
    const [first] = resources;
    if (first === undefined) continue;
    const unitId = group.fixedIn ?? (isShared(first, offers) ? names.next(first.engine) : first.address);
    for (const { address } of resources) unitOf.set(address, unitId);
    named.push({ unitId, first, resources });
  }
  return named.map(({ first, resources, unitId }) => {
    const { credential, engine, provider, region } = first;
    const gone = before.get(unitId)?.resources.filter(({ address }) => !indexOf.has(address));
    return {
      unitId,
      engine,
      provider,
      region,
      credential,
      plugin: pluginOf(first),
      resources,
      leaving: gone ?? NOTHING,
      dependsOn: neededUnits(unitId, resources, unitOf),
    };
  });
}

const NOTHING: readonly never[] = [];

/** Groups in the order of the first draft of each. */
function inOrderOfDrafts(groups: readonly ItemGroup[], indexOf: ReadonlyMap<string, number>): readonly ItemGroup[] {
  return groups
    .map((group) => ({
      group,
      index: group.items.reduce((least, id) => Math.min(least, indexOf.get(id) ?? least), Infinity),
    }))
    .sort((one, other) => one.index - other.index)
    .map(({ group }) => group);
}

function neededUnits(
  unitId: string,
  resources: readonly ResourceDraft[],
  unitOf: ReadonlyMap<string, string>,
): readonly string[] {
  const needed: string[] = [];
  for (const { dependsOn } of resources) {
    for (const id of dependsOn) {
      const unit = unitOf.get(id);
      if (unit !== undefined && unit !== unitId) needed.push(unit);
    }
  }
  return withoutRepeats(needed);
}

/**
 * Gives new units the lowest number that no unit of the deployment has: `terraform.1`, `terraform.2`, … No resource has
 * such an address, since names have no dot.
 */
class UnitNames {
  readonly #taken: ReadonlySet<string>;
  readonly #last = new Map<string, number>();

  constructor(applied: readonly AppliedUnit[]) {
    this.#taken = new Set(applied.map(({ unitId }) => unitId));
  }

  next(engine: string): string {
    let number = this.#last.get(engine) ?? 0;
    do number += 1;
    while (this.#taken.has(`${engine}.${number}`));
    this.#last.set(engine, number);
    return `${engine}.${number}`;
  }
}
