import type { Clock, Instant } from '@caisson/kernel';
import { workOf, type ExecutionState } from '../domain/execution.state.js';
import type { Task, TaskRef } from '../domain/task.state.js';
import { findTask } from '../domain/work.js';

/** The longest timer of this process; a later time is looked at again when it has passed. */
const NAP_MS_MAX = 24 * 3_600_000;

/**
 * Tasks of one run that wait for something outside. While the run is held here, a timer of this process tells when to
 * look again; the timers that last are jobs.
 */
export class Waits {
  readonly #clock: Clock;
  readonly #onDue: () => void;
  readonly #waiting = new Map<
    string,
    { readonly ref: TaskRef; readonly until: Instant; readonly nap: AbortController }
  >();

  constructor(clock: Clock, onDue: () => void) {
    this.#clock = clock;
    this.#onDue = onDue;
  }

  get size(): number {
    return this.#waiting.size;
  }

  /** The task waits until then at the latest. */
  arm({ phase, unitId }: TaskRef, until: Instant): void {
    this.drop({ phase, unitId });
    const nap = new AbortController();
    this.#waiting.set(keyOf({ phase, unitId }), { ref: { phase, unitId }, until, nap });
    void this.#clock.sleep(Math.min(NAP_MS_MAX, this.#msUntil(until)), nap.signal).then(() => {
      if (!nap.signal.aborted) this.#onDue();
    });
  }

  /** Takes the tasks whose time has come or for which something was received. */
  takeDue(state: ExecutionState): readonly Task[] {
    return this.#take(
      ({ ref, until }) => taskOf(state, ref)?.waiting?.received !== undefined || this.#msUntil(until) <= 0,
      state,
    );
  }

  /** Takes all of them: nothing is awaited any more. */
  takeAll(state: ExecutionState): readonly Task[] {
    return this.#take(() => true, state);
  }

  /** How long until a task is looked at again; undefined when it does not wait here. */
  msUntilDue(ref: TaskRef): number | undefined {
    const found = this.#waiting.get(keyOf(ref));
    return found === undefined ? undefined : this.#msUntil(found.until);
  }

  drop(ref: TaskRef): void {
    this.#waiting.get(keyOf(ref))?.nap.abort('dropped');
    this.#waiting.delete(keyOf(ref));
  }

  /** Nobody is told any more. What waits is still known. */
  stopTimers(): void {
    for (const { nap } of this.#waiting.values()) nap.abort('stopped');
  }

  #take(
    wanted: (wait: { readonly ref: TaskRef; readonly until: Instant }) => boolean,
    state: ExecutionState,
  ): readonly Task[] {
    const taken = [...this.#waiting.values()].filter((wait) => wanted(wait));
    for (const { ref } of taken) this.drop(ref);
    return taken.flatMap(({ ref }) => taskOf(state, ref) ?? []);
  }

  #msUntil(instant: Instant): number {
    return Math.max(0, Date.parse(instant) - Date.parse(this.#clock.now()));
  }
}

function taskOf(state: ExecutionState, { phase, unitId }: TaskRef): Task | undefined {
  const task = findTask(workOf(state, phase), unitId);
  return task?.state === 'running' && task.waiting !== undefined ? task : undefined;
}

function keyOf({ phase, unitId }: TaskRef): string {
  return `${phase}/${unitId}`;
}
