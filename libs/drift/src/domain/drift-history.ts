import type { DriftItem } from '@caisson/contracts';
import { jsonEquals, type Instant, type Json } from '@caisson/kernel';
import type { UnreadableUnit } from './drift-scan.events.js';
import type { Remediation } from './drift-scan.state.js';

/** A scan as far as it tells how attributes became what they are. */
export interface PastScan {
  readonly id: string;
  readonly startedAt: Instant;
  readonly items: readonly DriftItem[];
  readonly unreadable: readonly UnreadableUnit[];
  readonly remediation?: Remediation;
}

/** One change of what was seen of an attribute. */
export interface Sight {
  readonly at: Instant;
  /** Who says so. */
  readonly scanId: string;
  /** `drifted`: it differs from what was applied, or differs otherwise than before; `as_applied`: no longer. */
  readonly seen: 'drifted' | 'as_applied';
  readonly expected?: Json;
  readonly actual?: Json;
  readonly cause?: NonNullable<DriftItem['cause']>;
  /** The run that put right what was seen before, and how. */
  readonly by?: { readonly runId: string; readonly mode?: NonNullable<Remediation['mode']> };
}

/** How one attribute became what it is, the oldest first. */
export interface AttributeTimeline extends Pick<DriftItem, 'unitId' | 'resource' | 'address' | 'path'> {
  readonly sights: readonly Sight[];
}

interface Open {
  readonly of: DriftItem;
  readonly sights: Sight[];
  /** What differs, and who said so last; undefined while it is as applied. */
  last: { readonly item: DriftItem; readonly scan: PastScan } | undefined;
}

/** The timelines of all attributes that ever differed, by the scans of one deployment. A unit unread says nothing. */
export function driftHistory(scans: readonly PastScan[]): readonly AttributeTimeline[] {
  const open = new Map<string, Open>();
  for (const scan of scans.toSorted((left, right) => (left.startedAt < right.startedAt ? -1 : 1))) {
    const found = new Map(scan.items.map((item) => [keyOf(item), item]));
    const unread = new Set(scan.unreadable.map(({ unitId }) => unitId));
    for (const [key, item] of found) if (!open.has(key)) open.set(key, { of: item, sights: [], last: undefined });
    for (const [key, attribute] of open) look(attribute, scan, { item: found.get(key), unread });
  }
  return [...open.values()].map(({ of: { address, path, resource, unitId }, sights }) => {
    return { unitId, resource, address, path, sights };
  });
}

function look(
  attribute: Open,
  scan: PastScan,
  { item, unread }: { readonly item: DriftItem | undefined; readonly unread: ReadonlySet<string> },
): void {
  const { last, of, sights } = attribute;
  const at = { at: scan.startedAt, scanId: scan.id };
  if (item !== undefined) {
    if (last === undefined || !isSameSight(last.item, item)) {
      const { actual, cause, expected } = item;
      sights.push({ ...at, seen: 'drifted', ...given({ expected, actual, cause }) });
    }
    attribute.last = { item, scan };
  } else if (last !== undefined && !unread.has(of.unitId)) {
    const { mode, runId } = last.scan.remediation ?? {};
    sights.push({ ...at, seen: 'as_applied', ...(runId === undefined ? {} : { by: { runId, ...given({ mode }) } }) });
    attribute.last = undefined;
  }
}

function keyOf({ address, path, unitId }: DriftItem): string {
  return JSON.stringify([unitId, address, path]);
}

function isSameSight(one: DriftItem, other: DriftItem): boolean {
  return isSame(one.actual, other.actual) && isSame(one.expected, other.expected);
}

function isSame(one: Json | undefined, other: Json | undefined): boolean {
  return one === undefined || other === undefined ? one === other : jsonEquals(one, other);
}

function given<Members extends object>(members: Members): { [Key in keyof Members]?: NonNullable<Members[Key]> } {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as {
    [Key in keyof Members]?: NonNullable<Members[Key]>;
  };
}
