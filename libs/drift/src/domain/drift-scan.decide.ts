import type { DriftItem } from '@caisson/contracts';
import { accept, reject, unreachable, type Decider, type Decision } from '@caisson/kernel';
import type { UnitFinding } from './compare.js';
import type {
  DecideRemediation,
  DriftScanCommand,
  DriftScanRejection,
  RecordObservations,
  RecordRemediation,
  RecordRemediationEnd,
  StartScan,
} from './drift-scan.commands.js';
import type { DriftScanEvent } from './drift-scan.events.js';
import { ABSENT, evolve, type CompletedScan, type DriftScanState, type RunningScan } from './drift-scan.state.js';
import { rankOf, worstOf } from './severity.js';

/** Differences that are listed one by one, so that a scan fits a message; the others are counted. */
export const ITEMS_LISTED_MAX = 500;

/** Differences that rules set aside and that are listed; people decided not to look at them. */
export const IGNORED_LISTED_MAX = 100;

type DriftScanDecision = Decision<DriftScanEvent, DriftScanRejection>;

/** A drift scan: absent, running, completed. */
export const driftScanDecider: Decider<DriftScanState, DriftScanCommand, DriftScanEvent, DriftScanRejection> = {
  initialState: ABSENT,
  decide,
  evolve,
};

function decide(state: DriftScanState, command: DriftScanCommand): DriftScanDecision {
  switch (command.type) {
    case 'StartScan':
      return start(state, command);
    case 'RecordObservations':
      if (state.status === 'absent') return reject({ code: 'scan-not-started' });
      // A worker that was thought dead reports late: the first report stands.
      return state.status === 'completed' ? accept() : record(state, command);
    case 'DecideRemediation':
      return state.status === 'completed' ? decideRemediation(state, command) : reject({ code: 'scan-not-completed' });
    case 'RecordRemediation':
      return state.status === 'completed' ? startRemediation(state, command) : reject({ code: 'scan-not-completed' });
    case 'RecordRemediationEnd':
      return state.status === 'completed' ? endRemediation(state, command) : reject({ code: 'scan-not-completed' });
    default:
      return unreachable(command, 'drift scan command');
  }
}

function start(state: DriftScanState, command: StartScan): DriftScanDecision {
  if (state.status === 'absent') return accept<DriftScanEvent>({ ...command, type: 'ScanStarted' });
  const isSameScan = state.deploymentId === command.deploymentId && state.units.join('\n') === command.units.join('\n');
  return isSameScan ? accept() : reject({ code: 'scan-id-taken' });
}

function record(scan: RunningScan, command: RecordObservations): DriftScanDecision {
  const { at, findings, ignored, providers, providersLooked, severityTable } = command;
  const unitIds = misfits(scan.units, findings);
  if (unitIds.length > 0) return reject({ code: 'findings-do-not-fit', unitIds });
  const { scanId, deploymentId, autoRemediate } = scan;
  const items = findings.flatMap((finding) => (finding.outcome === 'compared' ? finding.items : []));
  const unreadable = findings.flatMap((finding) =>
    finding.outcome === 'unreadable' ? [{ unitId: finding.unitId, reason: finding.reason }] : [],
  );
  const maxSeverity = worstOf(items.map((item) => item.severity));
  const of = { scanId, deploymentId };
  const detected: DriftScanEvent[] =
    items.length === 0
      ? []
      : [{ type: 'DriftDetected', ...of, autoRemediate, items: listed(items), providers, providersLooked }];
  return accept<DriftScanEvent>(...detected, {
    type: 'ScanCompleted',
    ...of,
    items: items.length,
    ...(maxSeverity === undefined ? {} : { maxSeverity }),
    ...(ignored.length === 0
      ? {}
      : { ignored: { count: ignored.length, items: ignored.slice(0, IGNORED_LISTED_MAX) } }),
    unreadable,
    severityTable,
    at,
  });
}

function decideRemediation(
  { deploymentId, itemCount, remediation, scanId }: CompletedScan,
  { at, held }: DecideRemediation,
): DriftScanDecision {
  if (remediation !== undefined || itemCount === 0) return accept();
  const of = { scanId, deploymentId, at };
  return held === undefined
    ? accept({ type: 'RemediationRequested', ...of, items: itemCount })
    : accept({ type: 'RemediationHeld', ...of, reason: held });
}

function startRemediation(
  { deploymentId, remediation, scanId }: CompletedScan,
  { at, mode, runId }: RecordRemediation,
): DriftScanDecision {
  if (remediation?.runId === runId) return accept();
  return accept({ type: 'RemediationStarted', scanId, deploymentId, runId, mode, at });
}

function endRemediation(
  { deploymentId, remediation, scanId }: CompletedScan,
  { type: _type, ...end }: RecordRemediationEnd,
): DriftScanDecision {
  const isOld = end.runId !== remediation?.runId;
  const isSame = end.outcome === remediation?.outcome && end.verifiedBy === remediation.verifiedBy;
  return isOld || isSame ? accept() : accept({ type: 'RemediationEnded', scanId, deploymentId, ...end });
}

/** The units that do not have exactly one finding, and those that are not the scan's. */
function misfits(units: readonly string[], findings: readonly UnitFinding[]): readonly string[] {
  const counts = new Map(units.map((unitId) => [unitId, 0]));
  const foreign: string[] = [];
  for (const { unitId } of findings) {
    const count = counts.get(unitId);
    if (count === undefined) foreign.push(unitId);
    else counts.set(unitId, count + 1);
  }
  return [...foreign, ...[...counts].filter(([, count]) => count !== 1).map(([unitId]) => unitId)];
}

/** The most severe first when there are too many; the order they were found in otherwise. */
function listed(items: readonly DriftItem[]): readonly DriftItem[] {
  if (items.length <= ITEMS_LISTED_MAX) return items;
  return items.toSorted((left, right) => rankOf(right.severity) - rankOf(left.severity)).slice(0, ITEMS_LISTED_MAX);
}
