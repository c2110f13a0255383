import type { DriftItem } from '@caisson/contracts';
import { invariant, unreachable, type Instant } from '@caisson/kernel';
import type { DriftScanEvent, UnreadableUnit } from './drift-scan.events.js';
import type { Severity } from './severity.js';

interface StartedScan {
  readonly scanId: string;
  readonly deploymentId: string;
  readonly units: readonly string[];
  readonly autoRemediate: boolean;
  readonly scanType: 'scheduled' | 'manual';
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
  readonly unreadable: readonly UnreadableUnit[];
  readonly severityTable: number;
  readonly finishedAt: Instant;
  /** What became of the wish to put it right without a person. */
  readonly remediation?: { readonly outcome: 'requested' | 'held'; readonly reason?: string; readonly at: Instant };
}

/** Where a drift scan stands. */
export type DriftScanState = { readonly status: 'absent' } | RunningScan | CompletedScan;

/** Before anything has happened. */
export const ABSENT: DriftScanState = { status: 'absent' };

/** Applies one recorded fact. Never refuses: it happened. */
export function evolve(state: DriftScanState, event: DriftScanEvent): DriftScanState {
  switch (event.type) {
    case 'ScanStarted': {
      const { scanId, deploymentId, units, autoRemediate, scanType = 'manual', at } = event;
      return {
        status: 'running',
        scanId,
        deploymentId,
        units,
        autoRemediate,
        scanType,
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
      const { items: itemCount, unreadable, severityTable, at: finishedAt, maxSeverity } = event;
      const worst = maxSeverity === undefined ? {} : { maxSeverity };
      return { ...state, status: 'completed', itemCount, ...worst, unreadable, severityTable, finishedAt };
    }
    case 'RemediationRequested':
      invariant(state.status === 'completed', `a scan that is ${state.status} was to be put right`);
      return { ...state, remediation: { outcome: 'requested', at: event.at } };
    case 'RemediationHeld':
      invariant(state.status === 'completed', `a scan that is ${state.status} was to be put right`);
      return { ...state, remediation: { outcome: 'held', reason: event.reason, at: event.at } };
    default:
      return unreachable(event, 'drift scan event');
  }
}
