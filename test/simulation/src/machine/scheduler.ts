import type { Trace } from './trace.js';

/** Whoever a step belongs to: a process that may be dead, or stand still. */
export interface StepOwner {
  readonly isDead: boolean;
  /** Nothing of it happens before. 0: it runs. */
  readonly haltedUntilMs: number;
}

/** What happens, and how the trace calls it. */
export interface Happening {
  readonly label: string;
  readonly act: () => void;
}

interface Step extends Happening {
  readonly atMs: number;
  readonly place: number;
  readonly owner: StepOwner | undefined;
  cancelled: boolean;
}

/** Takes a step back that did not happen yet. */
export type Cancel = () => void;

/**
 * Simulated time. One step happens after the other, and all that follows from it at once, before the next one: there is
 * no other source of order, so the same steps with the same chance give the same run.
 */
export class Scheduler {
  readonly #trace: Trace;
  readonly #steps: Step[] = [];
  #nowMs = 0;
  #places = 0;

  constructor(trace: Trace) {
    this.#trace = trace;
  }

  /** Milliseconds since the simulation began. */
  get nowMs(): number {
    return this.#nowMs;
  }

  /** Lets something happen later, outside of all processes. */
  after(delayMs: number, label: string, act: () => void): Cancel {
    return this.afterFor(undefined, delayMs, { label, act });
  }

  /** Lets something happen later in a process: never when it is dead by then, and not while it stands still. */
  afterFor(owner: StepOwner | undefined, delayMs: number, { act, label }: Happening): Cancel {
    const step = { atMs: this.#nowMs + Math.max(0, delayMs), place: this.#places, label, owner, act, cancelled: false };
    this.#places += 1;
    this.#push(step);
    return () => {
      step.cancelled = true;
    };
  }

  /** Steps until `isOver` says so, or nothing is left, or the bounds are reached. Answers why it ended. */
  async run(isOver: () => boolean, bounds: { readonly untilMs: number; readonly stepsMax: number }): Promise<Ending> {
    for (let steps = 0; steps < bounds.stepsMax; steps += 1) {
      await allThatFollows();
      if (isOver()) return 'over';
      const step = this.#pop();
      if (step === undefined) return 'idle';
      if (step.atMs > bounds.untilMs) return 'late';
      this.#nowMs = Math.max(this.#nowMs, step.atMs);
      this.#take(step);
    }
    return 'endless';
  }

  #take(step: Step): void {
    const { owner } = step;
    if (step.cancelled || owner?.isDead === true) return;
    if (owner !== undefined && owner.haltedUntilMs > this.#nowMs) {
      this.#push({ ...step, atMs: owner.haltedUntilMs });
      return;
    }
    this.#trace.step(this.#nowMs, step.label);
    step.act();
  }

  #push(step: Step): void {
    const steps = this.#steps;
    let child = steps.length;
    steps.push(step);
    while (child > 0) {
      const parent = (child - 1) >> 1;
      const above = steps[parent] as Step;
      if (!isBefore(step, above)) break;
      steps[child] = above;
      child = parent;
    }
    steps[child] = step;
  }

  #pop(): Step | undefined {
    const steps = this.#steps;
    const first = steps[0];
    const last = steps.pop();
    if (first === undefined || last === undefined || first === last) return first;
    let parent = 0;
    for (;;) {
      let child = 2 * parent + 1;
      if (child >= steps.length) break;
      const right = steps[child + 1];
      if (right !== undefined && isBefore(right, steps[child] as Step)) child += 1;
      const below = steps[child] as Step;
      if (!isBefore(below, last)) break;
      steps[parent] = below;
      parent = child;
    }
    steps[parent] = last;
    return first;
  }
}

/** Why a simulation ended: as wished, with nothing left to do, out of time, or out of steps. */
export type Ending = 'over' | 'idle' | 'late' | 'endless';

function isBefore(one: Step, other: Step): boolean {
  return one.atMs < other.atMs || (one.atMs === other.atMs && one.place < other.place);
}

/** Ticks of Node come after all promise jobs, those included that these jobs add. */
function allThatFollows(): Promise<void> {
  return new Promise((resolve) => {
    process.nextTick(resolve);
  });
}
