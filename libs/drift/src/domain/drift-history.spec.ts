import type { DriftItem } from '@caisson/contracts';
import { expect, it } from 'vitest';
import { driftHistory, type PastScan } from './drift-history.js';

const item = (actual: string, unitId = 'web'): DriftItem => ({
  ...{ unitId, resource: unitId, address: `server.${unitId}`, path: 'flavor', expected: 'm1.small', actual },
  ...{ type: 'property_changed', severity: 'medium', cause: 'outside_change' },
});
const scan = (hour: number, items: readonly DriftItem[], more: Partial<PastScan> = {}): PastScan => ({
  ...{ id: `s${hour}`, startedAt: `2026-03-02T0${hour}:00:00.000Z`, items, unreadable: [], ...more },
});
const drifted = (hour: number, actual: string) => ({
  ...{ at: `2026-03-02T0${hour}:00:00.000Z`, scanId: `s${hour}`, seen: 'drifted', cause: 'outside_change' },
  ...{ expected: 'm1.small', actual },
});

it('tells each change of an attribute once, who saw it, and which run put it right; in order of time', () => {
  const remediation = { outcome: 'gone', runId: 'r', mode: 'revert', at: '2026-03-02T03:30:00.000Z' } as const;
  const [web, ...others] = driftHistory([
    scan(4, []),
    scan(3, [item('m1.huge')], { remediation }),
    scan(1, [item('m1.large')]),
    scan(2, [item('m1.large')]),
    scan(5, [item('m1.tiny')]),
  ]);
  expect(others).toEqual([]);
  expect(web).toMatchObject({ unitId: 'web', address: 'server.web', path: 'flavor' });
  expect(web?.sights).toEqual([
    drifted(1, 'm1.large'),
    drifted(3, 'm1.huge'),
    { at: '2026-03-02T04:00:00.000Z', scanId: 's4', seen: 'as_applied', by: { runId: 'r', mode: 'revert' } },
    drifted(5, 'm1.tiny'),
  ]);
});

it('does not take an attribute for put right where its unit could not be read', () => {
  const unreadable = [{ unitId: 'web', reason: 'no answer' }];
  const [web] = driftHistory([scan(1, [item('m1.large')]), scan(2, [], { unreadable }), scan(3, [])]);
  expect(web?.sights.map(({ scanId, seen }) => [scanId, seen])).toEqual([
    ['s1', 'drifted'],
    ['s3', 'as_applied'],
  ]);
});

it('keeps attributes of several resources apart', () => {
  const timelines = driftHistory([scan(1, [item('a'), item('b', 'db')]), scan(2, [item('b', 'db')])]);
  expect(timelines.map(({ sights, unitId }) => [unitId, sights.length])).toEqual([
    ['web', 2],
    ['db', 1],
  ]);
});
