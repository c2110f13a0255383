import type { DriftItem } from '@caisson/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { UnitFinding } from './compare.js';
import type { DriftScanCommand } from './drift-scan.commands.js';
import { driftScanDecider, ITEMS_LISTED_MAX } from './drift-scan.decide.js';
import type { DriftScanEvent } from './drift-scan.events.js';
import type { CompletedScan } from './drift-scan.state.js';
import { verdictOn } from './verify-remediation.js';

const at = '2026-03-02T10:15:00.000Z';
const scan = { scanId: 's', deploymentId: 'd' };
const start = {
  type: 'StartScan',
  ...scan,
  units: ['a', 'b'],
  autoRemediate: true,
  scanType: 'scheduled',
  at,
} as const;
const started = {
  type: 'ScanStarted',
  ...scan,
  units: ['a', 'b'],
  autoRemediate: true,
  scanType: 'scheduled',
  at,
} as const;

const item = (unitId: string, severity: DriftItem['severity'] = 'medium'): DriftItem => ({
  unitId,
  resource: unitId,
  address: unitId,
  type: 'property_changed',
  severity,
  path: 'flavor',
});
const compared = (unitId: string, ...items: DriftItem[]): UnitFinding => ({ unitId, outcome: 'compared', items });
const unreadable = (unitId: string): UnitFinding => ({ unitId, outcome: 'unreadable', reason: 'no answer' });
const record = (...findings: UnitFinding[]): DriftScanCommand => ({
  type: 'RecordObservations',
  findings,
  ignored: [],
  providers: ['aws'],
  providersLooked: ['aws', 'gcp'],
  severityTable: 1,
  at,
});

function decide(history: readonly DriftScanEvent[], command: DriftScanCommand) {
  return driftScanDecider.decide(history.reduce(driftScanDecider.evolve, driftScanDecider.initialState), command);
}

const completed = {
  type: 'ScanCompleted',
  ...scan,
  items: 0,
  unreadable: [],
  severityTable: 1,
  at,
} as const;

describe('what is put right', () => {
  const found = { type: 'DriftDetected', ...scan, autoRemediate: false, items: [item('a')] } as const;
  const through: readonly DriftScanEvent[] = [started, found, { ...completed, items: 1 }];
  const begun = { type: 'RemediationStarted', ...scan, runId: 'r', mode: 'adopt', at } as const;
  const begin = { type: 'RecordRemediation', runId: 'r', mode: 'adopt', at } as const;
  const end = { type: 'RecordRemediationEnd', runId: 'r', outcome: 'gone', verifiedBy: 'v', at } as const;

  it('names its run once, and how it ended once', () => {
    expect(decide(through, begin)).toEqual({ outcome: 'accepted', events: [begun] });
    expect(decide([...through, begun], begin)).toEqual({ outcome: 'accepted', events: [] });
    const ended = { ...end, type: 'RemediationEnded', ...scan } as const;
    expect(decide([...through, begun], end)).toEqual({ outcome: 'accepted', events: [ended] });
    expect(decide([...through, begun, ended], end)).toEqual({ outcome: 'accepted', events: [] });
    const after = [...through, begun, ended].reduce(driftScanDecider.evolve, driftScanDecider.initialState);
    expect(after).toMatchObject({ remediation: { outcome: 'gone', mode: 'adopt', runId: 'r', verifiedBy: 'v' } });
  });

  it('hears nothing of the end of an older run, nor before it has looked', () => {
    expect(decide([...through, begun], { ...end, runId: 'older' })).toEqual({ outcome: 'accepted', events: [] });
    expect(decide([started], begin)).toMatchObject({ rejection: { code: 'scan-not-completed' } });
  });

  const scanned = (items: readonly DriftItem[], unreadableUnits: readonly string[] = []): CompletedScan => {
    const end = { ...completed, unreadable: unreadableUnits.map((unitId) => ({ unitId, reason: 'no answer' })) };
    const events: DriftScanEvent[] = [started, { ...found, items }, end];
    const state = events.reduce(driftScanDecider.evolve, driftScanDecider.initialState);
    if (state.status !== 'completed') throw new Error(`the scan is ${state.status}`);
    return state;
  };

  it.each<[string, CompletedScan, object]>([
    ['gone', scanned([]), { outcome: 'gone' }],
    ['gone, also when another thing differs now', scanned([item('b')]), { outcome: 'gone' }],
    ['there', scanned([item('a')]), { outcome: 'remains', reason: expect.stringContaining('a flavor') as string }],
    ['not known to be gone when it cannot be read', scanned([], ['a']), { outcome: 'unverified' }],
    ['gone, also when another unit cannot be read', scanned([], ['b']), { outcome: 'gone' }],
  ])('is %s, as another scan sees', (_what, after, verdict) => {
    expect(verdictOn(scanned([item('a')]), after)).toMatchObject(verdict);
  });
});

