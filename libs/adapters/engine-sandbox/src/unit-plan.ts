import type { AttributeChange, ChangeAction } from '@caisson/contracts';
import type { Json, JsonObject } from '@caisson/kernel';
import { jsonEquals } from '@caisson/kernel';
import type { SandboxType } from './unit-types.js';

/** What must be done to one resource, and why. */
export interface ResourcePlan {
  readonly action: ChangeAction;
  readonly attributes: readonly AttributeChange[];
}

/** What is wanted of a resource and what is there. */
export interface Comparison {
  readonly type: SandboxType;
  /** Undefined: the resource is to go. */
  readonly desired: JsonObject | undefined;
  /** Undefined: it is not there. */
  readonly observed: JsonObject | undefined;
  /** Paths whose desired value is not known yet. */
  readonly unknowns: readonly string[];
  /** Paths whose differences are left as they are. */
  readonly ignored: readonly string[];
}

/** Compares what is wanted with what is there. An id is never wanted: whichever resource is there will do. */
export function planResource({ type, desired, ignored, observed, unknowns }: Comparison): ResourcePlan {
  const before = observed === undefined ? undefined : withoutId(observed);
  const all = attributeChanges({ before, after: desired, path: '' }, unknowns);
  if (desired === undefined) return { action: before === undefined ? 'none' : 'delete', attributes: all };
  if (before === undefined) return { action: 'create', attributes: all };
  const attributes = all.filter(({ path }) => !ignored.some((left) => path === left || path.startsWith(`${left}.`)));
  if (attributes.length === 0) return { action: 'none', attributes };
  return { action: attributes.some((change) => forcesReplacement(type, change)) ? 'replace' : 'update', attributes };
}

/** A server cannot move to another network, and a volume cannot shrink: these are made anew. */
function forcesReplacement(type: SandboxType, change: AttributeChange): boolean {
  if (type === 'server') return change.path === 'network';
  return type === 'volume' && change.path === 'sizeGb' && Number(change.after) < Number(change.before);
}

interface Sides {
  readonly before: Json | undefined;
  readonly after: Json | undefined;
  readonly path: string;
}

/** The changes of every leaf, in the order of the paths. Bounded by the cloud's own limit on the depth of a body. */
function attributeChanges(sides: Sides, unknowns: readonly string[]): AttributeChange[] {
  const { before, after, path } = sides;
  if (path !== '' && unknowns.includes(path)) return [unknownChange(sides)];
  if (isWalked(sides, unknowns)) {
    return memberNames(sides).flatMap((key) => attributeChanges(memberOf(sides, key), unknowns));
  }
  if (before !== undefined && after !== undefined && jsonEquals(before, after)) return [];
  return [{ path, ...present(sides), sensitive: false, unknown: false }];
}

/** Whether the members are compared one by one, rather than the whole. */
function isWalked({ before, after, path }: Sides, unknowns: readonly string[]): boolean {
  const isMap = (side: Json | undefined): boolean => side === undefined || isObject(side);
  if (!isMap(before) || !isMap(after)) return false;
  if (path === '' || (isObject(before) && isObject(after))) return true;
  return unknowns.some((unknown) => unknown.startsWith(`${path}.`));
}

function memberNames({ before, after }: Sides): readonly string[] {
  const names = [before, after].flatMap((side) => (isObject(side) ? Object.keys(side) : []));
  return [...new Set(names)].sort();
}

function unknownChange({ before, path }: Sides): AttributeChange {
  return { path, ...(before === undefined ? {} : { before }), sensitive: false, unknown: true };
}

function present({ before, after }: Sides): Pick<AttributeChange, 'before' | 'after'> {
  return { ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) };
}

function memberOf({ before, after, path }: Sides, key: string): Sides {
  const member = (side: Json | undefined): Json | undefined =>
    isObject(side) && Object.hasOwn(side, key) ? side[key] : undefined;
  return { before: member(before), after: member(after), path: path === '' ? key : `${path}.${key}` };
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function withoutId(observed: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(observed).filter(([key]) => key !== 'id'));
}
