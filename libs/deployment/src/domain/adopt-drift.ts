import {
  DesiredState,
  validateDesiredState,
  type AppliedResource,
  type AppliedUnit,
  type DriftItem,
  type ResourceSpec,
} from '@caisson/contracts';
import { jsonEquals, type Json, type JsonObject } from '@caisson/kernel';
import type { AdjustmentProblem } from './adjust-desired.js';
import { isShapedAs, keysOf, valueAt, withValueAt } from './json-path.js';

/** One difference of a drift report, as far as it matters to who adopts it. */
export type FoundDrift = Pick<DriftItem, 'unitId' | 'resource' | 'address' | 'type' | 'path' | 'expected' | 'actual'>;

/** Why a difference cannot be adopted; `pointer` names it in the report. */
export interface AdoptionProblem extends Pick<AdjustmentProblem, 'pointer' | 'message'> {
  readonly code:
    | AdjustmentProblem['code']
    | 'outdated'
    | 'not-asked-for'
    | 'not-shown'
    | 'refers-to-others'
    | 'not-all-copies'
    | 'in-parts';
}

/** What follows from taking the world as it is, or everything that is in the way. */
export type Adopted =
  | { readonly outcome: 'adopted'; readonly desired: DesiredState; readonly applied: AppliedUnit[] }
  | { readonly outcome: 'impossible'; readonly problems: readonly AdoptionProblem[] };

/** A value that is told by digest or not at all: what it is, nobody knows here. */
const NOT_A_VALUE = /^\(sensitive\)$|^\(\d+ characters, sha256:[0-9a-f]+\)$/;

interface World {
  readonly desired: DesiredState;
  readonly applied: readonly AppliedUnit[];
}

/**
 * Has what is desired and what is expected follow the world. Attributes that nobody asked for, such as those that a
 * provider fills in, are expected from now on and not desired. All of what is named, or nothing.
 */
export function adoptDrift(world: World, items: readonly FoundDrift[]): Adopted {
  const problems = items.flatMap((item, index) =>
    problemsOf(world, items, item).map((one) => ({ ...one, pointer: `/items/${index}` })),
  );
  if (problems.length > 0) return { outcome: 'impossible', problems };
  const gone = new Set(items.filter(({ type }) => type === 'resource_removed').map(({ resource }) => resource));
  const goneNames = new Set([...gone].map(nameOf));
  const changed = items.filter(({ type }) => type !== 'resource_removed');
  const resources = world.desired.resources
    .filter(({ name }) => !goneNames.has(name))
    .map((spec) => changed.filter(({ resource }) => nameOf(resource) === spec.name).reduce(following, spec));
  const parsed = DesiredState.safeParse({ ...world.desired, resources });
  if (!parsed.success) {
    const found = parsed.error.issues.map(({ message, path }): AdoptionProblem => {
      return { pointer: `/${path.map(String).join('/')}`, code: 'invalid-value', message };
    });
    return { outcome: 'impossible', problems: found };
  }
  const after = validateDesiredState(parsed.data);
  if (after.length > 0) return { outcome: 'impossible', problems: after };
  return { outcome: 'adopted', desired: parsed.data, applied: expectedToBe(world.applied, changed, gone) };
}

type Found = Omit<AdoptionProblem, 'pointer'>;

function problemsOf(world: World, all: readonly FoundDrift[], item: FoundDrift): readonly Found[] {
  const { actual, address, resource, type } = item;
  if (type === 'resource_added') {
    return [{ code: 'not-asked-for', message: `${address} was never asked for: revert it, or ignore it` }];
  }
  const known = world.applied
    .find(({ unitId }) => unitId === item.unitId)
    ?.resources.find((one) => one.address === resource);
  const spec = world.desired.resources.find(({ name }) => name === nameOf(resource));
  if (known === undefined || spec === undefined || !isAsExpected(known, item)) {
    return [{ code: 'outdated', message: `${address} is no longer expected as the report says: scan again` }];
  }
  if (!hasAllCopies(world, all, item)) {
    const message = `${resource} is one of several copies, and the others are not alike: revert it, or scale`;
    return [{ code: 'not-all-copies', message }];
  }
  if (type === 'resource_removed') {
    if (Object.keys(known.expected).length === 1) return [];
    return [
      { code: 'in-parts', message: `${address} is a part of ${resource}, which is still there: change it by hand` },
    ];
  }
  if (typeof actual === 'string' && NOT_A_VALUE.test(actual)) {
    return [{ code: 'not-shown', message: `the report does not hold the value of ${address} ${item.path}` }];
  }
  return propertyProblems(spec, item);
}

