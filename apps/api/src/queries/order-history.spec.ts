import type { PublicEvent } from '@caisson/contracts';
import { expect, it } from 'vitest';
import { orderHistory, outsideCauses, relatedStreams } from './order-history.js';

function event(id: string, fields: Partial<PublicEvent>): PublicEvent {
  const envelope = { type: 'caisson.deployment.run-planned.v1', source: '/caisson/api', subject: 'deployment-1' };
  const ids = { tenantId: 't', correlationId: 'c', causationId: 'request', actor: 'p', sequence: 1 };
  return { id, time: '2026-01-01T00:00:00.000Z', data: {}, ...envelope, ...ids, ...fields };
}

const idsOf = (events: readonly PublicEvent[]) => orderHistory(events).map(({ id }) => id);

it('tells facts in the order of time', () => {
  const late = event('late', { time: '2026-01-01T00:00:02.000Z' });
  const early = event('early', { subject: 'plan-1', time: '2026-01-01T00:00:01.000Z' });
  expect(idsOf([late, early])).toEqual(['early', 'late']);
});

it('never tells a fact before its cause, whatever the clocks said', () => {
  const cause = event('cause', { time: '2026-01-01T00:00:05.000Z' });
  const effect = event('effect', { subject: 'plan-1', causationId: 'cause', time: '2026-01-01T00:00:01.000Z' });
  const next = event('next', { subject: 'plan-1', sequence: 2, time: '2026-01-01T00:00:02.000Z' });
  expect(idsOf([next, effect, cause])).toEqual(['cause', 'effect', 'next']);
});

it('keeps the order of a stream when all happened in one instant', () => {
  const events = [5, 1, 3].map((sequence) => event(`e${sequence}`, { sequence }));
  expect(idsOf(events)).toEqual(['e1', 'e3', 'e5']);
});

it('tells an empty history', () => {
  expect(orderHistory([])).toEqual([]);
});

it('finds the streams of runs and scans', () => {
  const own = [
    event('1', { type: 'caisson.deployment.run-requested.v1', data: { runId: 'r1' } }),
    event('2', { type: 'caisson.deployment.run-planned.v1', data: { runId: 'r1' } }),
    event('3', { type: 'caisson.deployment.drift-scan-requested.v1', data: { scanId: 's1' } }),
  ];
  expect(relatedStreams(own)).toEqual(['plan-r1', 'execution-r1', 'scan-s1']);
});

it('finds what runs were requested because of, where it is told elsewhere', () => {
  const requested = { type: 'caisson.deployment.run-requested.v1' };
  const shown = [
    event('1', { ...requested, causationId: 'delivery' }),
    event('2', { causationId: 'plan' }),
    event('3', { ...requested, causationId: '2' }),
    event('4', { ...requested, causationId: 'delivery' }),
  ];
  expect(outsideCauses(shown)).toEqual(['delivery']);
});
