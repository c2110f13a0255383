import { SEVERITIES } from '@caisson/contracts';
import type { RunScan } from '@caisson/drift';
import type { Metrics } from '@caisson/observability';

type Scan = Awaited<ReturnType<RunScan['execute']>>;

const MS_PER_S = 1000;

/** Counts scans that have looked, and what they found. */
export function scanTelemetry(metrics: Metrics): (scan: Scan) => void {
  const scans = metrics.counter('caisson_drift_scans_total', 'Scans that were completed, by what they found.', [
    'result',
  ]);
  const items = metrics.counter('caisson_drift_items_total', 'Differences that scans listed.', ['severity']);
  for (const severity of SEVERITIES) items.inc({ severity }, 0); // A series that begins at 1 has no increase.
  const unreadable = metrics.counter('caisson_drift_unreadable_units_total', 'Units that scans could not read.');
  const durations = metrics.duration(
    'caisson_drift_scan_duration_seconds',
    'Time from the start of a scan to its end.',
  );
  return (scan) => {
    if (scan.status !== 'completed') return;
    scans.inc({ result: scan.itemCount > 0 ? 'drift' : scan.unreadable.length > 0 ? 'unreadable' : 'clean' });
    for (const { severity } of scan.items) items.inc({ severity });
    if (scan.unreadable.length > 0) unreadable.inc(scan.unreadable.length);
    durations.observe((Date.parse(scan.finishedAt) - Date.parse(scan.startedAt)) / MS_PER_S);
  };
}
