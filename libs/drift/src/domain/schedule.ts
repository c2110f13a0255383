import { sha256, type Instant } from '@caisson/kernel';

/** Finds the moments of a cron expression. */
export interface CronTimes {
  /** The first one after an instant; undefined when there is none. */
  next(after: Instant): Instant | undefined;
}

/** One turn of a schedule. */
export interface Turn {
  /** The moment of the expression. */
  readonly baseAt: Instant;
  /** When this deployment is scanned: some time later, the same with each turn. */
  readonly dueAt: Instant;
}

/** What spreads the turns of deployments. */
export interface Spread {
  readonly deploymentId: string;
  /** Default 60. Never reaches into the next turn. */
  readonly spreadMinutes?: number | undefined;
}

const MINUTE_MS = 60_000;
const SPREAD_MINUTES_DEFAULT = 60;

/** Scans of one deployment are at least so far apart: a refresh takes minutes of a provider's time. */
export const TURN_DISTANCE_MS_MIN = 5 * MINUTE_MS;

/** Turns that are looked at to find the closest two. */
const TURNS_LOOKED_AT = 100;

/**
 * The turn after a moment. Deployments with the same expression are spread over the time that follows it, by a digest
 * of their id, so that thousands are not scanned at once; one deployment keeps its distance.
 */
export function turnAfter(times: CronTimes, { deploymentId, spreadMinutes }: Spread, after: Instant): Turn | undefined {
  const baseAt = times.next(after);
  if (baseAt === undefined) return undefined;
  const following = times.next(baseAt);
  const roomMs = following === undefined ? Infinity : Date.parse(following) - Date.parse(baseAt);
  const spreadMs = Math.min(roomMs, (spreadMinutes ?? SPREAD_MINUTES_DEFAULT) * MINUTE_MS);
  const dueAtMs = Date.parse(baseAt) + Math.floor(shareOf(deploymentId) * spreadMs);
  return { baseAt, dueAt: new Date(dueAtMs).toISOString() };
}

/**
 * The first turn that is due after a moment. That may be one whose moment of the expression has passed: it waits for
 * its time within the spread. Looks back no further than the spread reaches, which bounds how many it looks at.
 */
export function nextTurn(times: CronTimes, spread: Spread, now: Instant): Turn | undefined {
  const reachMs = (spread.spreadMinutes ?? SPREAD_MINUTES_DEFAULT) * MINUTE_MS;
  let turn = turnAfter(times, spread, new Date(Date.parse(now) - reachMs).toISOString());
  while (turn !== undefined && turn.dueAt <= now) turn = turnAfter(times, spread, turn.baseAt);
  return turn;
}

/** The turn after one that was taken. Turns that were missed meanwhile are made up for by one, not by each. */
export function turnAfterTaken(
  times: CronTimes,
  spread: Spread,
  { now, taken }: { readonly taken: Instant; readonly now: Instant },
): Turn | undefined {
  const next = turnAfter(times, spread, taken);
  return next === undefined || next.dueAt > now ? next : nextTurn(times, spread, now);
}

/** The closest two of the coming turns; undefined when there are not two. */
export function closestTurnsMs(times: CronTimes, after: Instant): number | undefined {
  let closest: number | undefined;
  let previous = times.next(after);
  for (let looked = 1; previous !== undefined && looked < TURNS_LOOKED_AT; looked += 1) {
    const next = times.next(previous);
    if (next === undefined) break;
    closest = Math.min(closest ?? Infinity, Date.parse(next) - Date.parse(previous));
    previous = next;
  }
  return closest;
}

/** In [0, 1), evenly over ids. */
function shareOf(deploymentId: string): number {
  return Number.parseInt(sha256(deploymentId).slice(0, 8), 16) / 2 ** 32;
}
