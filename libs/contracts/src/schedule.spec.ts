import { expect, it } from 'vitest';
import { earliestStart, everOpens, Schedule } from './schedule.js';

// 2026-03-02 is a Monday.
const MONDAY_NOON = '2026-03-02T12:00:00.000Z';
const night = { from: '22:00', to: '06:00' };
const weekend = { days: ['sat', 'sun'], from: '00:00', to: '00:00' };

it.each([
  { what: 'nothing', schedule: {}, at: MONDAY_NOON },
  { what: 'not before', schedule: { notBefore: '2026-03-05T08:00:00Z' }, at: '2026-03-05T08:00:00.000Z' },
  { what: 'not before, which is past', schedule: { notBefore: '2026-03-01T08:00:00Z' }, at: MONDAY_NOON },
  { what: 'nights', schedule: { allow: [night] }, at: '2026-03-02T22:00:00.000Z' },
  { what: 'nights, asked at night', schedule: { allow: [night] }, from: '2026-03-03T05:59:00.000Z' },
  {
    what: 'nights, asked in the morning',
    schedule: { allow: [night] },
    from: '2026-03-03T06:00:00.000Z',
    at: '2026-03-03T22:00:00.000Z',
  },
  { what: 'the night of Sunday', schedule: { allow: [{ ...night, days: ['sun'] }] }, from: '2026-03-02T05:00:00.000Z' },
  { what: 'weekends', schedule: { allow: [weekend] }, at: '2026-03-07T00:00:00.000Z' },
  { what: 'not at noon', schedule: { deny: [{ from: '11:00', to: '14:00' }] }, at: '2026-03-02T14:00:00.000Z' },
  {
    what: 'nights but Monday',
    schedule: { allow: [night], deny: [{ ...night, days: ['mon'] }] },
    at: '2026-03-03T22:00:00.000Z',
  },
  {
    what: 'nights after a freeze',
    schedule: { allow: [night], freezes: [{ from: '2026-03-02T00:00:00Z', to: '2026-03-04T12:00:00Z' }] },
    at: '2026-03-04T22:00:00.000Z',
  },
  { what: 'never', schedule: { allow: [weekend], deny: [weekend] }, at: undefined },
])('begins with $what at $at', ({ schedule, from = MONDAY_NOON, ...expected }) => {
  const at = 'at' in expected ? expected.at : from;
  expect(earliestStart(Schedule.parse(schedule), from)).toBe(at);
});

it('knows a schedule that never opens, whatever is frozen meanwhile', () => {
  const freezes = [{ from: '2026-03-02T00:00:00Z', to: '2027-03-02T00:00:00Z' }];
  expect(everOpens(Schedule.parse({ allow: [night], freezes }))).toBe(true);
  expect(everOpens(Schedule.parse({ deny: [{ from: '00:00', to: '00:00' }] }))).toBe(false);
});

it.each([
  { allow: [{ from: '25:00', to: '06:00' }] },
  { allow: [{ from: '22:00', to: '06:00', days: [] }] },
  { freezes: [{ from: '2026-03-04T12:00:00Z', to: '2026-03-04T12:00:00Z' }] },
  { notBefore: 'tomorrow' },
])('refuses %j', (schedule) => {
  expect(Schedule.safeParse(schedule).success).toBe(false);
});
