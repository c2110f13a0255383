import type { Page } from './dashboard.js';
import { orNone, percentile, perSecond, sumPerSecond } from './promql.js';

/** What scans find, and what comes of it. */
export const drift: Page = {
  uid: 'caisson-drift',
  title: 'Caisson / Drift',
  description: 'What scans find, and what comes of it.',
  rows: [
    {
      title: 'Scans',
      numbers: [
        {
          title: 'Schedules led',
          meaning: 'One process looks at the clock for scans.',
          unit: 'short',
          queries: { leaders: orNone('sum(caisson_drift_schedule_leader)') },
          runbook: 'service-down.md',
          redBelow: 1,
        },
        {
          title: 'Units unreadable, 15 min',
          meaning: 'Units that scans could not read. That is never drift; many of them are an outage of a provider.',
          unit: 'short',
          queries: { units: orNone('sum(increase(caisson_drift_unreadable_units_total[15m]))') },
          runbook: 'drift-critical.md',
          redFrom: 5,
        },
      ],
      graphs: [
        {
          title: 'Scans that were completed',
          meaning: 'Scans a second by what they found.',
          unit: 'ops',
          queries: { '{{result}}': perSecond('caisson_drift_scans_total', 'result') },
        },
        {
          title: 'Time of a scan',
          meaning: 'From its start to its end, the reading of the world included.',
          unit: 's',
          queries: {
            median: percentile(50, 'caisson_drift_scan_duration_seconds'),
            '99 of 100': percentile(99, 'caisson_drift_scan_duration_seconds'),
          },
        },
        {
          title: 'Turns of schedules',
          meaning: 'Scans a second that became due by the clock.',
          unit: 'ops',
          queries: { turns: orNone(sumPerSecond('caisson_drift_scans_due_total')) },
        },
        {
          title: 'Scans that wait',
          meaning: 'For how long the oldest due scan waits.',
          unit: 's',
          queries: { oldest: orNone('max(caisson_queue_oldest_due_seconds{queue="drift"})') },
          runbook: 'queue-waits.md',
        },
      ],
    },
    {
      title: 'Findings',
      graphs: [
        {
          title: 'Differences',
          meaning: 'Differences a second by severity.',
          unit: 'ops',
          queries: { '{{severity}}': perSecond('caisson_drift_items_total', 'severity') },
          runbook: 'drift-critical.md',
        },
        {
          title: 'Put right without a person',
          meaning: 'Decisions a second whether drift is put right, by what was decided.',
          unit: 'ops',
          queries: { '{{outcome}}': perSecond('caisson_drift_remediations_total', 'outcome') },
          runbook: 'drift-critical.md',
        },
      ],
    },
  ],
};
