import type { Decider, Decision } from '@caisson/kernel';
import { expect } from 'vitest';

/** What came of a command, to be stated. */
export interface Outcome<State, Event, Rejection> {
  readonly decision: Decision<Event, Rejection>;
  /** The state after the events of the decision. */
  readonly state: State;
  /** The command was accepted with exactly these facts; none = it was already true. */
  then(...events: readonly Partial<Event>[]): void;
  /** The command was accepted with facts of exactly these types, in this order. */
  thenTypes(...types: readonly string[]): void;
  /** The command was refused for exactly this reason. */
  thenRejected(rejection: Rejection): void;
}

/** A decider in a state that was reached through history. */
export interface Given<State, Command, Event, Rejection> {
  readonly state: State;
  when(command: Command): Outcome<State, Event, Rejection>;
}

/** Given/when/then for one decider. State is reached through facts only, never set. */
export function specFor<State, Command, Event extends { readonly type: string }, Rejection>(
  decider: Decider<State, Command, Event, Rejection>,
): { given(...events: readonly Event[]): Given<State, Command, Event, Rejection> } {
  return {
    given(...events) {
      const state = events.reduce((current, event) => decider.evolve(current, event), decider.initialState);
      return { state, when: (command) => outcomeOf(decider, state, command) };
    },
  };
}

function outcomeOf<State, Command, Event extends { readonly type: string }, Rejection>(
  decider: Decider<State, Command, Event, Rejection>,
  before: State,
  command: Command,
): Outcome<State, Event, Rejection> {
  const decision = decider.decide(before, command);
  const facts = decision.outcome === 'accepted' ? decision.events : [];
  return {
    decision,
    state: facts.reduce((current, event) => decider.evolve(current, event), before),
    then(...events) {
      expect(decision).toMatchObject({ outcome: 'accepted', events });
    },
    thenTypes(...types) {
      expect(decision.outcome === 'accepted' ? facts.map(({ type }) => type) : decision).toEqual(types);
    },
    thenRejected(rejection) {
      expect(decision).toEqual({ outcome: 'rejected', rejection });
    },
  };
}
