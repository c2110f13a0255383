import { z } from 'zod';

/** Days of the week, in the order in which they are counted here. */
const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

const TimeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time such as 22:00');
const Instant = z.iso.datetime({ error: 'must be an instant in UTC such as 2026-03-02T22:00:00Z' });

/** A time of the week, in UTC. One that ends before it begins ends on the next day; equal times mean a whole day. */
const Window = z.strictObject({
  /** The days on which it begins. */
  days: z
    .array(z.enum(WEEKDAYS))
    .min(1)
    .max(7)
    .default([...WEEKDAYS]),
  from: TimeOfDay,
  to: TimeOfDay,
});

/** A time in which nothing is begun, such as the last week of a year. */
const Freeze = z
  .strictObject({ from: Instant, to: Instant })
  .refine(({ from, to }) => Date.parse(from) < Date.parse(to), { path: ['to'], message: 'must be after from' });

/** When runs of a deployment may begin to change the world. Planning and approving need no window. */
export const Schedule = z.strictObject({
  /** Nothing is begun before. */
  notBefore: Instant.optional(),
  /** Something is begun only in one of these. None: at any time. */
  allow: z.array(Window).max(20).default([]),
  /** Nothing is begun in any of these. */
  deny: z.array(Window).max(20).default([]),
  freezes: z.array(Freeze).max(50).default([]),
});

/** When runs of a deployment may begin to change the world. */
export type Schedule = z.infer<typeof Schedule>;

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const WEEK_MS = 7 * DAY_MS;
/** A Monday, 00:00 UTC. */
const MONDAY_MS = Date.parse('1970-01-05T00:00:00Z');

/** More steps from one border to the next than any schedule has within a few weeks: then it never opens. */
const STEPS_MAX = 2_000;

/**
 * The first moment from an instant on at which a schedule lets a run begin.
 *
 * @param after - an instant, ISO 8601 in UTC; the answer is no earlier.
 * @returns the same instant when it is open then; undefined when it never opens.
 */
export function earliestStart(schedule: Schedule, after: string): string | undefined {
  const allow = schedule.allow.flatMap(occurrencesOf);
  const deny = schedule.deny.flatMap(occurrencesOf);
  let atMs = Math.max(Date.parse(after), Date.parse(schedule.notBefore ?? after));
  for (let step = 0; step < STEPS_MAX; step += 1) {
    const nextMs = Math.max(endOfFreeze(schedule, atMs), endOfWindow(deny, atMs), beginOfWindow(allow, atMs));
    if (nextMs === atMs) return atMs === Date.parse(after) ? after : new Date(atMs).toISOString();
    atMs = nextMs;
  }
  return undefined;
}

/** Whether a schedule ever lets a run begin, whenever that is asked. */
export function everOpens(schedule: Schedule): boolean {
  const borders = [...schedule.freezes.map(({ to }) => to), schedule.notBefore ?? '1970-01-01T00:00:00.000Z'];
  const last = Math.max(...borders.map((border) => Date.parse(border)));
  return earliestStart(schedule, new Date(last).toISOString()) !== undefined;
}

/** One beginning of a window in each week. */
interface Occurrence {
  /** From Monday, 00:00. */
  readonly beginMs: number;
  readonly lengthMs: number;
}

function occurrencesOf({ days, from, to }: Schedule['allow'][number]): readonly Occurrence[] {
  const lengthMs = (timeMs(to) - timeMs(from) + DAY_MS) % DAY_MS || DAY_MS;
  return days.map((day) => ({ beginMs: WEEKDAYS.indexOf(day) * DAY_MS + timeMs(from), lengthMs }));
}

function timeMs(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return (hours * 60 + minutes) * MINUTE_MS;
}

/** How long ago the occurrence began last. */
function sinceBegin({ beginMs }: Occurrence, atMs: number): number {
  return (((atMs - MONDAY_MS - beginMs) % WEEK_MS) + WEEK_MS) % WEEK_MS;
}

function endOfFreeze({ freezes }: Schedule, atMs: number): number {
  const present = freezes.filter(({ from, to }) => Date.parse(from) <= atMs && atMs < Date.parse(to));
  return Math.max(atMs, ...present.map(({ to }) => Date.parse(to)));
}

function endOfWindow(windows: readonly Occurrence[], atMs: number): number {
  const left = windows.map((window) => window.lengthMs - sinceBegin(window, atMs));
  return atMs + Math.max(0, ...left);
}

/** The instant itself inside a window, or without any. */
function beginOfWindow(windows: readonly Occurrence[], atMs: number): number {
  if (windows.length === 0 || windows.some((window) => sinceBegin(window, atMs) < window.lengthMs)) return atMs;
  return atMs + Math.min(...windows.map((window) => WEEK_MS - sinceBegin(window, atMs)));
}
