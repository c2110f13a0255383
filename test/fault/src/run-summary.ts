import { describeMachine, type Machine } from '@caisson/load-tests';
import { BLOWS } from './blows/index.js';
import type { ScheduleResult } from './run-schedule.js';

/** What many schedules gave in sum. */
export interface KeptRun {
  /** When it ended, ISO-8601. */
  readonly at: string;
  readonly command: string;
  readonly machine: Machine;
  readonly schedules: number;
  readonly from: number;
  readonly failing: readonly number[];
  readonly commands: number;
  readonly restarts: number;
  readonly tookS: number;
  /** How often each kind of fault fell, by its name. */
  readonly blows: Readonly<Record<string, number>>;
  /** Why kinds of faults were left out. */
  readonly skipped: Readonly<Record<string, string>>;
}

/** Sums up a run that took so long as a whole. */
export function summarize(from: number, results: readonly ScheduleResult[], tookMs: number): KeptRun {
  const blows = Object.fromEntries(BLOWS.map(({ name }) => [name, 0]));
  const skipped = new Map(BLOWS.flatMap(({ lacks, name }) => (lacks?.() === undefined ? [] : [[name, lacks() ?? '']])));
  for (const { schedule } of results) {
    for (const { blow } of schedule.blows) if (!skipped.has(blow.name)) blows[blow.name] = (blows[blow.name] ?? 0) + 1;
  }
  const sum = (count: (result: ScheduleResult) => number): number =>
    results.reduce((total, result) => total + count(result), 0);
  return {
    at: new Date().toISOString(),
    command: `npm run fault -- --schedules ${results.length} --from ${from} --keep`,
    machine: describeMachine(),
    schedules: results.length,
    from,
    failing: results.filter(({ violations }) => violations.length > 0).map(({ schedule }) => schedule.seed),
    commands: sum(({ operations }) => operations.filter(({ key }) => key !== undefined).length),
    restarts: sum(({ restarts }) => restarts),
    tookS: Math.round(tookMs / 1000),
    blows,
    skipped: Object.fromEntries(skipped),
  };
}
