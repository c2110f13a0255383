import type { TaskRef } from '../domain/task.state.js';
import type { Slot, SlotRequest, Slots } from './slots.js';

/** The run that the tasks are of. */
type Owner = Omit<SlotRequest, 'engine'>;

interface Wish {
  readonly task: TaskRef;
  readonly engine: string;
}

interface Granted extends Wish {
  readonly slot: Slot;
}

/** Queued tasks of one run on their way to a place. */
export class WaitingTasks {
  readonly #slots: Slots;
  readonly #owner: Owner;
  readonly #onGranted: () => void;
  readonly #withdrawals = new Map<string, () => void>();
  readonly #granted = new Map<string, Granted>();
  /** Tasks that had a place here, while their tenant had no room for them. */
  readonly #postponed = new Map<string, Wish>();

  constructor(slots: Slots, owner: Owner, onGranted: () => void) {
    this.#slots = slots;
    this.#owner = owner;
    this.#onGranted = onGranted;
  }

  /** Asks for a place for a task. Twice is once. */
  add(task: TaskRef, engine: string): void {
    const key = keyOf(task);
    if (this.#granted.has(key) || this.#withdrawals.has(key)) return;
    const withdraw = this.#slots.request({ ...this.#owner, engine }, (slot) => {
      this.#withdrawals.delete(key);
      this.#granted.set(key, { task, engine, slot });
      this.#onGranted();
    });
    if (!this.#granted.has(key)) this.#withdrawals.set(key, withdraw);
  }

  /** No task waits for a place or has one that it did not use. */
  get isEmpty(): boolean {
    return this.#withdrawals.size === 0 && this.#granted.size === 0 && this.#postponed.size === 0;
  }

  /** Tasks that have a place and were not started yet. */
  get granted(): readonly TaskRef[] {
    return [...this.#granted.values()].map(({ task }) => task);
  }

  /** Hands the place of a started task over; undefined when it has none. */
  take(task: TaskRef): Slot | undefined {
    const key = keyOf(task);
    const slot = this.#granted.get(key)?.slot;
    this.#granted.delete(key);
    return slot;
  }

  /** Their tenant has no room for these: they let others have their places, and want them again with `askAgain`. */
  postpone(tasks: readonly TaskRef[]): void {
    for (const task of tasks) {
      const key = keyOf(task);
      const granted = this.#granted.get(key);
      if (granted === undefined) continue;
      this.#granted.delete(key);
      this.#postponed.set(key, granted);
      granted.slot.release();
    }
  }

  /** There may be room again. */
  askAgain(): void {
    const wishes = [...this.#postponed.values()];
    this.#postponed.clear();
    for (const { engine, task } of wishes) this.add(task, engine);
  }

  /** The task needs no place any more. */
  drop(task: TaskRef): void {
    const key = keyOf(task);
    this.#postponed.delete(key);
    this.#withdrawals.get(key)?.();
    this.#withdrawals.delete(key);
    this.take(task)?.release();
  }

  /** None of them needs a place any more. */
  dropAll(): void {
    for (const withdraw of this.#withdrawals.values()) withdraw();
    this.#withdrawals.clear();
    this.#postponed.clear();
    for (const task of this.granted) this.drop(task);
  }
}

function keyOf({ phase, unitId }: TaskRef): string {
  return `${phase}/${unitId}`;
}
