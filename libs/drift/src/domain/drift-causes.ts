import type { Json } from '@caisson/kernel';
import type { DriftItem } from '@caisson/contracts';
import type { UnitFinding } from './compare.js';
import { holdsTheSame } from './reordered.js';

/** The newest run, where it did not get through. */
export interface UnfinishedRun {
  readonly runId: string;
  /** Names of the resources that it was to change; copies have one name. */
  readonly resources: readonly string[];
}

/** Numbers that differ by less are the same number, written with fewer digits. */
const ROUNDING = 1e-6;

/** Says of each difference why it is there. What a run of ours left half done is never said to come from outside. */
export function withCauses(
  findings: readonly UnitFinding[],
  unfinished: UnfinishedRun | undefined,
): readonly UnitFinding[] {
  const halfDone = new Set(unfinished?.resources);
  return findings.map((finding) => {
    if (finding.outcome === 'unreadable') return finding;
    return { ...finding, items: finding.items.map((item) => ({ ...item, cause: causeOf(item, halfDone) })) };
  });
}

function causeOf(item: DriftItem, halfDone: ReadonlySet<string>): NonNullable<DriftItem['cause']> {
  if (halfDone.has(item.resource.replace(/\[\d+\]$/, ''))) return 'own_partial_failure';
  const isWhole = item.type === 'resource_added' || item.type === 'resource_removed';
  return !isWhole && isSameInAnotherForm(item.expected, item.actual) ? 'normalised_value' : 'outside_change';
}

/**
 * Whether two values are one that was written differently: rounded, in other case, in another order, as text, or left
 * out where the other side says its default.
 */
export function isSameInAnotherForm(before: Json | undefined, after: Json | undefined): boolean {
  if (isNothing(before) && isNothing(after)) return true;
  if (before === undefined || after === undefined || before === null || after === null) return false;
  if (Array.isArray(before) && Array.isArray(after)) return holdsTheSame(before as Json[], after as Json[]);
  if (typeof before === 'object' || typeof after === 'object') return false;
  return isSameScalar(String(before).trim(), String(after).trim());
}

function isSameScalar(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase() || isSameNumber(one, other) || isSameInstant(one, other);
}

/** What a provider says in place of nothing. */
function isNothing(value: Json | undefined): boolean {
  if (value === undefined || value === null || value === '' || value === false || value === 0) return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}

function isSameNumber(one: string, other: string): boolean {
  if (one === '' || other === '') return false;
  const [left, right] = [Number(one), Number(other)];
  return Math.abs(left - right) <= ROUNDING * Math.max(Math.abs(left), Math.abs(right)); // Never true of NaN.
}

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/;

function isSameInstant(one: string, other: string): boolean {
  return INSTANT.test(one) && INSTANT.test(other) && Date.parse(one) === Date.parse(other);
}
