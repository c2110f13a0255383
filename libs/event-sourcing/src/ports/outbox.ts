import type { PublicEvent } from '@caisson/contracts';

/** A numbered event on its way out. `dataJson` is the bytes to send, never parsed on the way. */
export interface OutboxEntry {
  readonly outboxId: string;
  readonly globalSeq: number;
  readonly envelope: Omit<PublicEvent, 'data'>;
  readonly dataJson: string;
}

/** The outbox of the store. One process leads at a time; a second leader for a moment only makes duplicates. */
export interface Outbox {
  /** Becomes the leader or answers false at once. Lost with the connection; `onLost` tells. */
  tryLead(onLost: () => void): Promise<boolean>;
  /** Stops leading. */
  resign(): Promise<void>;
  /**
   * Numbers what is new, oldest first, and gives the next entries in number order. Private events are numbered and
   * removed, and not given. The same entries again until they are removed.
   */
  next(limit: number): Promise<readonly OutboxEntry[]>;
  /** Removes entries that were sent: the first ones that `next` gave. What was numbered meanwhile stays. */
  remove(entries: readonly OutboxEntry[]): Promise<void>;
}

/** Sends public events on. */
export interface EventPublisher {
  /** Resolves when the transport stored every entry, per stream in the order given. Rejects when that is not known. */
  publish(entries: readonly OutboxEntry[]): Promise<void>;
}