describe('a drift scan', () => {
  it('starts once', () => {
    expect(decide([], start)).toEqual({ outcome: 'accepted', events: [started] });
    expect(decide([started], start)).toEqual({ outcome: 'accepted', events: [] });
    expect(decide([started, completed], start)).toEqual({ outcome: 'accepted', events: [] });
  });

  it('refuses its id to another scan', () => {
    const rejection = { outcome: 'rejected', rejection: { code: 'scan-id-taken' } };
    expect(decide([started], { ...start, deploymentId: 'e' })).toEqual(rejection);
    expect(decide([started], { ...start, units: ['a'] })).toEqual(rejection);
  });

  it('completes without drift when everything is as expected', () => {
    expect(decide([started], record(compared('b'), compared('a')))).toEqual({
      outcome: 'accepted',
      events: [completed],
    });
  });

  it('detects drift once, with everything that differs, and completes with the worst severity', () => {
    const findings = [compared('a', item('a'), item('a', 'critical')), compared('b', item('b', 'low'))];
    expect(decide([started], record(...findings))).toEqual({
      outcome: 'accepted',
      events: [
        {
          type: 'DriftDetected',
          ...scan,
          autoRemediate: true,
          items: [item('a'), item('a', 'critical'), item('b', 'low')],
          providers: ['aws'],
          providersLooked: ['aws', 'gcp'],
        },
        { ...completed, items: 3, maxSeverity: 'critical' },
      ],
    });
  });

  it('is put right once, or held with the reason, and only when it has found something', () => {
    const decideOn = { type: 'DecideRemediation', at } as const;
    const detected: DriftScanEvent = { type: 'DriftDetected', ...scan, autoRemediate: true, items: [item('a')] };
    const found: DriftScanEvent[] = [started, detected, { ...completed, items: 1, maxSeverity: 'medium' }];
    const requested: DriftScanEvent = { type: 'RemediationRequested', ...scan, items: 1, at };
    const held: DriftScanEvent = { type: 'RemediationHeld', ...scan, reason: 'an outage', at };
    expect(decide(found, decideOn)).toEqual({ outcome: 'accepted', events: [requested] });
    expect(decide(found, { ...decideOn, held: 'an outage' })).toEqual({ outcome: 'accepted', events: [held] });
    expect(decide([...found, requested], { ...decideOn, held: 'late' })).toEqual({ outcome: 'accepted', events: [] });
    expect(decide([...found, held], decideOn)).toEqual({ outcome: 'accepted', events: [] });
    expect(decide([started, completed], decideOn)).toEqual({ outcome: 'accepted', events: [] });
    expect(decide([started], decideOn)).toMatchObject({ rejection: { code: 'scan-not-completed' } });
  });

  it('never counts what could not be read as drift', () => {
    expect(decide([started], record(unreadable('a'), compared('b')))).toEqual({
      outcome: 'accepted',
      events: [{ ...completed, unreadable: [{ unitId: 'a', reason: 'no answer' }] }],
    });
  });

  it('keeps the first report when a second one comes late', () => {
    expect(decide([started, completed], record(compared('a', item('a')), compared('b')))).toEqual({
      outcome: 'accepted',
      events: [],
    });
  });

  it.each<[string, DriftScanEvent[], UnitFinding[], object]>([
    ['before it has started', [], [], { code: 'scan-not-started' }],
    ['that leave a unit out', [started], [compared('a')], { code: 'findings-do-not-fit', unitIds: ['b'] }],
    [
      'that name a unit twice',
      [started],
      [compared('a'), compared('b'), unreadable('b')],
      { code: 'findings-do-not-fit', unitIds: ['b'] },
    ],
    [
      'about a foreign unit',
      [started],
      [compared('a'), compared('b'), compared('c')],
      { code: 'findings-do-not-fit', unitIds: ['c'] },
    ],
  ])('refuses findings %s', (...[, history, findings, rejection]) => {
    expect(decide(history, record(...findings))).toEqual({ outcome: 'rejected', rejection });
  });

  it('lists the most severe items when there are too many, and counts all', () => {
    const many = Array.from({ length: ITEMS_LISTED_MAX }, () => item('a', 'low'));
    const decision = decide([started], record(compared('a', ...many), compared('b', item('b', 'critical'))));
    const [detected, done] = decision.outcome === 'accepted' ? decision.events : [];
    expect(detected?.type === 'DriftDetected' && detected.items).toHaveLength(ITEMS_LISTED_MAX);
    expect(detected?.type === 'DriftDetected' && detected.items[0]?.severity).toBe('critical');
    expect(done).toMatchObject({ items: ITEMS_LISTED_MAX + 1, maxSeverity: 'critical' });
  });
});

it('whatever is asked in whatever order, a scan starts, detects and completes at most once, in this order', () => {
  const finding = fc.constantFrom(
    compared('a'),
    compared('a', item('a')),
    compared('b'),
    unreadable('a'),
    unreadable('b'),
  );
  const command = fc.oneof(
    fc.constant<DriftScanCommand>(start),
    fc.array(finding, { maxLength: 3 }).map((findings): DriftScanCommand => record(...findings)),
  );
  fc.assert(
    fc.property(fc.array(command, { maxLength: 12 }), (commands) => {
      const history: DriftScanEvent[] = [];
      for (const next of commands) {
        const decision = decide(history, next);
        if (decision.outcome === 'accepted') history.push(...decision.events);
      }
      const story = history.map((event) => event.type).join(' ');
      expect(['', 'ScanStarted', 'ScanStarted ScanCompleted', 'ScanStarted DriftDetected ScanCompleted']).toContain(
        story,
      );
    }),
  );
});
