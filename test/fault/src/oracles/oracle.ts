import type { OpenedEventStore } from '@caisson/event-store-postgres';
import type { History } from '../history/history.js';
import type { Person } from '../people/person.js';
import type { FaultStack } from '../stack/fault-stack.js';

/** A promise that was broken, by the number of the oracle that saw it (`docs/how-to/break-it.md`). */
export interface Violation {
  readonly oracle: `O${number}`;
  readonly what: string;
}

/** What is left when a schedule has ended, to be judged. */
export interface Remains {
  readonly stack: FaultStack;
  /** Opened after the last fault, past all links. */
  readonly store: OpenedEventStore;
  readonly history: History;
  readonly people: readonly Person[];
  /** By the id of its tenant: what may be found there and nowhere else. */
  readonly canaries: ReadonlyMap<string, string>;
  /** What may be found nowhere. */
  readonly secrets: readonly string[];
}

/** Looks at what is left. */
export type Oracle = (remains: Remains) => Promise<readonly Violation[]>;
