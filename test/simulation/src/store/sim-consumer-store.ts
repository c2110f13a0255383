import { CONTEXTS, topicOf, type PublicEvent } from '@caisson/contracts';
import {
  jobsChannel,
  type ConsumerPosition,
  type ConsumerStore,
  type ConsumerTransaction,
  type NewJob,
  type StreamPart,
  type StreamRef,
  type SweepPage,
} from '@caisson/event-sourcing';
import { invariant } from '@caisson/kernel';
import { streamKey, type EventRow, type JobRow, type PositionRow, type SimDatabase } from './sim-database.js';
import { insertJob, newJobRow } from './sim-job-queue.js';
import { toPublic } from './sim-outbox.js';
import { toStorable } from './stored-text.js';
import type { Release } from './row-locks.js';

/** A transaction that is open until it is committed or rolled back. */
export interface InteractiveTransaction extends ConsumerTransaction {
  /** Writes everything at once. False when the transaction had ended before. */
  commit(): boolean;
  /** Ends it without a trace. */
  rollBack(): void;
}

/** What consumers keep, with the beginning of a transaction instead of the whole. */
export type ConsumerRows = Omit<ConsumerStore, 'transact'> & {
  /** Begins a transaction: the positions are locked until it ends. */
  begin(consumer: string, streams: readonly StreamRef[]): Promise<InteractiveTransaction>;
};

/** Consumers' rows over simulated tables. `interactive` makes a consumer store of them. */
export class SimConsumerStore implements ConsumerRows {
  constructor(protected readonly database: SimDatabase) {}

  async begin(consumer: string, streams: readonly StreamRef[]): Promise<InteractiveTransaction> {
    const names = streams.map((stream) => `position ${consumer}|${streamKey(stream)}`);
    return new OpenTransaction(this.database, consumer, await this.database.rowLocks.lock(names));
  }

  async readStream(
    stream: StreamRef,
    afterVersion: number,
    { types, untilVersion }: StreamPart = {},
  ): Promise<readonly PublicEvent[]> {
    const rows = this.database.streams.get(streamKey(stream))?.events ?? [];
    return rows
      .slice(afterVersion, untilVersion)
      .filter(({ publicType }) => publicType !== undefined && (types === undefined || types.has(publicType)))
      .map((row) => toPublic(row));
  }

  async readEvents(tenantId: string, ids: readonly string[]): Promise<readonly PublicEvent[]> {
    const rows = ids.flatMap((id) => this.database.eventIds.get(id) ?? []);
    return rows.filter((row) => row.tenantId === tenantId && row.publicType !== undefined).map((row) => toPublic(row));
  }

  async readSince(request: {
    readonly topics: readonly string[];
    readonly afterGlobalSeq: number;
    readonly minAgeMs: number;
    readonly limit: number;
  }): Promise<SweepPage> {
    const { afterGlobalSeq, limit, minAgeMs, topics } = request;
    const youngestMs = this.database.nowMs - minAgeMs;
    const stretch = this.database.sequence.slice(afterGlobalSeq, afterGlobalSeq + limit);
    const young = stretch.findIndex(({ atMs }) => atMs > youngestMs);
    const old = young === -1 ? stretch : stretch.slice(0, young);
    const events = old.map(({ event }) => event).filter((event) => isOn(event, topics));
    return {
      events: events.map((event) => toPublic(event)),
      nextGlobalSeq: old.at(-1)?.globalSeq ?? afterGlobalSeq,
      more: old.length >= limit,
    };
  }

  async checkpoint(consumer: string): Promise<number> {
    return this.database.checkpoints.get(consumer) ?? 0;
  }

  async saveCheckpoint(consumer: string, globalSeq: number): Promise<void> {
    const kept = this.database.checkpoints.get(consumer) ?? 0;
    this.database.checkpoints.set(consumer, Math.max(kept, globalSeq));
  }

