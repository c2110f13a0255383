import { accept, type Decision } from '@caisson/kernel';
import type { ExecutionEvent } from './execution.events.js';
import { evolve } from './execution.evolve.js';
import type { ExecutionState } from './execution.state.js';

/** A decision in the making: facts so far, and the state they lead to. Lives within one call of `decide`. */
export class Draft {
  readonly #events: ExecutionEvent[] = [];
  #state: ExecutionState;

  constructor(state: ExecutionState) {
    this.#state = state;
  }

  get state(): ExecutionState {
    return this.#state;
  }

  record(event: ExecutionEvent): void {
    this.#state = evolve(this.#state, event);
    this.#events.push(event);
  }

  accepted(): Decision<ExecutionEvent, never> {
    return accept(...this.#events);
  }
}
