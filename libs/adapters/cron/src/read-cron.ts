import { messageOf, type Instant } from '@caisson/kernel';
import { Cron } from 'croner';

/** A cron expression and where its clock hangs. */
export interface CronText {
  /** Five fields: minute, hour, day of the month, month, day of the week. */
  readonly cron: string;
  /** A name of the IANA database, such as `Europe/Berlin`. */
  readonly timeZone: string;
}

/** What an expression means, or which part of it nobody understands. */
export type CronReading =
  | {
      readonly outcome: 'understood';
      /** The first moment after an instant; undefined when there is none. */
      next(after: Instant): Instant | undefined;
    }
  | { readonly outcome: 'unknown'; readonly member: keyof CronText; readonly detail: string };

/** The library takes more, such as seconds and dates. */
const FIVE_FIELDS = /^\S+(\s+\S+){4}$/;

/** Reads an expression. Never throws. A moment that a change of clocks skips comes right after the change. */
export function readCron({ cron, timeZone }: CronText): CronReading {
  if (!isTimeZone(timeZone)) {
    const detail = `"${timeZone}" is no time zone. Name one of the IANA database, such as Europe/Berlin or UTC.`;
    return { outcome: 'unknown', member: 'timeZone', detail };
  }
  if (!FIVE_FIELDS.test(cron)) return notCron(cron, 'it has other than five fields');
  try {
    const pattern = new Cron(cron, { timezone: timeZone, mode: '5-part', paused: true });
    return { outcome: 'understood', next: (after) => pattern.nextRun(new Date(after))?.toISOString() };
  } catch (error) {
    return notCron(cron, messageOf(error));
  }
}

function notCron(cron: string, why: string): CronReading {
  const detail = `"${cron}" is no cron expression: ${why}. Write five fields, such as "0 3 * * *".`;
  return { outcome: 'unknown', member: 'cron', detail };
}

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
