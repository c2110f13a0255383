import type { DriftItem, SeverityTable } from '@caisson/contracts';
import { canonicalJson, cutText, jsonEquals, sha256, type Json, type JsonObject } from '@caisson/kernel';
import { holdsTheSame } from './reordered.js';
import { severityOf, type DriftType } from './severity.js';

/** A resource as it was or is seen: its attributes by the engine's own address. */
export interface SeenResource {
  readonly address: string;
  readonly expected: JsonObject;
}

/** What was applied, as it was seen right after. */
export interface Expectation {
  readonly unitId: string;
  readonly resources: readonly (SeenResource & { readonly type: string })[];
}

/** What is seen now. Unreadable is unknown: it is never taken for a removal. */
export type Sighting =
  | { readonly outcome: 'observed'; readonly resources: readonly SeenResource[] }
  | { readonly outcome: 'absent' }
  | { readonly outcome: 'unreadable'; readonly reason: string };

/** What was found out about one unit. */
export type UnitFinding =
  | { readonly unitId: string; readonly outcome: 'compared'; readonly items: readonly DriftItem[] }
  | { readonly unitId: string; readonly outcome: 'unreadable'; readonly reason: string };

/** Values longer than this are shown by digest: a report is read by people and travels in one message. */
const VALUE_CHARS_MAX = 2_000;

const REASON_CHARS_MAX = 500;

/** Deeper values are compared whole. */
const DEPTH_MAX = 32;

/** Attributes that hold labels, in the words of the engines. */
const TAG_ATTRIBUTES: ReadonlySet<string> = new Set(['tags', 'tags_all', 'labels', 'annotations']);

/** Attributes that say whether a resource does its work, in the words of the engines. */
const STATE_ATTRIBUTES: ReadonlySet<string> = new Set(['status', 'state', 'power_state', 'instance_state']);

/**
 * Compares a unit with what is seen of it. Items come in the order of addresses and paths, so the same two sides give
 * the same report. O(size of both), and one comparison of text when nothing has changed.
 */
export function compareUnit(unit: Expectation, sighting: Sighting, severities: SeverityTable): UnitFinding {
  const { unitId } = unit;
  if (sighting.outcome === 'unreadable') {
    return { unitId, outcome: 'unreadable', reason: cutText(sighting.reason, REASON_CHARS_MAX) };
  }
  const expected = byAddress(unit.resources);
  const types = new Map(unit.resources.map(({ address, type }) => [address, type]));
  const observed = byAddress(sighting.outcome === 'absent' ? [] : sighting.resources);
  const items = [...new Set([...expected.keys(), ...observed.keys()])].sort().flatMap((resource) => {
    const sides = { expected: expected.get(resource) ?? {}, observed: observed.get(resource) ?? {} };
    // The same text is the same value, and costs far less than a walk; other text may still be the same value.
    const isSameText = JSON.stringify(sides.expected) === JSON.stringify(sides.observed);
    return isSameText ? [] : itemsOf({ unitId, resource, resourceType: types.get(resource), severities }, sides);
  });
  return { unitId, outcome: 'compared', items };
}

function byAddress(resources: readonly SeenResource[]): ReadonlyMap<string, JsonObject> {
  return new Map(resources.map(({ address, expected }) => [address, expected]));
}

/**
 * The findings without what could not be recorded: a unit that was seen with text that no database keeps is unreadable,
 * with the reason; when there is none, every unit that differs is. Reasons are kept as plain text.
 */
export function withoutUnrecordable(findings: readonly UnitFinding[], reason: string): readonly UnitFinding[] {
  const differing = findings.filter((finding) => finding.outcome === 'compared' && finding.items.length > 0);
  const odd = differing.filter((finding) => !isPlain(finding));
  const unrecordable = new Set(odd.length > 0 ? odd : differing);
  const why = cutText(`What was seen cannot be recorded: ${plain(reason)}`, REASON_CHARS_MAX);
  return findings.map((finding) => {
    if (unrecordable.has(finding)) return { unitId: finding.unitId, outcome: 'unreadable', reason: why };
    return finding.outcome === 'unreadable' ? { ...finding, reason: plain(finding.reason) } : finding;
  });
}

