import type { DriftItem } from '@caisson/contracts';
import { invariant, unreachable, type Instant } from '@caisson/kernel';
import type { DriftScanEvent, RemediationEnded, ScanCompleted, UnreadableUnit, Verified } from './drift-scan.events.js';
import type { Severity } from './severity.js';

interface StartedScan {
  readonly scanId: string;
  readonly deploymentId: string;
  readonly units: readonly string[];
  readonly autoRemediate: boolean;
  readonly scanType: 'scheduled' | 'manual';
  readonly verifies?: Verified;
  readonly startedAt: Instant;
  /** The differences that are listed. */
  readonly items: readonly DriftItem[];
  /** Of the units that differ. */
  readonly providers: readonly string[];
  /** Of all units, as far as it is known: a run that puts something right plans the whole deployment. */
  readonly providersLooked: readonly string[];
}

/** A scan that looks. */
export interface RunningScan extends StartedScan {
  readonly status: 'running';
}

/** A scan that has looked. */
export interface CompletedScan extends StartedScan {
  readonly status: 'completed';
  readonly itemCount: number;
  readonly maxSeverity?: Severity;
  /** What rules set aside. */
  readonly ignored?: ScanCompleted['ignored'];
  readonly unreadable: readonly UnreadableUnit[];
  readonly severityTable: number;
  readonly finishedAt: Instant;
  /** What became of the newest wish to put it right. */
  readonly remediation?: Remediation;
}

/** How far it is put right. */
export interface Remediation {
  readonly outcome: 'requested' | 'held' | 'started' | RemediationEnded['outcome'];
  readonly mode?: 'revert' | 'adopt';
  readonly runId?: string;
  /** Why it is held, or is not gone. */
  readonly reason?: string;
  /** The scan that looked afterwards. */
  readonly verifiedBy?: string;
  readonly at: Instant;
}

/** Where a drift scan stands. */
export type DriftScanState = { readonly status: 'absent' } | RunningScan | CompletedScan;

/** Before anything has happened. */
export const ABSENT: DriftScanState = { status: 'absent' };

/** Applies one recorded fact. Never refuses: it happened. */
export function evolve(state: DriftScanState, event: DriftScanEvent): DriftScanState {
  switch (event.type) {
    case 'ScanStarted': {
      const { scanId, deploymentId, units, autoRemediate, scanType = 'manual', verifies, at } = event;
      return {
        status: 'running',
        scanId,
        deploymentId,
        units,
        autoRemediate,
        scanType,
        ...(verifies === undefined ? {} : { verifies }),
        startedAt: at,
        items: [],
        providers: [],
        providersLooked: [],
      };
    }
    case 'DriftDetected': {
      invariant(state.status === 'running', `drift was detected in a scan that is ${state.status}`);
      const { items, providers = [], providersLooked = providers } = event;
      return { ...state, items, providers, providersLooked };
    }
    case 'ScanCompleted': {
      invariant(state.status === 'running', `a scan that is ${state.status} was completed`);
      const { items: itemCount, unreadable, severityTable, at: finishedAt, ignored, maxSeverity } = event;
      const worst = {
        ...(maxSeverity === undefined ? {} : { maxSeverity }),
        ...(ignored === undefined ? {} : { ignored }),
      };
      return { ...state, status: 'completed', itemCount, ...worst, unreadable, severityTable, finishedAt };
    }
    case 'RemediationRequested':
      invariant(state.status === 'completed', `a scan that is ${state.status} was to be put right`);
      return { ...state, remediation: { outcome: 'requested', at: event.at } };
    case 'RemediationHeld':
      invariant(state.status === 'completed', `a scan that is ${state.status} was to be put right`);
      return { ...state, remediation: { outcome: 'held', reason: event.reason, at: event.at } };
    case 'RemediationStarted': {
      invariant(state.status === 'completed', `a scan that is ${state.status} was put right`);
      const { at, mode, runId } = event;
      return { ...state, remediation: { outcome: 'started', mode, runId, at } };
    }
    case 'RemediationEnded': {
      invariant(state.status === 'completed', `a scan that is ${state.status} was put right`);
      const { type: _type, scanId: _scan, deploymentId: _deployment, ...end } = event;
      const { mode } = state.remediation ?? {};
      return { ...state, remediation: { ...(mode === undefined ? {} : { mode }), ...end } };
    }
    default:
      return unreachable(event, 'drift scan event');
  }
}
