import { SEVERITIES, type DRIFT_TYPES } from '@caisson/contracts';

/** How bad a difference is. */
export type Severity = (typeof SEVERITIES)[number];

/** What kind of difference it is. */
export type DriftType = (typeof DRIFT_TYPES)[number];

/** How bad each kind of difference is, and why. */
export interface SeverityTable {
  /** Raised with every change, and kept with each report, so that an old report can be read by its own table. */
  readonly version: number;
  readonly rows: Readonly<Record<DriftType, { readonly severity: Severity; readonly why: string }>>;
}

/** The published table. Keep in step with `docs/reference/drift-severity.md`. */
export const SEVERITY_TABLE: SeverityTable = {
  version: 1,
  rows: {
    resource_removed: { severity: 'critical', why: 'What was applied is gone, and what depends on it is broken.' },
    state_mismatch: { severity: 'high', why: 'It is there and does not do its work.' },
    property_changed: { severity: 'medium', why: 'It works, and not as it was reviewed and approved.' },
    resource_added: { severity: 'medium', why: 'It costs money, and nobody reviewed it.' },
    tag_mismatch: { severity: 'low', why: 'It works as approved; bills and searches may miss it.' },
  },
};

/** How bad a kind of difference is, by the published table. */
export function severityOf(type: DriftType): Severity {
  return SEVERITY_TABLE.rows[type].severity;
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