function isPlain(finding: UnitFinding): boolean {
  let found = true;
  JSON.stringify(finding, (key: string, value: unknown) => {
    if (plain(key) !== key || (typeof value === 'string' && plain(value) !== value)) found = false;
    return value;
  });
  return found;
}

/** Without what Postgres keeps in no text: U+0000 and half characters. */
function plain(text: string): string {
  return text.replaceAll('\u0000', '\uFFFD').replaceAll(/\p{Surrogate}/gu, '\uFFFD');
}

interface ComparedResource extends Pick<DriftItem, 'unitId' | 'resource'> {
  readonly resourceType: string | undefined;
  readonly severities: SeverityTable;
}

function itemsOf(
  { resource, resourceType, severities, unitId }: ComparedResource,
  { expected, observed }: { readonly expected: JsonObject; readonly observed: JsonObject },
): readonly DriftItem[] {
  return sortedKeys(expected, observed).flatMap((address) => {
    const before = memberOf(expected, address);
    const after = memberOf(observed, address);
    const item = (type: DriftType, path: readonly string[], sides: Sides): DriftItem => ({
      unitId,
      resource,
      address,
      type,
      severity: severityOf(severities, { type, resourceType, path }),
      path: path.join('.'),
      ...(sides.before === undefined ? {} : { expected: shown(sides.before) }),
      ...(sides.after === undefined ? {} : { actual: shown(sides.after) }),
    });
    if (after === undefined) return [item('resource_removed', [], { before, after })];
    if (before === undefined) return [item('resource_added', [], { before, after })];
    return differences({ before, after }, []).map(({ path, ...sides }) => item(typeAt(path), path, sides));
  });
}

interface Sides {
  readonly before: Json | undefined;
  readonly after: Json | undefined;
}

interface Difference extends Sides {
  readonly path: readonly string[];
}

/** The smallest parts that differ. Lists of equal length are compared item by item, others and reordered as a whole. */
function differences({ before, after }: Sides, path: readonly string[]): readonly Difference[] {
  if (before === after) return [];
  const isReordered = Array.isArray(before) && Array.isArray(after) && holdsTheSame(before as Json[], after as Json[]);
  if (!isReordered && path.length < DEPTH_MAX && areBothWalkable(before, after)) {
    return sortedKeys(before, after).flatMap((key) =>
      differences({ before: memberOf(before, key), after: memberOf(after, key) }, [...path, key]),
    );
  }
  const isSame = before !== undefined && after !== undefined && jsonEquals(before, after);
  return isSame ? [] : [{ path, before, after }];
}

function areBothWalkable(before: Json | undefined, after: Json | undefined): before is JsonObject {
  if (typeof before !== 'object' || typeof after !== 'object' || before === null || after === null) return false;
  if (Array.isArray(before) || Array.isArray(after)) {
    return Array.isArray(before) && Array.isArray(after) && before.length === after.length;
  }
  return true;
}

function typeAt(path: readonly string[]): DriftType {
  const attribute = path[0] ?? '';
  if (TAG_ATTRIBUTES.has(attribute)) return 'tag_mismatch';
  return STATE_ATTRIBUTES.has(attribute) ? 'state_mismatch' : 'property_changed';
}

/** The keys of both, sorted; list positions by number. */
function sortedKeys(before: Json | undefined, after: Json | undefined): readonly string[] {
  if (Array.isArray(before)) return before.map((_, index) => String(index));
  return [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])].sort();
}

function memberOf(side: Json | undefined, key: string): Json | undefined {
  if (typeof side !== 'object' || side === null || !Object.hasOwn(side, key)) return undefined;
  return (side as JsonObject)[key];
}

function shown(value: Json): Json {
  const text = typeof value === 'string' ? value : canonicalJson(value);
  return text.length <= VALUE_CHARS_MAX ? value : `(${text.length} characters, sha256:${sha256(text)})`;
}
