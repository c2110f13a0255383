import type { DriftItem } from '@caisson/contracts';
import type { Instant } from '@caisson/kernel';
import type { IgnoredItem } from './ignore-rules.js';
import type { Severity } from './severity.js';

/** A unit that could not be read: unknown, never drift. */
export interface UnreadableUnit {
  readonly unitId: string;
  readonly reason: string;
}

/** The scan whose findings a run has put right, and that run. */
export interface Verified {
  readonly scanId: string;
  readonly runId: string;
}

/** The scan has begun to look at these units. */
export interface ScanStarted {
  readonly type: 'ScanStarted';
  readonly scanId: string;
  readonly deploymentId: string;
  readonly units: readonly string[];
  /** Whether drift leads to a remediation without a person. */
  readonly autoRemediate: boolean;
  /** Absent: somebody asked. */
  readonly scanType?: 'scheduled' | 'manual';
  /** Absent: it looks for its own sake. */
  readonly verifies?: Verified;
  readonly at: Instant;
}

/** The world differs from what was applied. At most once a scan. */
export interface DriftDetected {
  readonly type: 'DriftDetected';
  readonly scanId: string;
  readonly deploymentId: string;
  readonly autoRemediate: boolean;
  /** The most severe ones, at most `ITEMS_LISTED_MAX`. */
  readonly items: readonly DriftItem[];
  /** Of the units that differ. Absent in scans that are older than breakers. */
  readonly providers?: readonly string[];
  /** Of all units that were looked at. Absent in scans that knew those of the units that differ alone. */
  readonly providersLooked?: readonly string[];
}

/** Every unit was looked at. */
export interface ScanCompleted {
  readonly type: 'ScanCompleted';
  readonly scanId: string;
  readonly deploymentId: string;
  /** How many differences there are, those that are not listed included. */
  readonly items: number;
  readonly maxSeverity?: Severity;
  /** What rules set aside, where they did: how many, and at most `IGNORED_LISTED_MAX` of them. */
  readonly ignored?: { readonly count: number; readonly items: readonly IgnoredItem[] };
  readonly unreadable: readonly UnreadableUnit[];
  /** Version of the policy whose severities were applied. */
  readonly severityTable: number;
  readonly at: Instant;
}

/** What was found is to be put right, without a person. */
export interface RemediationRequested {
  readonly type: 'RemediationRequested';
  readonly scanId: string;
  readonly deploymentId: string;
  readonly items: number;
  readonly at: Instant;
}

/** What was found is not put right without a person. */
export interface RemediationHeld {
  readonly type: 'RemediationHeld';
  readonly scanId: string;
  readonly deploymentId: string;
  readonly reason: string;
  readonly at: Instant;
}

/** A run was requested that puts right what was found. */
export interface RemediationStarted {
  readonly type: 'RemediationStarted';
  readonly scanId: string;
  readonly deploymentId: string;
  readonly runId: string;
  readonly mode: 'revert' | 'adopt';
  readonly at: Instant;
}

/** What became of the wish to put right what was found. */
export interface RemediationEnded {
  readonly type: 'RemediationEnded';
  readonly scanId: string;
  readonly deploymentId: string;
  readonly runId?: string;
  /** `refused`, `failed`, `unverified`: as the deployment says. `gone`, `remains`: as another scan saw. */
  readonly outcome: 'refused' | 'failed' | 'unverified' | 'gone' | 'remains';
  readonly reason?: string;
  readonly verifiedBy?: string;
  readonly at: Instant;
}

/** What can have happened to a drift scan. Instants are ISO-8601 UTC text. */
export type DriftScanEvent =
  | ScanStarted
  | DriftDetected
  | ScanCompleted
  | RemediationRequested
  | RemediationHeld
  | RemediationStarted
  | RemediationEnded;
