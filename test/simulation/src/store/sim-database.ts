import type { RecordedEvent, StreamRef } from '@caisson/event-sourcing';
import type { Json } from '@caisson/kernel';
import { RowLocks } from './row-locks.js';

/** An event as a row: what must not be shared between readers is text. */
export interface EventRow extends Omit<RecordedEvent, 'data'> {
  readonly dataText: string;
  readonly publicType: string | undefined;
  /** Of the public form; its text is the private one where they are equal. */
  readonly publicText: string;
  /** The token that the append carried. */
  readonly fencingToken: number | undefined;
  /** By the database's clock. */
  readonly recordedAtMs: number;
}

/** A stream's row. */
export interface StreamRow {
  version: number;
  hash: string;
  /** Appends with lower tokens are refused. */
  fence: number;
  readonly events: EventRow[];
  snapshot?: { readonly version: number; readonly hash: string; readonly schemaVersion: number; readonly text: string };
}

/** A read model's row. */
export interface DocumentRow {
  readonly tenantId: string;
  readonly collection: string;
  readonly id: string;
  readonly version: number;
  readonly text: string;
}

/** A job's row. */
export interface JobRow {
  readonly jobId: string;
  readonly tenantId: string;
  readonly queue: string;
  readonly key: string;
  readonly payloadText: string;
  readonly headStartMs: number;
  dueAtMs: number;
  rankAtMs: number;
  attempt: number;
  claimToken: number;
  worker: string | undefined;
  state: 'open' | 'completed' | 'failed';
  reason: string;
  endedAtMs: number;
}

/** A lease's row. */
export interface LeaseRow {
  readonly holder: string;
  readonly token: number;
  expiresAtMs: number;
}

/** A consumer's place in a stream. */
export interface PositionRow extends StreamRef {
  lastVersion: number;
  parkedFrom: number | undefined;
  parkedReason: string | undefined;
}

/** A number that was given, and when. */
export interface SequenceRow {
  readonly globalSeq: number;
  readonly event: EventRow;
  readonly atMs: number;
}

/** What a database is made of besides its tables. */
export interface DatabaseSurroundings {
  /** The database's clock. */
  readonly nowMs: () => number;
  /** How long a commit takes; the rows that it locks are locked as long. */
  readonly commit: () => Promise<void>;
  /** Tells that work may be due, so many milliseconds from now. */
  readonly wake: (channel: string, delayMs: number) => void;
}

/** The tables of one simulated Postgres. Only the stores beside it touch them. */
export class SimDatabase {
  readonly streams = new Map<string, StreamRow>();
  readonly eventIds = new Map<string, EventRow>();
  /** Committed and without a number, by the id that was drawn when it was written. */
  readonly outbox = new Map<number, EventRow>();
  /** Committed, by the same id, for ever. */
  readonly written = new Map<number, EventRow>();
  readonly sequence: SequenceRow[] = [];
  readonly outgoing = new Map<number, SequenceRow>();
  readonly documents = new Map<string, DocumentRow>();
  readonly jobs = new Map<string, JobRow>();
  readonly leases = new Map<string, LeaseRow>();
  readonly positions = new Map<string, PositionRow>();
  readonly checkpoints = new Map<string, number>();
  readonly rowLocks = new RowLocks();
  /** The session that leads the relay, and how it is told that it was ended. */
  leader: { readonly session: object; readonly onLost: () => void } | undefined;
  readonly #surroundings: DatabaseSurroundings;
  #drawn = 0;

  constructor(surroundings: DatabaseSurroundings) {
    this.#surroundings = surroundings;
  }

  get nowMs(): number {
    return this.#surroundings.nowMs();
  }

  /** Resolves when what was written is there to be seen. */
  commit(): Promise<void> {
    return this.#surroundings.commit();
  }

  /** Wakes whoever listens in any process. */
  wake(channel: string, delayMs = 0): void {
    this.#surroundings.wake(channel, delayMs);
  }

  /** The next number of the one sequence behind ids and tokens: it rises, also where the drawer commits later. */
  draw(): number {
    this.#drawn += 1;
    return this.#drawn;
  }

  /** The row of a stream, made when it is not there. */
  stream(ref: StreamRef): StreamRow {
    const key = streamKey(ref);
    const found = this.streams.get(key);
    if (found !== undefined) return found;
    const made: StreamRow = { version: 0, hash: '', fence: 0, events: [] };
    this.streams.set(key, made);
    return made;
  }

  /** Ends a session of the relay, as a lost connection does. */
  endSession(session: object): void {
    if (this.leader?.session !== session) return;
    const { onLost } = this.leader;
    this.leader = undefined;
    onLost();
  }
}

/** Names a stream in maps. */
export function streamKey({ streamId, tenantId }: StreamRef): string {
  return `${tenantId}|${streamId}`;
}

/** JSON text as its reader's own value. */
export function parsed(text: string): Json {
  return JSON.parse(text) as Json;
}
