import { parseArgs } from 'node:util';
import { keepRun } from './kept-run.js';
import { summarize } from './run-summary.js';
import { recordHistory } from './record-history.js';
import { Lanes } from './run-lanes.js';
import type { ScheduleResult } from './run-schedule.js';
import { tellStory, tellResult } from './tell.js';

const USAGE = `npm run fault -- [--schedules <count>] [--from <seed>] [--lanes <count>] [--keep]
                 | --seed <seed> [--record <file>]

  --schedules   how many schedules to run; default 40
  --from        the seed of the first of them; default 1
  --lanes       on how many installations side by side; default 2
  --keep        keeps the sum of the run and writes docs/reference/fault-matrix.md anew
  --seed        runs one schedule and tells its story
  --record      keeps the streams and documents of that schedule in a file, for test/history`;

// Node's own end after so many broken connections may spin for ever (24.21); everything is stopped by now.
process.exit(await run(process.argv.slice(2)));

async function run(args: readonly string[]): Promise<number> {
  const given = read(args);
  if (given === undefined) {
    say(USAGE);
    return 2;
  }
  const beganMs = performance.now();
  const results = await runAll(given);
  const run = summarize(given.from, results, performance.now() - beganMs);
  if (given.keeps) await keepRun(run);
  const failing = run.failing.length === 0 ? '' : ` (${run.failing.join(', ')})`;
  say(`${run.schedules} schedules from ${run.from}: ${run.failing.length} failing${failing}; ${run.tookS} s`);
  return run.failing.length === 0 ? 0 : 1;
}

async function runAll({ from, lanes, record, schedules, tells }: Given): Promise<readonly ScheduleResult[]> {
  const all = new Lanes({
    seeds: Array.from({ length: schedules }, (_, index) => from + index),
    lanes,
    onResult: (result) => {
      const isFine = result.violations.length === 0;
      say(isFine && !tells ? tellResult(result) : `${tellStory(result)}\n${tellResult(result)}`);
    },
    look: async (remains) => {
      if (record !== undefined) await recordHistory(record, remains);
    },
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void all.abandon().finally(() => process.exit(130))); // Nothing stays behind.
  }
  return all.run();
}

interface Given {
  readonly schedules: number;
  readonly from: number;
  readonly lanes: number;
  readonly keeps: boolean;
  /** Tells the story also where all is well. */
  readonly tells: boolean;
  /** Where to keep what was recorded. */
  readonly record: string | undefined;
}

function read(args: readonly string[]): Given | undefined {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        schedules: { type: 'string', default: '40' },
        from: { type: 'string', default: '1' },
        lanes: { type: 'string', default: '2' },
        seed: { type: 'string' },
        record: { type: 'string' },
        keep: { type: 'boolean', default: false },
      },
    });
    const [schedules = 0, from = 1, lanes = 1] = [
      values.seed === undefined ? values.schedules : '1',
      values.seed ?? values.from,
      values.lanes,
    ].map(Number);
    const isFine = [schedules, from, lanes].every((number) => Number.isSafeInteger(number)) && lanes > 0;
    if (!isFine) return undefined;
    return {
      ...{ schedules, from, lanes },
      keeps: values.keep,
      tells: values.seed !== undefined,
      record: values.record,
    };
  } catch {
    return undefined; // An option that we do not know.
  }
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
