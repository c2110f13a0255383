/**
 * Tells waiting loops, in this process and others, that there may be something to do. Carries no data and may be lost:
 * every loop also looks by itself now and then.
 */
export interface Wakeups {
  /** Wakes the listeners of a channel: those in this process at once, others within some milliseconds. Never fails. */
  wake(channel: string): void;
  /** Calls back on each wake-up of the channel. The answer ends it. */
  listen(channel: string, onWake: () => void): () => void;
}

/** Rows are in the outbox: for the relay. */
export const OUTBOX_CHANNEL = 'outbox';

/** Events were numbered: for consumers that read the store. */
export const SEQUENCED_CHANNEL = 'sequenced';

/** Jobs may be due: for the workers of a queue. */
export function jobsChannel(queue: string): string {
  return `jobs-${queue}`;
}
