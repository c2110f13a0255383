import type { Scheduler } from '../machine/scheduler.js';
import type { Trace } from '../machine/trace.js';

/** A promise of Caisson by its number, from 1 to 18. */
export type Invariant = `I${number}`;

/** A promise that was broken. */
export interface Violation {
  readonly invariant: Invariant;
  readonly what: string;
  /** The step of the schedule after which it showed. */
  readonly step: number;
  readonly atMs: number;
}

/** One broken promise leads to many; the first ones tell. */
const VIOLATIONS_MAX = 20;

/** Collects what is broken, and tells it to the trace. */
export class Report {
  readonly violations: Violation[] = [];
  readonly #trace: Trace;
  readonly #scheduler: Scheduler;

  constructor(trace: Trace, scheduler: Scheduler) {
    this.#trace = trace;
    this.#scheduler = scheduler;
  }

  /** Simulated time. */
  get nowMs(): number {
    return this.#scheduler.nowMs;
  }

  /** A promise does not hold. */
  broken(invariant: Invariant, what: string): void {
    const { nowMs: atMs } = this.#scheduler;
    if (this.violations.length < VIOLATIONS_MAX) {
      this.violations.push({ invariant, what, atMs, step: this.#trace.steps });
    }
    this.#trace.tell(atMs, `!!! ${invariant}: ${what}`);
  }

  /** Something for readers of the story. */
  tell(what: string): void {
    this.#trace.tell(this.#scheduler.nowMs, what);
  }
}