function propertyProblems(spec: ResourceSpec, { path, resource }: FoundDrift): readonly Found[] {
  const { keys, within } = askedAt(spec, path);
  if (within === undefined) return [];
  if (!isShapedAs(within, keys)) {
    const message = `${path} of ${resource} is written in another form than it is seen in: change it by hand`;
    return [{ code: 'invalid-value', message }];
  }
  if (!JSON.stringify(valueAt(within, keys) ?? null).includes('${')) return [];
  return [{ code: 'refers-to-others', message: `${path} of ${resource} follows from other resources: change those` }];
}

/** Where a desired resource says what an attribute shall be; nowhere when nobody asked. */
function askedAt(
  { properties, tags }: Pick<ResourceSpec, 'properties' | 'tags'>,
  path: string,
): { readonly keys: readonly string[]; readonly within?: JsonObject } {
  const [first = '', ...rest] = path.split('.');
  const keys = keysOf(properties, path);
  if (Object.hasOwn(properties, first)) return { keys, within: properties };
  return first === 'tags' && rest.length > 0 ? { keys: [rest.join('.')], within: tags } : { keys };
}

function isAsExpected(known: AppliedResource, { address, expected, path, type }: FoundDrift): boolean {
  const thing = known.expected[address];
  if (thing === undefined) return false;
  if (type === 'resource_removed') return true;
  const value = valueAt(thing, keysOf(thing, path));
  if (value === undefined || expected === undefined) return value === expected;
  return (typeof expected === 'string' && NOT_A_VALUE.test(expected)) || jsonEquals(value, expected);
}

/** Copies have one definition: what one of them became, all must have become. */
function hasAllCopies(world: World, all: readonly FoundDrift[], item: FoundDrift): boolean {
  const name = nameOf(item.resource);
  const copies = world.applied.flatMap(({ resources }) => resources).filter(({ address }) => nameOf(address) === name);
  return copies.every(({ address }) =>
    all.some(
      (other) =>
        other.resource === address &&
        other.type === item.type &&
        other.path === item.path &&
        isSameValue(other.actual, item.actual),
    ),
  );
}

function isSameValue(one: Json | undefined, other: Json | undefined): boolean {
  return one === undefined || other === undefined ? one === other : jsonEquals(one, other);
}

function following(spec: ResourceSpec, { actual, path }: FoundDrift): ResourceSpec {
  const { keys, within } = askedAt(spec, path);
  if (within === undefined) return spec;
  const followed = withValueAt(within, keys, actual);
  return within === spec.tags ? { ...spec, tags: followed as ResourceSpec['tags'] } : { ...spec, properties: followed };
}

function expectedToBe(
  applied: readonly AppliedUnit[],
  changed: readonly FoundDrift[],
  gone: ReadonlySet<string>,
): AppliedUnit[] {
  const kept = applied
    .map((unit) => ({ ...unit, resources: unit.resources.filter(({ address }) => !gone.has(address)) }))
    .filter(({ resources }) => resources.length > 0);
  const ids = new Set(kept.map(({ unitId }) => unitId));
  return kept.map((unit) => ({
    ...unit,
    dependsOn: unit.dependsOn.filter((unitId) => ids.has(unitId)),
    resources: unit.resources.map((resource) =>
      changed
        .filter((item) => item.unitId === unit.unitId && item.resource === resource.address)
        .reduce(expectedAfter, resource),
    ),
  }));
}

function expectedAfter(resource: AppliedResource, { actual, address, path }: FoundDrift): AppliedResource {
  const thing = resource.expected[address] as JsonObject;
  const expected = { ...resource.expected, [address]: withValueAt(thing, keysOf(thing, path), actual) };
  const { properties, tags = {} } = resource;
  const asked = askedAt({ properties, tags }, path);
  if (asked.within === undefined) return { ...resource, expected };
  const followed = withValueAt(asked.within, asked.keys, actual) as AppliedResource['properties'];
  return asked.within === tags
    ? { ...resource, expected, tags: followed as NonNullable<AppliedResource['tags']> }
    : { ...resource, expected, properties: followed };
}

/** `web` for `web[1]`. */
function nameOf(address: string): string {
  return address.replace(/\[\d+\]$/, '');
}
