/** What a decider concluded: facts to record, or a business refusal. A refusal is a value, not an exception. */
export type Decision<Event, Rejection> =
  | { readonly outcome: 'accepted'; readonly events: readonly Event[] } // [] means "already true".
  | { readonly outcome: 'rejected'; readonly rejection: Rejection };

/** A pure decision model. Neither function performs I/O, reads a clock or draws a random number. */
export interface Decider<State, Command, Event, Rejection> {
  readonly initialState: State;
  /** Judges a command against the state. Time, ids and randomness arrive inside the command. */
  decide(state: State, command: Command): Decision<Event, Rejection>;
  /** Applies one recorded fact. Never refuses: it happened. */
  evolve(state: State, event: Event): State;
}

/** Accepts a command with the facts that follow from it; none means that the wish is already true. */
export function accept<Event>(...events: readonly Event[]): Decision<Event, never> {
  return { outcome: 'accepted', events };
}

/** Refuses a command with a reason that the caller can act on. */
export function reject<Rejection>(rejection: Rejection): Decision<never, Rejection> {
  return { outcome: 'rejected', rejection };
}
