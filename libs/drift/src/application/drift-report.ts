import type { DriftItem } from '@caisson/contracts';
import type { Instant } from '@caisson/kernel';
import type { UnreadableUnit } from '../domain/drift-scan.events.js';
import type { CompletedScan, RunningScan } from '../domain/drift-scan.state.js';
import type { IgnoredItem, IgnoreRule } from '../domain/ignore-rules.js';
import type { Severity } from '../domain/severity.js';

/** A drift report as it is read. Collection `drift-report`, by scan id. */
export interface DriftReport {
  readonly id: string;
  readonly deploymentId: string;
  readonly status: 'running' | 'completed';
  readonly startedAt: Instant;
  readonly finishedAt?: Instant;
  readonly autoRemediate: boolean;
  readonly scanType: 'scheduled' | 'manual';
  /** The report whose findings a run has put right, where this scan looked whether they are gone. */
  readonly verifies?: RunningScan['verifies'];
  /** How many units were to be looked at. */
  readonly units: number;
  readonly hasDrift: boolean;
  /** How many differences there are; `items` lists the most severe of them. */
  readonly itemCount: number;
  /** Of the units that differ. */
  readonly providers: readonly string[];
  /** Of all units that were looked at; their breakers count when something is put right. */
  readonly providersLooked: readonly string[];
  readonly remediation?: CompletedScan['remediation'];
  readonly items: readonly DriftItem[];
  /** How many differences rules set aside, and some of them; absent: none. */
  readonly ignoredCount?: number;
  readonly ignored?: readonly IgnoredItem[];
  /** Rules that would set aside what is a matter of form; nothing is ignored before somebody adds one. */
  readonly suggestions?: readonly Pick<IgnoreRule, 'resource' | 'path' | 'reason'>[];
  /** Unknown, never counted as drift. */
  readonly unreadable: readonly UnreadableUnit[];
  readonly maxSeverity?: Severity;
  /** Of the listed items. */
  readonly counts: Readonly<Record<Severity, number>>;
  /** Version of the policy whose severities were applied; absent while running. */
  readonly severityTable?: number;
  /** One sentence for people. */
  readonly summary: string;
}

/** The report of a scan as far as it has got. */
export function reportOf(scan: RunningScan | CompletedScan): DriftReport {
  const { scanId, deploymentId, status, startedAt, autoRemediate, scanType, items } = scan;
  const isDone = scan.status === 'completed';
  const itemCount = isDone ? scan.itemCount : 0;
  return {
    id: scanId,
    deploymentId,
    status,
    startedAt,
    ...(isDone ? { finishedAt: scan.finishedAt, severityTable: scan.severityTable } : {}),
    ...(isDone && scan.maxSeverity !== undefined ? { maxSeverity: scan.maxSeverity } : {}),
    autoRemediate,
    scanType,
    ...(scan.verifies === undefined ? {} : { verifies: scan.verifies }),
    units: scan.units.length,
    hasDrift: itemCount > 0,
    itemCount,
    providers: scan.providers,
    providersLooked: scan.providersLooked,
    ...(isDone && scan.remediation !== undefined ? { remediation: scan.remediation } : {}),
    items,
    ...(isDone && scan.ignored !== undefined ? { ignoredCount: scan.ignored.count, ignored: scan.ignored.items } : {}),
    ...suggestionsFor(items),
    unreadable: isDone ? scan.unreadable : [],
    counts: countsOf(items),
    summary: isDone ? summaryOf(scan) : `Looking at ${scan.units.length} units`,
  };
}

function suggestionsFor(items: readonly DriftItem[]): Pick<DriftReport, 'suggestions'> {
  const suggestions = items
    .filter(({ cause }) => cause === 'normalised_value')
    .map(({ path, resource }) => ({ resource, path, reason: 'The provider writes the same value in another form.' }));
  return suggestions.length === 0 ? {} : { suggestions };
}

function countsOf(items: readonly DriftItem[]): Readonly<Record<Severity, number>> {
  const count = (severity: Severity): number => items.filter((item) => item.severity === severity).length;
  return { low: count('low'), medium: count('medium'), high: count('high'), critical: count('critical') };
}

function summaryOf({ ignored, itemCount, unreadable }: CompletedScan): string {
  const found = itemCount === 0 ? 'No drift detected' : `Found ${itemCount} drift items`;
  return [
    found,
    ...(ignored === undefined ? [] : [`${ignored.count} more are ignored`]),
    ...(unreadable.length === 0 ? [] : [`${unreadable.length} units could not be read`]),
  ].join('; ');
}
