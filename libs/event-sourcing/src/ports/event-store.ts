import { deterministicId, type Instant, type Json } from '@caisson/kernel';
import type { NewDocument } from './document-store.js';
import type { NewJob } from './job-queue.js';
import type { Exhausted, Holding } from './quotas.js';

/** Names one stream. `streamId` = category, hyphen, id: `deployment-018f…`. */
export interface StreamRef {
  readonly tenantId: string;
  readonly streamId: string;
}

/** Where a stream ends: its version and the hash of its last event. Version 0 and the empty hash before the first. */
export interface StreamHead {
  readonly version: number;
  /** 64 hexadecimal digits; empty at version 0. Each event's hash covers its content and the hash before it. */
  readonly hash: string;
}

/** The head of a stream that does not exist yet. */
export const NO_STREAM: StreamHead = { version: 0, hash: '' };

/** Who caused an event, and as part of which story. */
export interface EventContext {
  /** The whole story: a request or delivery and all that followed from it. */
  readonly correlationId: string;
  /** The message or request that caused this directly. */
  readonly causationId: string;
  /** A principal id, or `service:<name>`. */
  readonly actor: string;
  /** The idempotency key: events of one command get ids that follow from it. */
  readonly commandId: string;
  /** When it happened, by the clock of the deciding service. */
  readonly occurredAt: Instant;
  /** The service that decided: `api`, `planner` … */
  readonly service: string;
}

/** The public form of an event, fixed when it is written: what was published once is published the same for ever. */
export interface PublicForm {
  /** `caisson.<context>.<fact>.v<major>`. */
  readonly type: string;
  /** Left out when it equals the private data. */
  readonly data?: unknown;
}

/** A fact to record. Plain JSON. */
export interface NewEvent {
  readonly type: string;
  readonly schemaVersion: number;
  readonly data: unknown;
  /** Absent: the fact stays private and is not published. */
  readonly publicForm?: PublicForm;
  /** The fact that caused this one, where an append holds facts of several causes. Absent: the context's. */
  readonly causationId?: string;
}

/**
 * The id of the event at a place (from 0) in what a command appends. Every store gives exactly these, so that a writer
 * can name an event as the cause of another one in the same append.
 */
export function eventIdOf(stream: StreamRef, commandId: string, index: number): string {
  return deterministicId('event', stream.tenantId, stream.streamId, commandId, index);
}

/** A fact as it was recorded. */
export interface RecordedEvent {
  readonly eventId: string;
  readonly tenantId: string;
  readonly streamId: string;
  readonly version: number;
  readonly type: string;
  readonly schemaVersion: number;
  readonly data: unknown;
  readonly context: EventContext;
  readonly hash: string;
  /** Where it was recorded in which trace (W3C Trace Context); absent when it was not. No part of the hash. */
  readonly traceparent?: string;
}

/** What is written together, or not at all. */
export interface AppendRequest {
  readonly stream: StreamRef;
  /** What the writer saw. Anything else in the store is a conflict. */
  readonly expected: StreamHead;
  /** The fencing token of the lease the writer holds; refused once a newer token was handed out for the stream. */
  readonly fencingToken?: number;
  readonly context: EventContext;
  /** One or more. */
  readonly events: readonly NewEvent[];
  /** Read models written in the same transaction, so that a read after a write is never stale. */
  readonly documents?: readonly NewDocument[];
  /** Work that follows, made visible with the events or not at all. */
  readonly jobs?: readonly NewJob[];
  /** Quotas of the tenant of which it needs a place each. What its documents use up is counted anyway. */
  readonly claims?: readonly string[];
  /** What the stream holds of quotas from now on, where that changes. Each quota at most once. */
  readonly holds?: readonly Holding[];
}

/** What came of an append. Only `appended` wrote something. */
export type AppendResult =
  | { readonly outcome: 'appended'; readonly head: StreamHead }
  /** The same command was recorded before: an answer was lost. Nothing was written again. */
  | { readonly outcome: 'repeated'; readonly version: number }
  /** The stream moved on: load, decide and try again. */
  | { readonly outcome: 'conflict'; readonly version: number }
  /** A newer lease exists: stop, whatever the work was. */
  | { readonly outcome: 'fenced'; readonly fencingToken: number }
  /** There is no room left for what it needs of a quota. */
  | ({ readonly outcome: 'exhausted' } & Exhausted);

/** A folded state kept to save reading, never the truth. */
export interface Snapshot {
  readonly head: StreamHead;
  /** Version of the state's shape; another one is ignored and folded anew. */
  readonly schemaVersion: number;
  readonly state: Json;
}

/** A stream as read: the events after the snapshot, or all of them. */
export interface LoadedStream {
  readonly head: StreamHead;
  readonly snapshot?: Snapshot;
  readonly events: readonly RecordedEvent[];
  /** Whether the command asked about was recorded before. */
  readonly commandRecorded: boolean;
}

/** What to read of a stream. */
export interface LoadRequest {
  readonly stream: StreamRef;
  /** Asks whether this command was recorded before. */
  readonly commandId?: string;
  /** Use a snapshot of this shape if there is one; absent: read from event 1. */
  readonly snapshotSchemaVersion?: number;
  /** Read only up to this version. */
  readonly untilVersion?: number;
}

/** A position in the order of all events, from 1. Given after commit, so a reader behind it never misses one. */
export interface SequencedEvent extends RecordedEvent {
  readonly globalSeq: number;
}

/**
 * The one truth. Appends are atomic and durable when they answer; events never change; versions have no gaps.
 * Every method fails with a retryable `Fault` while the database is away. A lost answer is unknown, not failed:
 * the same request again gives `repeated` or does the work.
 */
export interface EventStore {
  /** Reads a stream. An absent one is empty at `NO_STREAM`. */
  load(request: LoadRequest): Promise<LoadedStream>;
  /** Writes what one decision produced. Concurrent calls may share a commit; each has its own answer. */
  append(request: AppendRequest): Promise<AppendResult>;
  /** Keeps a folded state. Best effort: losing it costs time only. */
  saveSnapshot(stream: StreamRef, snapshot: Snapshot): Promise<void>;
  /** How far each of these streams is, in the same order; 0 for one that is not there. One statement for all. */
  versions(streams: readonly StreamRef[]): Promise<readonly number[]>;
  /** Events in commit order after a position, at most `limit`. Only those numbered already. */
  readAll(afterGlobalSeq: number, limit: number): Promise<readonly SequencedEvent[]>;
}
