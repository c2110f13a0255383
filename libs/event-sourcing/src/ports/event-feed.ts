import type { EventEnvelope } from '@caisson/contracts';

/** A public event with its number in the global order. `dataJson` is JSON text, never parsed on the way. */
export interface FeedEntry {
  readonly globalSeq: number;
  readonly envelope: EventEnvelope;
  readonly dataJson: string;
}

/** A stretch of the global order. Private events, and those of other tenants where one was named, have no entry. */
export interface FeedStretch {
  readonly entries: readonly FeedEntry[];
  /** The last number of the stretch: reading goes on after it. */
  readonly endSeq: number;
  /** Whether there was more than the limit. */
  readonly more: boolean;
}

/** Reads the public events of the store in their global order, for whoever watches. */
export interface EventFeed {
  /** The number that was given last; 0 before the first. */
  head(): Promise<number>;
  /** What has numbers after one, oldest first, at most `limit` numbers. Never misses an event that has a number. */
  readAfter(request: {
    readonly afterGlobalSeq: number;
    readonly limit: number;
    /** Only events of this tenant; absent: of all. */
    readonly tenantId?: string;
  }): Promise<FeedStretch>;
}
