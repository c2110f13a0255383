import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describeMachine, type Machine } from '@caisson/load-tests';
import { BLOWS } from './blows/index.js';
import { faultMatrixPage } from './matrix-page.js';
import type { ScheduleResult } from './run-schedule.js';

const REFERENCE = new URL('../../../docs/reference/', import.meta.url);

/** The last run that was kept, and the page that is written from it. Both are checked in. */
export const KEPT = {
  run: fileURLToPath(new URL('fault-run.json', REFERENCE)),
  page: fileURLToPath(new URL('fault-matrix.md', REFERENCE)),
} as const;

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

/** Sums up a run. */
export function summarize(from: number, results: readonly ScheduleResult[]): KeptRun {
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
    tookS: Math.round(sum(({ tookMs }) => tookMs) / 1000),
    blows,
    skipped: Object.fromEntries(skipped),
  };
}

/** Keeps a run and writes the page anew. */
export async function keepRun(run: KeptRun): Promise<void> {
  await writeFile(KEPT.run, `${JSON.stringify(run, undefined, 2)}\n`);
  await writeFile(KEPT.page, faultMatrixPage(run));
}

/** The run that was kept last. */
export async function readKeptRun(): Promise<KeptRun> {
  return JSON.parse(await readFile(KEPT.run, 'utf8')) as KeptRun;
}
