import { decodeEvent, type PublicEvent } from '@caisson/contracts';
import type { RecordedEvent } from '@caisson/event-sourcing';
import { describe, expect, it } from 'vitest';
import type { DriftScanEvent } from '../domain/drift-scan.events.js';
import { driftScanAggregate } from './drift-scan.aggregate.js';

const at = '2026-03-02T10:15:00.000Z';
const scan = { scanId: 's', deploymentId: 'd' };
const item = {
  unitId: 'web',
  resource: 'web',
  address: 'server.web',
  type: 'property_changed',
  severity: 'medium',
  path: 'flavor',
  expected: 'm1.small',
  actual: 'm1.large',
} as const;
const history: readonly DriftScanEvent[] = [
  { type: 'ScanStarted', ...scan, units: ['web', 'db'], autoRemediate: true, at },
  { type: 'DriftDetected', ...scan, autoRemediate: true, items: [item] },
  {
    type: 'ScanCompleted',
    ...scan,
    items: 1,
    maxSeverity: 'medium',
    unreadable: [{ unitId: 'db', reason: 'no answer' }],
    severityTable: 1,
    at,
  },
];

const context = { tenantId: 't', streamId: 'scan-s', version: 1, occurredAt: at, correlationId: 'c' };

function reportAfter(events: readonly DriftScanEvent[]) {
  const { decider, documents } = driftScanAggregate;
  return documents?.(events.reduce(decider.evolve, decider.initialState), events, context);
}

it('takes the providers of what differs for those that were looked at, in scans that knew no others', () => {
  const [started, detected] = history as [DriftScanEvent, DriftScanEvent];
  const [report] = reportAfter([started, { ...detected, providers: ['aws'] } as DriftScanEvent]) ?? [];
  expect(report?.body).toMatchObject({ providers: ['aws'], providersLooked: ['aws'] });
});

describe('what is stored of a scan', () => {
  it.each(history)('$type comes back as it was', (event) => {
    const stored = driftScanAggregate.encode(event);
    const data: unknown = JSON.parse(JSON.stringify(stored.data));
    const recorded = { type: stored.type, schemaVersion: stored.schemaVersion, data };
    expect(driftScanAggregate.decode(recorded as RecordedEvent)).toEqual(event);
  });

  it.each(history)('$type is published as the contract says', (event) => {
    const { publicForm } = driftScanAggregate.encode(event);
    const data: unknown = JSON.parse(JSON.stringify(publicForm?.data));
    const decoded = decodeEvent('drift', { type: publicForm?.type, data } as PublicEvent);
    expect(decoded?.data).toEqual(data);
  });

  it.each([
    { type: 'ScanMoved', schemaVersion: 1 },
    { type: 'ScanStarted', schemaVersion: 2 },
  ])('stops at %j, which a newer build wrote', (newer) => {
    expect(() => driftScanAggregate.decode({ ...newer, data: {} } as RecordedEvent)).toThrow('cannot read');
  });
});

describe('the report', () => {
  it('is there as soon as the scan has started', () => {
    expect(reportAfter(history.slice(0, 1))).toMatchObject([
      { collection: 'drift-report', id: 's', body: { status: 'running', items: [], hasDrift: false } },
    ]);
  });

  it('says what was found and what could not be read', () => {
    expect(reportAfter(history)).toEqual([
      {
        collection: 'drift-report',
        id: 's',
        body: {
          id: 's',
          deploymentId: 'd',
          status: 'completed',
          startedAt: at,
          finishedAt: at,
          autoRemediate: true,
          scanType: 'manual',
          units: 2,
          hasDrift: true,
          itemCount: 1,
          providers: [],
          providersLooked: [],
          items: [item],
          unreadable: [{ unitId: 'db', reason: 'no answer' }],
          maxSeverity: 'medium',
          counts: { low: 0, medium: 1, high: 0, critical: 0 },
          severityTable: 1,
          summary: 'Found 1 drift items; 1 units could not be read',
        },
      },
    ]);
  });
});