  async parked(
    consumer: string,
  ): Promise<readonly (StreamRef & { readonly fromVersion: number; readonly reason: string })[]> {
    return this.#rowsOf(consumer).flatMap(({ parkedFrom, parkedReason = '', streamId, tenantId }) =>
      parkedFrom === undefined ? [] : [{ tenantId, streamId, fromVersion: parkedFrom, reason: parkedReason }],
    );
  }

  async unpark(consumer: string, stream: StreamRef): Promise<boolean> {
    const row = this.database.positions.get(positionKey(consumer, stream));
    if (row?.parkedFrom === undefined) return false;
    row.parkedFrom = undefined;
    row.parkedReason ??= '';
    return true;
  }

  async released(consumer: string): Promise<readonly StreamRef[]> {
    return this.#rowsOf(consumer)
      .filter((row) => row.parkedFrom === undefined && row.parkedReason !== undefined)
      .map(({ streamId, tenantId }) => ({ tenantId, streamId }));
  }

  #rowsOf(consumer: string): readonly PositionRow[] {
    return [...this.database.positions].filter(([key]) => key.startsWith(`${consumer}|`)).map(([, row]) => row);
  }
}

/** Whether an event is published on one of the topics. */
export function isOn({ publicType }: EventRow, topics: readonly string[]): boolean {
  const topic = publicType === undefined ? undefined : topicOfType(publicType);
  return topic !== undefined && topics.includes(topic);
}

/** The topic of a public event. */
export function topicOfType(type: string): string | undefined {
  const context = CONTEXTS.find((name) => type.startsWith(`caisson.${name}.`));
  return context === undefined ? undefined : topicOf(context);
}

/** A transaction of a consumer between its first and its last statement. Nothing is written before `commit`. */
class OpenTransaction implements InteractiveTransaction {
  readonly #database: SimDatabase;
  readonly #consumer: string;
  readonly #release: Release;
  readonly #moved = new Map<string, PositionRow>();
  readonly #jobs: JobRow[] = [];
  #isOpen = true;

  constructor(database: SimDatabase, consumer: string, release: Release) {
    this.#database = database;
    this.#consumer = consumer;
    this.#release = release;
  }

  position(stream: StreamRef): ConsumerPosition {
    const { lastVersion, parkedFrom } = this.#row(stream);
    return { lastVersion, ...(parkedFrom === undefined ? {} : { parkedFrom }) };
  }

  advance(stream: StreamRef, version: number): void {
    const row = this.#row(stream);
    invariant(row.parkedFrom === undefined, `${stream.streamId} is parked`);
    invariant(version >= row.lastVersion, `${stream.streamId} never goes back`);
    this.#set(stream, { ...row, lastVersion: version, parkedReason: undefined });
  }

  park(stream: StreamRef, version: number, reason: string): void {
    this.#set(stream, { ...this.#row(stream), parkedFrom: version, parkedReason: toStorable(reason) });
  }

  enqueue({ tenantId }: StreamRef, job: NewJob): void {
    this.#jobs.push(newJobRow(this.#database, tenantId, job));
  }

  commit(): boolean {
    if (!this.#isOpen) return false;
    for (const [key, row] of this.#moved) this.#database.positions.set(key, row);
    for (const row of this.#jobs) {
      insertJob(this.#database, row);
      this.#database.wake(jobsChannel(row.queue));
    }
    this.rollBack();
    return true;
  }

  rollBack(): void {
    this.#isOpen = false;
    this.#release();
  }

  #row(stream: StreamRef): PositionRow {
    const key = positionKey(this.#consumer, stream);
    const { streamId, tenantId } = stream;
    const none = { tenantId, streamId, lastVersion: 0, parkedFrom: undefined, parkedReason: undefined };
    return this.#moved.get(key) ?? this.#database.positions.get(key) ?? none;
  }

  #set(stream: StreamRef, row: PositionRow): void {
    this.#moved.set(positionKey(this.#consumer, stream), row);
  }
}

function positionKey(consumer: string, stream: StreamRef): string {
  return `${consumer}|${streamKey(stream)}`;
}
