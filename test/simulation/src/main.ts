import { parseArgs } from 'node:util';
import { simulate } from './simulate.js';
import { tellFailure } from './tell.js';

const USAGE = `npm run sim -- [--seeds <count>] [--from <seed>] | --seed <seed> [--whole]

  --seeds   how many seeds to run; default 1000
  --from    the first of them; default 1
  --seed    runs one seed and prints its story
  --whole   prints all of the story, not only what led to the first broken promise`;

/** Failing seeds that are told; more are only counted. */
const TOLD_MAX = 3;

/** Failing seeds that are named at the end. */
const SHOWN_MAX = 20;

const PROGRESS_EVERY_MS = 10_000;

process.exitCode = await run(process.argv.slice(2));

async function run(args: readonly string[]): Promise<number> {
  const given = read(args);
  if (given === undefined) {
    say(USAGE);
    return 2;
  }
  return given.seed === undefined ? runMany(given) : runOne(given.seed, given.whole);
}

interface Given {
  readonly seed: number | undefined;
  readonly seeds: number;
  readonly from: number;
  readonly whole: boolean;
}

function read(args: readonly string[]): Given | undefined {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        seed: { type: 'string' },
        seeds: { type: 'string', default: '1000' },
        from: { type: 'string', default: '1' },
        whole: { type: 'boolean', default: false },
      },
    });
    const [seed, seeds, from] = [values.seed, values.seeds, values.from].map((text) =>
      text === undefined ? undefined : Number(text),
    );
    const isFine = [seed, seeds, from].every((number) => number === undefined || Number.isSafeInteger(number));
    return isFine ? { seed, seeds: seeds ?? 0, from: from ?? 1, whole: values.whole } : undefined;
  } catch {
    return undefined; // An option that we do not know.
  }
}

async function runOne(seed: number, whole: boolean): Promise<number> {
  const result = await simulate({ seed, keepsStory: true });
  if (whole) say(result.story.join('\n'));
  say(tellFailure(whole ? { ...result, story: [] } : result));
  return result.violations.length === 0 ? 0 : 1;
}

async function runMany({ from, seeds }: Given): Promise<number> {
  const startedMs = performance.now();
  const failing: number[] = [];
  let steps = 0;
  let saidMs = startedMs;
  for (let seed = from; seed < from + seeds; seed += 1) {
    const result = await simulate({ seed });
    steps += result.steps;
    if (result.violations.length > 0) {
      failing.push(seed);
      if (failing.length <= TOLD_MAX) say(tellFailure(await simulate({ seed, keepsStory: true })));
    }
    if (performance.now() - saidMs < PROGRESS_EVERY_MS) continue;
    saidMs = performance.now();
    say(`… ${seed - from + 1} of ${seeds} seeds, ${failing.length} failing`);
  }
  const seconds = (performance.now() - startedMs) / 1000;
  const pace = `${seconds.toFixed(1)} s, ${(seeds / seconds).toFixed(1)} seeds/s`;
  const which = failing.length === 0 ? '' : ` (${failing.slice(0, SHOWN_MAX).join()})`;
  const each = `${Math.round(steps / seeds)} steps each`;
  say(`${seeds} seeds from ${from}: ${failing.length} failing${which}; ${pace}, ${each}`);
  return failing.length === 0 ? 0 : 1;
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
