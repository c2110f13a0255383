import { SEVERITIES, type DRIFT_TYPES, type SeverityTable } from '@caisson/contracts';

/** How bad a difference is. */
export type Severity = (typeof SEVERITIES)[number];

/** What kind of difference it is. */
export type DriftType = (typeof DRIFT_TYPES)[number];

/** What of a difference decides how bad it is. */
export interface Judged {
  readonly type: DriftType;
  /** Absent for what nobody applied. */
  readonly resourceType: string | undefined;
  readonly path: readonly string[];
}

/** How bad a difference is: by the first rule that fits it, else by its type. */
export function severityOf(table: SeverityTable, judged: Judged): Severity {
  const rule = table.rules.find(
    ({ driftType, path, resourceType }) =>
      (driftType === undefined || driftType === judged.type) &&
      (resourceType === undefined || resourceType === judged.resourceType) &&
      (path === undefined || covers(path, judged.path)),
  );
  return (rule ?? table.types[judged.type]).severity;
}

/** Whether an attribute is at a pattern or below it. */
export function covers(pattern: string, path: readonly string[]): boolean {
  const keys = pattern.split('.');
  return keys.length <= path.length && keys.every((key, at) => key === '*' || key === path[at]);
}

/** Where a severity stands, 0 = least severe. */
export function rankOf(severity: Severity): number {
  return SEVERITIES.indexOf(severity);
}

/** The worst of some severities; undefined for none. */
export function worstOf(severities: readonly Severity[]): Severity | undefined {
  const worst = Math.max(-1, ...new Set(severities.map(rankOf)));
  return SEVERITIES[worst];
}
