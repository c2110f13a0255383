import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scheduleDecider } from './schedule.decide.js';
import { closestTurnsMs, nextTurn, turnAfter, turnAfterTaken, type CronTimes } from './schedule.js';

const MINUTE_MS = 60_000;

/** Every so many minutes since 1970. */
const every = (minutes: number): CronTimes => ({
  next: (after) => {
    const stepMs = minutes * MINUTE_MS;
    return new Date((Math.floor(Date.parse(after) / stepMs) + 1) * stepMs).toISOString();
  },
});
const hourly = every(60);
const now = '2026-03-02T10:15:00.000Z';
const ids = Array.from({ length: 10_000 }, (_, n) => createHash('sha256').update(String(n)).digest('hex').slice(0, 32));

describe('turns', () => {
  it('of many deployments are spread evenly over the time to the next ones', () => {
    const minutes = ids.map((deploymentId) => {
      const { baseAt, dueAt } = turnAfter(hourly, { deploymentId }, now)!;
      expect(baseAt).toBe('2026-03-02T11:00:00.000Z');
      return Math.floor((Date.parse(dueAt) - Date.parse(baseAt)) / MINUTE_MS);
    });
    const perMinute = Array.from({ length: 60 }, (_, minute) => minutes.filter((at) => at === minute).length);
    expect(Math.max(...perMinute)).toBeLessThan(250); // 167 on average.
    expect(Math.min(...perMinute)).toBeGreaterThan(100);
  });

  it('keep to the expression where nothing is to be spread', () => {
    expect(turnAfter(hourly, { deploymentId: 'd', spreadMinutes: 0 }, now)?.dueAt).toBe('2026-03-02T11:00:00.000Z');
  });

  it('come in their order, whatever the spread, and never before their moment nor after the next one', () => {
    fc.assert(
      fc.property(
        fc.uuid(),
        fc.integer({ min: 5, max: 1440 }),
        fc.integer({ min: 0, max: 1440 }),
        (id, step, spread) => {
          const times = every(step);
          const of = { deploymentId: id, spreadMinutes: spread };
          const first = turnAfter(times, of, now)!;
          const second = turnAfterTaken(times, of, { taken: first.baseAt, now: first.dueAt })!;
          expect(first.dueAt >= first.baseAt).toBe(true);
          expect(first.dueAt < second.baseAt || spread === 0).toBe(true);
          expect(Date.parse(second.dueAt) - Date.parse(first.dueAt)).toBe(step * MINUTE_MS);
        },
      ),
    );
  });

  it('that wait for their time within the spread are not passed over', () => {
    fc.assert(
      fc.property(
        fc.uuid(),
        fc.integer({ min: 5, max: 1440 }),
        fc.integer({ min: 0, max: 1440 }),
        fc.integer({ min: 0, max: 3 * 1440 }),
        (...[deploymentId, step, spreadMinutes, later]) => {
          const of = { deploymentId, spreadMinutes };
          const at = new Date(Date.parse(now) + later * MINUTE_MS).toISOString();
          let expected = turnAfter(every(step), of, '2026-02-26T00:00:00.000Z')!;
          while (expected.dueAt <= at) expected = turnAfter(every(step), of, expected.baseAt)!;
          expect(nextTurn(every(step), of, at)).toEqual(expected);
        },
      ),
      { numRuns: 50 },
    );
    expect(nextTurn({ next: () => undefined }, { deploymentId: 'd' }, now)).toBeUndefined();
  });

  it('that were missed are made up for by one', () => {
    const taken = '2026-03-01T11:00:00.000Z';
    const next = turnAfterTaken(hourly, { deploymentId: 'd', spreadMinutes: 0 }, { taken, now });
    expect(next?.dueAt).toBe('2026-03-02T11:00:00.000Z');
  });

  it('end with the expression', () => {
    const over: CronTimes = { next: () => undefined };
    expect(turnAfter(over, { deploymentId: 'd' }, now)).toBeUndefined();
    expect(closestTurnsMs(over, now)).toBeUndefined();
  });

  it('tell how close they come', () => {
    expect(closestTurnsMs(every(7), now)).toBe(7 * MINUTE_MS);
  });
});

describe('a schedule', () => {
  const schedule = { cron: '0 3 * * *', timeZone: 'UTC', autoRemediate: false } as const;
  const set = { type: 'SetSchedule', deploymentId: 'd', schedule } as const;
  const wasSet = { type: 'ScheduleSet', deploymentId: 'd', ...schedule } as const;
  const removed = { type: 'ScheduleRemoved', deploymentId: 'd' } as const;
  const after = (...events: Parameters<typeof scheduleDecider.evolve>[1][]) =>
    events.reduce(scheduleDecider.evolve, scheduleDecider.initialState);

  it.each([
    ['is set', after(), set, [wasSet]],
    ['is one when set twice', after(wasSet), set, []],
    [
      'is replaced',
      after(wasSet),
      { ...set, schedule: { ...schedule, timeZone: 'Asia/Tokyo' } },
      [{ ...wasSet, timeZone: 'Asia/Tokyo' }],
    ],
    ['is removed', after(wasSet), { type: 'RemoveSchedule', deploymentId: 'd' }, [removed]],
    ['that is not there is not removed', after(wasSet, removed), { type: 'RemoveSchedule', deploymentId: 'd' }, []],
    ['is set again after it was removed', after(wasSet, removed), set, [wasSet]],
  ] as const)('%s', (...[, state, command, events]) => {
    expect(scheduleDecider.decide(state, command)).toEqual({ outcome: 'accepted', events });
  });
});
