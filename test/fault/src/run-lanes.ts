import { drawSchedule } from './schedule.js';
import { runSchedule, type ScheduleResult } from './run-schedule.js';
import type { Remains } from './oracles/oracle.js';
import { FaultStack } from './stack/fault-stack.js';

/** What lanes do. */
export interface LanesOptions {
  readonly seeds: readonly number[];
  /** How many installations there are. A schedule mostly waits, so that two of them take little longer than one. */
  readonly lanes: number;
  /** Told of each schedule when it has ended. */
  readonly onResult: (result: ScheduleResult) => void;
  /** Looks at what a schedule left, before the next one begins. */
  readonly look: (remains: Remains) => Promise<void>;
}

/** Installations side by side; each takes the next seed when it is done with one. */
export class Lanes {
  readonly #options: LanesOptions;
  readonly #waiting: number[];
  readonly #stacks = new Set<FaultStack>();

  constructor(options: LanesOptions) {
    this.#options = options;
    this.#waiting = [...options.seeds];
  }

  /** Runs all schedules and answers with their results, by seed. */
  async run(): Promise<readonly ScheduleResult[]> {
    const count = Math.min(this.#options.lanes, this.#waiting.length);
    const ends = await Promise.allSettled(Array.from({ length: count }, () => this.#drive()));
    const results = ends.flatMap((end) => {
      if (end.status === 'rejected') throw end.reason;
      return end.value;
    });
    return results.toSorted((left, right) => left.schedule.seed - right.schedule.seed);
  }

  /** Ends all that runs, without waiting for what is broken. */
  async abandon(): Promise<void> {
    this.#waiting.length = 0;
    await Promise.allSettled([...this.#stacks].map((stack) => stack.abandon()));
  }

  async #drive(): Promise<readonly ScheduleResult[]> {
    const results: ScheduleResult[] = [];
    let stack = await this.#opened();
    try {
      for (let seed = this.#waiting.shift(); seed !== undefined; seed = this.#waiting.shift()) {
        const result = await runSchedule(stack, drawSchedule(seed, stack.serviceNames), this.#options.look);
        results.push(result);
        this.#options.onResult(result);
        if (result.violations.length === 0) continue;
        await this.#close(stack); // What is broken must not break the next.
        stack = await this.#opened();
      }
    } finally {
      await this.#close(stack);
    }
    return results;
  }

  async #opened(): Promise<FaultStack> {
    const stack = await FaultStack.start();
    this.#stacks.add(stack);
    return stack;
  }

  async #close(stack: FaultStack): Promise<void> {
    this.#stacks.delete(stack);
    await stack.stop();
  }
}
