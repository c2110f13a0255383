import type { PublicEvent } from '@caisson/contracts';
import type { StreamRef } from './event-store.js';
import type { NewJob } from './job-queue.js';

/** How far a consumer got in one stream. */
export interface ConsumerPosition {
  /** Version of the last event that was applied; 0 before the first. */
  readonly lastVersion: number;
  /** Set while the stream is parked for this consumer: the version that could not be handled. */
  readonly parkedFrom?: number;
}

/** One transaction of a consumer: the positions of some streams are locked, and rows are written with them. */
export interface ConsumerTransaction {
  /** The position as it was when the transaction began. */
  position(stream: StreamRef): ConsumerPosition;
  /** Moves a position; written when the transaction ends. */
  advance(stream: StreamRef, version: number): void;
  /** Stops this stream for this consumer until it is released. Nothing of it is dropped. */
  park(stream: StreamRef, version: number, reason: string): void;
  /** Records work, visible when the transaction commits. */
  enqueue(stream: StreamRef, job: NewJob): void;
}

/** A stretch of the global order as a consumer sees it. */
export interface SweepPage {
  readonly events: readonly PublicEvent[];
  /** Where the next page starts. */
  readonly nextGlobalSeq: number;
  /** Whether there was more than fits the page. */
  readonly more: boolean;
}

/** Which of the events of a stream are read; all of them where it says nothing. */
export interface StreamPart {
  readonly untilVersion?: number;
  /** Type attributes. */
  readonly types?: ReadonlySet<string>;
}

/** What a consumer needs of the store: positions, the events themselves, and its place in the sweep. */
export interface ConsumerStore {
  /** Runs `work` in one transaction with the positions of `streams` locked, in an order that cannot deadlock. */
  transact<Result>(
    consumer: string,
    streams: readonly StreamRef[],
    work: (transaction: ConsumerTransaction) => Promise<Result>,
  ): Promise<Result>;
  /** Public events of a stream after a version. Private ones are left out. */
  readStream(stream: StreamRef, afterVersion: number, part?: StreamPart): Promise<readonly PublicEvent[]>;
  /** Public events of a tenant by id, in no order. Ids of nothing, or of a private event, are left out. */
  readEvents(tenantId: string, ids: readonly string[]): Promise<readonly PublicEvent[]>;
  /** Public events of these topics after a number, at least `minAgeMs` old by the database's clock. */
  readSince(request: {
    readonly topics: readonly string[];
    readonly afterGlobalSeq: number;
    readonly minAgeMs: number;
    readonly limit: number;
  }): Promise<SweepPage>;
  /** Where the consumer's sweep stands; 0 at first. */
  checkpoint(consumer: string): Promise<number>;
  /** Moves the sweep on. Never back. */
  saveCheckpoint(consumer: string, globalSeq: number): Promise<void>;
  /** Streams that are parked for a consumer. */
  parked(consumer: string): Promise<readonly (StreamRef & { readonly fromVersion: number; readonly reason: string })[]>;
  /** Lets a parked stream go on: it is `released` until it moves. False when it was not parked. */
  unpark(consumer: string, stream: StreamRef): Promise<boolean>;
  /** Streams that were let go on and have neither moved nor been parked since. */
  released(consumer: string): Promise<readonly StreamRef[]>;
}
