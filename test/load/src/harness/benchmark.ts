import { messageOf } from '@caisson/kernel';
import type { BenchArguments } from './arguments.js';
import type { Contest, Goal } from './goal.js';
import { describeMachine } from './machine.js';
import type { GoalResult } from './page.js';
import { keepResult } from './results.js';
import { runRounds, type SliceRecord } from './rounds.js';
import { sidesOver } from './sides.js';
import { isTooNoisy, judge } from './verdict.js';

/**
 * Runs goals one after the other. Each slice and each summary is a line of JSON on standard output; people read
 * standard error and the page. A goal that misses a gate by more than a fifth is run once more before it fails.
 *
 * @returns the exit status: 1 when a gate was missed twice or a goal could not be run.
 */
export async function benchmark(goals: readonly Goal[], options: BenchArguments): Promise<number> {
  const wanted = goals.filter((goal) => options.goals.length === 0 || options.goals.includes(goal.id));
  const ids = goals.map(({ id }) => id);
  const unknown = options.goals.filter((id) => !ids.includes(id));
  if (unknown.length > 0) {
    tell(`Unknown goal ${unknown.join(', ')}. There are ${ids.join(', ')}.`);
    return 2;
  }
  const results: GoalResult[] = [];
  for (const goal of wanted) {
    let result = await runAndKeep(goal, options, ids);
    if (isMissed(result)) {
      tell(`${goal.id}: a gate was missed; once more`);
      result = await runAndKeep(goal, options, ids);
    }
    results.push(result);
  }
  return results.some((result) => isMissed(result) || result.error !== undefined) ? 1 : 0;
}

/** What was measured is on the page before a goal is run once more: the repetition may be cut short. */
async function runAndKeep(goal: Goal, options: BenchArguments, ids: readonly string[]): Promise<GoalResult> {
  const result = await runGoal(goal, options);
  print({ summary: result });
  if (options.write) await keepResult(ids, result);
  return result;
}

function isMissed(result: GoalResult): boolean {
  return result.comparisons.some(({ verdict }) => verdict === 'below the gate');
}

async function runGoal(goal: Goal, options: BenchArguments): Promise<GoalResult> {
  tell(`${goal.id} ${goal.title}`);
  const command = `npm run bench -- ${goal.id} --rounds ${options.rounds}`;
  const base = { id: goal.id, title: goal.title, machine: describeMachine(), command, at: new Date().toISOString() };
  const missing = goal.missing?.();
  if (missing !== undefined) return { ...base, error: missing, ...NOTHING };
  let contest: Contest | undefined;
  const interruption = new Interruption(() => contest);
  try {
    contest = await goal.prepare();
    await interruption.check();
    return { ...base, ...(await measure(goal, contest, options)) };
  } catch (error) {
    tell(`  ${messageOf(error)}`);
    return { ...base, error: messageOf(error), ...NOTHING };
  } finally {
    interruption.ignore();
    await contest?.close();
  }
}

/** Ctrl-C: ends what the goal started, then the process. What is just being started is waited for first. */
class Interruption {
  readonly #contest: () => Contest | undefined;
  #isAsked = false;

  constructor(contest: () => Contest | undefined) {
    this.#contest = contest;
    process.on('SIGINT', this.#interrupt).on('SIGTERM', this.#interrupt);
  }

  /** Ends the process when it was asked to end meanwhile. */
  async check(): Promise<void> {
    if (this.#isAsked) await this.#end();
  }

  ignore(): void {
    process.off('SIGINT', this.#interrupt).off('SIGTERM', this.#interrupt);
  }

  readonly #interrupt = (): void => {
    if (this.#isAsked) return;
    this.#isAsked = true;
    tell('  stopping …');
    if (this.#contest() !== undefined) void this.#end();
  };

  async #end(): Promise<void> {
    try {
      await this.#contest()?.close();
    } finally {
      process.exit(130);
    }
  }
}

type Measured = Omit<GoalResult, 'id' | 'title' | 'machine' | 'command' | 'at'>;

async function measure(goal: Goal, contest: Contest, options: BenchArguments): Promise<Measured> {
  const { rounds: roundsWanted, calmWaitMs } = options;
  const protocol = { rounds: roundsWanted, sliceMs: options.sliceMs ?? goal.sliceMs, calmWaitMs };
  const errors = new Set<string>();
  let calmSlices = 0;
  const onSlice = (slice: SliceRecord): void => {
    print({ slice });
    if (slice.error !== undefined) errors.add(`${slice.side}: ${slice.error}`);
    if (slice.calm && slice.round > 0) calmSlices += 1;
  };
  const rounds = await runRounds(goal.id, contest, { ...protocol, onSlice });
  const names = contest.sides.map((side) => side.name);
  const tooNoisy = ['ratePerS', 'p50Ms'].some((figure) => isTooNoisy(names[0] ?? '', figure, rounds));
  const comparisons = contest.comparisons.map((comparison) => judge(comparison, rounds, tooNoisy));
  for (const { title, spread, verdict } of comparisons) {
    tell(`  ${title}: ${spread?.median.toFixed(2) ?? '–'} (${verdict})`);
  }
  for (const error of errors) tell(`  a slice did not count: ${error}`);
  const calmShare = calmSlices / (names.length * protocol.rounds);
  return { protocol, comparisons, sides: sidesOver(names, rounds), tooNoisy, calmShare, notes: contest.notes };
}

const NOTHING = { comparisons: [], sides: [], tooNoisy: false, calmShare: 0, notes: [] };

function print(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

function tell(line: string): void {
  process.stderr.write(`${line}\n`);
}
