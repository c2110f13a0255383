import { eventTypeOf, type DataOf, type FactOf } from '@caisson/contracts';
import {
  unreadableEvent,
  type Aggregate,
  type NewDocument,
  type NewEvent,
  type RecordedEvent,
} from '@caisson/event-sourcing';
import { unreachable, type JsonObject } from '@caisson/kernel';
import type { DriftScanCommand, DriftScanRejection } from '../domain/drift-scan.commands.js';
import { driftScanDecider } from '../domain/drift-scan.decide.js';
import type { DriftScanEvent } from '../domain/drift-scan.events.js';
import type { DriftScanState } from '../domain/drift-scan.state.js';
import { reportOf } from './drift-report.js';

const SCHEMA_VERSION = 1;

/** First part of the stream id of a scan. */
export const DRIFT_SCAN_CATEGORY = 'scan';

/** Collection of the reports, by scan id. */
export const DRIFT_REPORTS = 'drift-report';

/** How drift scans are decided, stored in `scan-<scanId>` and shown as `drift-report`. */
export const driftScanAggregate: Aggregate<DriftScanState, DriftScanCommand, DriftScanEvent, DriftScanRejection> = {
  category: DRIFT_SCAN_CATEGORY,
  decider: driftScanDecider,
  encode,
  decode,
  documents: documentsOf,
};

function encode(event: DriftScanEvent): NewEvent {
  const { type, ...data } = event;
  const publicForm = publicFormOf(event);
  return { type, schemaVersion: SCHEMA_VERSION, data, ...(publicForm === undefined ? {} : { publicForm }) };
}

/** Private facts as others see them; undefined for those that concern nobody else. */
function publicFormOf(event: DriftScanEvent): NewEvent['publicForm'] {
  switch (event.type) {
    case 'ScanStarted': {
      const { scanId, deploymentId, units } = event;
      return fact('scan-started', { scanId, deploymentId, units: [...units] });
    }
    case 'DriftDetected': {
      const { scanId, deploymentId, autoRemediate, items } = event;
      return fact('drift-detected', { scanId, deploymentId, autoRemediate, items: [...items] });
    }
    case 'ScanCompleted': {
      const { scanId, deploymentId, ignored, items, maxSeverity, unreadable } = event;
      const found = { scanId, deploymentId, items, maxSeverity, unreadable: [...unreadable] };
      return fact('scan-completed', { ...found, ...(ignored === undefined ? {} : { ignored: ignored.count }) });
    }
    case 'RemediationRequested': {
      const { scanId, deploymentId, items } = event;
      return fact('remediation-requested', { scanId, deploymentId, items });
    }
    case 'RemediationHeld': {
      const { scanId, deploymentId, reason } = event;
      return fact('remediation-held', { scanId, deploymentId, reason });
    }
    case 'RemediationStarted': // The deployment, which requested the run, says so.
      return undefined;
    case 'RemediationEnded': {
      const { scanId, deploymentId, runId, outcome, reason, verifiedBy } = event;
      return outcome === 'gone' || outcome === 'remains'
        ? fact('drift-remediated', { scanId, deploymentId, runId, outcome, reason, verifiedBy })
        : undefined;
    }
    default:
      return unreachable(event, 'drift scan event');
  }
}

function fact<F extends FactOf<'drift'>>(name: F, data: DataOf<'drift', F>): NonNullable<NewEvent['publicForm']> {
  return { type: eventTypeOf('drift', name), data };
}

const TYPES: ReadonlySet<string> = new Set<DriftScanEvent['type']>([
  'ScanStarted',
  'DriftDetected',
  'ScanCompleted',
  'RemediationRequested',
  'RemediationHeld',
  'RemediationStarted',
  'RemediationEnded',
]);

function decode(recorded: RecordedEvent): DriftScanEvent {
  const { data, schemaVersion, type } = recorded;
  if (!TYPES.has(type) || schemaVersion !== SCHEMA_VERSION) throw unreadableEvent(recorded);
  return { ...(data as object), type } as DriftScanEvent;
}

function documentsOf(state: DriftScanState): readonly NewDocument[] {
  if (state.status === 'absent') return [];
  return [{ collection: DRIFT_REPORTS, id: state.scanId, body: reportOf(state) as unknown as JsonObject }];
}
