import { expect, it } from 'vitest';
import { readCron } from './read-cron.js';

function nextOf(cron: string, timeZone: string, after: string): string | undefined {
  const reading = readCron({ cron, timeZone });
  return reading.outcome === 'understood' ? reading.next(after) : reading.detail;
}

it.each([
  ['0 3 * * *', 'UTC', '2026-03-02T03:00:00.000Z', '2026-03-03T03:00:00.000Z', 'after means later than'],
  ['0 3 * * *', 'Europe/Berlin', '2026-01-10T00:00:00.000Z', '2026-01-10T02:00:00.000Z', 'winter'],
  ['0 3 * * *', 'Europe/Berlin', '2026-07-10T00:00:00.000Z', '2026-07-10T01:00:00.000Z', 'summer'],
  ['30 2 * * *', 'Europe/Berlin', '2026-03-28T12:00:00.000Z', '2026-03-29T01:00:00.000Z', 'skipped by the clock'],
  ['*/15 * * * mon', 'UTC', '2026-03-02T10:16:00.000Z', '2026-03-02T10:30:00.000Z', 'names of days'],
  ['0 0 30 2 *', 'UTC', '2026-03-02T10:16:00.000Z', undefined, 'a day that never comes'],
])('%s in %s after %s is at %s (%s)', (...[cron, zone, after, next]) => {
  expect(nextOf(cron, zone, after)).toBe(next);
});

it.each([
  ['every day', 'UTC', 'cron', 'no cron expression'],
  ['61 * * * *', 'UTC', 'cron', 'no cron expression'],
  ['* * * * * *', 'UTC', 'cron', 'five fields'],
  ['2026-03-02T10:16:00Z', 'UTC', 'cron', 'no cron expression'],
  ['0 3 * * *', 'Mars/Olympus', 'timeZone', 'no time zone'],
  ['0 3 * * *', '', 'timeZone', 'no time zone'],
])('%j in %j is not understood', (...[cron, timeZone, member, detail]) => {
  expect(readCron({ cron, timeZone })).toMatchObject({
    outcome: 'unknown',
    member,
    detail: expect.stringContaining(detail) as string,
  });
});
