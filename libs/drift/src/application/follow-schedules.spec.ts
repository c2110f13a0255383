import { eventTypeOf, type PublicEvent } from '@caisson/contracts';
import { expect, it } from 'vitest';
import { turnAfter } from '../domain/schedule.js';
import type { DueSchedules, ScheduledTurn } from './due-schedules.js';
import { FollowSchedules } from './follow-schedules.js';

const HOUR_MS = 3_600_000;
const hourly = (after: string): string =>
  new Date((Math.floor(Date.parse(after) / HOUR_MS) + 1) * HOUR_MS).toISOString();
const deploymentId = '0198c2a5-7b1e-7c3d-9a4f-2f6d8e1b0c5a';
const base = '2026-03-02T10:00:00.000Z';
const { dueAt } = turnAfter({ next: hourly }, { deploymentId }, '2026-03-02T09:30:00.000Z')!;

function following(now: string) {
  const told: ['put' | 'remove', Partial<ScheduledTurn>][] = [];
  const schedules = {
    put: async (turn: ScheduledTurn) => void told.push(['put', turn]),
    remove: async (turn: Partial<ScheduledTurn>) => void told.push(['remove', turn]),
  } as unknown as DueSchedules;
  const readCron = () => ({ outcome: 'understood', next: hourly }) as const;
  const clock = { now: () => now } as never;
  return { follow: new FollowSchedules({ schedules, readCron, clock }), told };
}

const fact = (type: string, sequence: number, data: object) => ({ tenantId: 't', type, sequence, data }) as PublicEvent;
const set = { deploymentId, cron: '0 * * * *', timeZone: 'UTC', autoRemediate: false };

it('keeps the turn that waits for its time within the spread', async () => {
  const between = new Date((Date.parse(base) + Date.parse(dueAt)) / 2).toISOString();
  const { follow, told } = following(between);
  await follow.onFact(fact(eventTypeOf('drift', 'schedule-set'), 4, set));
  expect(told).toEqual([['put', expect.objectContaining({ version: 4, baseAt: base, dueAt }) as object]]);
});

it('removes with the version that was told, and for ever when the deployment is gone', async () => {
  const { follow, told } = following(base);
  await follow.onFact(fact(eventTypeOf('drift', 'schedule-removed'), 5, { deploymentId }));
  await follow.onFact(fact(eventTypeOf('deployment', 'deployment-deleted'), 9, { deploymentId }));
  const of = { tenantId: 't', deploymentId };
  expect(told).toEqual([
    ['remove', { ...of, version: 5 }],
    ['remove', { ...of, version: Number.MAX_SAFE_INTEGER }],
  ]);
});
