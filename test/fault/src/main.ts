import { parseArgs } from 'node:util';
import { drawSchedule } from './schedule.js';
import { keepRun } from './kept-run.js';
import { summarize } from './run-summary.js';
import { recordHistory } from './record-history.js';
import { runSchedule, type ScheduleResult } from './run-schedule.js';
import { FaultStack } from './stack/fault-stack.js';
import { tellStory, tellResult } from './tell.js';

const USAGE = `npm run fault -- [--schedules <count>] [--from <seed>] [--keep] | --seed <seed> [--record <file>]

  --schedules   how many schedules to run; default 40
  --from        the seed of the first of them; default 1
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
  const results = await runAll(given);
  const run = summarize(given.from, results);
  if (given.keeps) await keepRun(run);
  const failing = run.failing.length === 0 ? '' : ` (${run.failing.join(', ')})`;
  say(`${run.schedules} schedules from ${run.from}: ${run.failing.length} failing${failing}; ${run.tookS} s`);
  return run.failing.length === 0 ? 0 : 1;
}

async function runAll({ from, record, schedules, tells }: Given): Promise<readonly ScheduleResult[]> {
  const results: ScheduleResult[] = [];
  let stack = await FaultStack.start();
  endWith(() => stack);
  try {
    for (let seed = from; seed < from + schedules; seed += 1) {
      const result = await runSchedule(stack, drawSchedule(seed, stack.serviceNames), async (remains) => {
        if (record !== undefined) await recordHistory(record, remains);
      });
      results.push(result);
      const isFine = result.violations.length === 0;
      say(isFine && !tells ? tellResult(result) : `${tellStory(result)}\n${tellResult(result)}`);
      if (!isFine) stack = await startedAnew(stack); // What is broken must not break the next.
    }
  } finally {
    await stack.stop();
  }
  return results;
}

/** What was told to stop leaves nothing behind. */
function endWith(current: () => FaultStack): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      void current()
        .abandon()
        .finally(() => process.exit(130));
    });
  }
}

async function startedAnew(stack: FaultStack): Promise<FaultStack> {
  await stack.stop();
  return FaultStack.start();
}

interface Given {
  readonly schedules: number;
  readonly from: number;
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
        seed: { type: 'string' },
        record: { type: 'string' },
        keep: { type: 'boolean', default: false },
      },
    });
    const [schedules, from] = [values.seed === undefined ? values.schedules : '1', values.seed ?? values.from].map(
      Number,
    );
    const isFine = [schedules, from].every((number) => Number.isSafeInteger(number));
    if (!isFine) return undefined;
    return {
      schedules: schedules ?? 0,
      from: from ?? 1,
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
