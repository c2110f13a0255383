import type { Instant } from '@caisson/kernel';
import type { UnitFinding } from './compare.js';
import type { IgnoredItem } from './ignore-rules.js';
import type { RemediationEnded, Verified } from './drift-scan.events.js';

/** Begins to look. Again with the same units is the same wish. */
export interface StartScan {
  readonly type: 'StartScan';
  readonly scanId: string;
  readonly deploymentId: string;
  readonly units: readonly string[];
  readonly autoRemediate: boolean;
  readonly scanType: 'scheduled' | 'manual';
  readonly verifies?: Verified;
  readonly at: Instant;
}

/** Records what was found out about each unit of the scan, and completes it. */
export interface RecordObservations {
  readonly type: 'RecordObservations';
  /** Exactly one per unit of the scan, in any order. */
  readonly findings: readonly UnitFinding[];
  /** What rules set aside: none of the findings. */
  readonly ignored: readonly IgnoredItem[];
  /** Version of the policy whose severities were applied. */
  readonly severityTable: number;
  /** Those of the units that differ. */
  readonly providers: readonly string[];
  /** Those of all units that were looked at: what is put right concerns the whole deployment. */
  readonly providersLooked: readonly string[];
  readonly at: Instant;
}

/** Says whether what was found is put right without a person. The first word counts. */
export interface DecideRemediation {
  readonly type: 'DecideRemediation';
  /** Why it is not; absent: it is. */
  readonly held?: string;
  readonly at: Instant;
}

/** Notes the run that puts right what was found. */
export interface RecordRemediation {
  readonly type: 'RecordRemediation';
  readonly runId: string;
  readonly mode: 'revert' | 'adopt';
  readonly at: Instant;
}

/** Notes what became of it. Old and repeated ones change nothing. */
export interface RecordRemediationEnd {
  readonly type: 'RecordRemediationEnd';
  /** Absent: there was no run. */
  readonly runId?: string;
  readonly outcome: RemediationEnded['outcome'];
  readonly reason?: string;
  /** The scan that looked afterwards. */
  readonly verifiedBy?: string;
  readonly at: Instant;
}

/** What can be asked of a drift scan. */
export type DriftScanCommand =
  StartScan | RecordObservations | DecideRemediation | RecordRemediation | RecordRemediationEnd;

/** Why a drift scan says no. */
export type DriftScanRejection =
  | { readonly code: 'scan-not-started' }
  | { readonly code: 'scan-not-completed' }
  /** The id belongs to a scan of other units or of another deployment. */
  | { readonly code: 'scan-id-taken' }
  /** Units without a finding, with more than one, or that are not the scan's. */
  | { readonly code: 'findings-do-not-fit'; readonly unitIds: readonly string[] };
