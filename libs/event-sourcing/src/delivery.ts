import type { PublicEvent } from '@caisson/contracts';
import type { NewJob } from './ports/job-queue.js';

/** What a handler may do with an event besides its own work. Valid until the handler has settled. */
export interface Delivery {
  /** Who handles it: the name under which positions are kept, such as `planner`. */
  readonly consumer: string;
  /**
   * Records work that follows from the event. It commits with the position of the stream, or not at all, so a handler
   * that is called again leaves one job.
   */
  enqueue(job: NewJob): void;
}

/**
 * Handles one event of one stream. Called in order of `sequence` per stream and at least once; a repeat after a crash
 * comes with the same event id, so writes to the handler's own streams use that as their command id.
 *
 * The positions of the page are locked while handlers run: a handler must not touch those rows, only its own streams.
 * A retryable fault brings the event back later; anything else that is thrown parks its stream.
 */
export type EventHandler = (event: PublicEvent, delivery: Delivery) => Promise<void>;
