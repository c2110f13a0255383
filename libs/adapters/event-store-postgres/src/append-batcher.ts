import type pgModule from 'pg';
import { Fault } from '@caisson/kernel';
import type { AppendResult, Exhausted } from '@caisson/event-sourcing';
import type { AppendItem } from './append-item.js';
import { failureKindOf, toFault } from './postgres-faults.js';

/** Appends that share a commit. Above a hundred or so the gain per append is small and each waits longer. */
const BATCH_ITEMS_MAX = 200;

/** Bytes that share a commit; a single larger append goes alone. */
const BATCH_BYTES_MAX = 2 * 1024 * 1024;

/** Appends that may wait in this process; more means that the database cannot keep up. */
const WAITING_MAX = 10_000;

/** Tries of a group that met a deadlock or a serialization failure: nothing of it was written. */
const COLLISIONS_MAX = 5;

interface Waiting {
  readonly item: AppendItem;
  readonly resolve: (result: AppendResult) => void;
  readonly reject: (error: Error) => void;
}

/** An append that was not accepted, as the database tells it. */
interface Refusal {
  readonly item: number;
  readonly outcome: 'repeated' | 'conflict' | 'fenced' | 'exhausted';
  readonly version: number;
  readonly fence: number;
  readonly exhausted?: Exhausted | null;
}

const APPEND = { name: 'append', text: 'select append_events($1, $2, $3, $4, $5)::text as refusals' };

/**
 * Writes what waits together, in one statement and one commit (group commit): while one group is on its way the next
 * one gathers. One group at a time, at most one append per stream in it, in the order of arrival per stream.
 */
export class AppendBatcher {
  readonly #pool: pgModule.Pool;
  readonly #onWritten: (items: readonly AppendItem[]) => void;
  #waiting: Waiting[] = [];
  #writing = false;

  /** `onWritten` is told what was committed. The pool should have one connection: more flushers gain nothing. */
  constructor(pool: pgModule.Pool, onWritten: (items: readonly AppendItem[]) => void) {
    this.#pool = pool;
    this.#onWritten = onWritten;
  }

  /** Resolves when the append is committed or was not accepted; rejects with a fault. */
  write(item: AppendItem): Promise<AppendResult> {
    if (this.#waiting.length >= WAITING_MAX) {
      throw new Fault('store-overloaded', `${WAITING_MAX} appends are waiting for Postgres. Try again later.`, {
        retryable: true,
      });
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject });
      if (this.#writing) return;
      this.#writing = true;
      setImmediate(() => void this.#drain()); // Callers that were woken together are written together.
    });
  }

  async #drain(): Promise<void> {
    while (this.#waiting.length > 0) await this.#writeGroup(this.#takeGroup());
    this.#writing = false;
  }

  #takeGroup(): readonly Waiting[] {
    const group: Waiting[] = [];
    const later: Waiting[] = [];
    const streams = new Set<string>();
    let sizeBytes = 0;
    for (const waiting of this.#waiting) {
      const { streamKey } = waiting.item;
      const fits =
        group.length < BATCH_ITEMS_MAX &&
        (group.length === 0 || sizeBytes + waiting.item.sizeBytes <= BATCH_BYTES_MAX) &&
        !streams.has(streamKey);
      streams.add(streamKey); // Also when it does not fit: what follows on the same stream must not overtake it.
      if (fits) sizeBytes += waiting.item.sizeBytes;
      (fits ? group : later).push(waiting);
    }
    this.#waiting = later;
    return group;
  }

  async #writeGroup(group: readonly Waiting[]): Promise<void> {
    try {
      this.#settle(group, await this.#callAppend(group));
    } catch (error) {
      const alone = group.length === 1 || failureKindOf(error) === 'unavailable';
      if (alone) for (const waiting of group) waiting.reject(toFault(error, 'append'));
      else await this.#writeOneByOne(group);
    }
  }

  /** A group that failed as a whole wrote nothing: each alone, so that a bad one fails alone. */
  async #writeOneByOne(group: readonly Waiting[]): Promise<void> {
    for (const waiting of group) await this.#writeGroup([waiting]);
  }

  async #callAppend(group: readonly Waiting[]): Promise<readonly Refusal[]> {
    const values = toParameters(group.map((waiting) => waiting.item));
    for (let attempt = 1; ; attempt += 1) {
      try {
        const answer = await this.#pool.query<{ refusals: string | null }>({ ...APPEND, values });
        return JSON.parse(answer.rows[0]?.refusals ?? '[]') as Refusal[];
      } catch (error) {
        if (failureKindOf(error) !== 'collided' || attempt === COLLISIONS_MAX) throw error;
      }
    }
  }

  #settle(group: readonly Waiting[], refusals: readonly Refusal[]): void {
    const refused = new Map(refusals.map((refusal) => [refusal.item, refusal]));
    this.#onWritten(group.filter((_, place) => !refused.has(place)).map(({ item }) => item));
    for (const [place, { item, resolve }] of group.entries()) {
      const refusal = refused.get(place);
      resolve(refusal === undefined ? { outcome: 'appended', head: item.head } : toResult(refusal));
    }
  }
}

function toParameters(items: readonly AppendItem[]): unknown[] {
  const rowsOf = (pick: (item: AppendItem) => readonly string[]): string[] =>
    items.flatMap((item, place) => pick(item).map((row) => `${row}"item":${place}}`));
  const documents = rowsOf((item) => item.documents);
  const jobs = rowsOf((item) => item.jobs);
  return [
    `[${rowsOf((item) => [item.stream]).join()}]`,
    `[${rowsOf((item) => item.events).join()}]`,
    documents.length === 0 ? null : `[${documents.join()}]`,
    jobs.length === 0 ? null : `[${jobs.join()}]`,
    items.some((item) => item.isNewStream),
  ];
}

function toResult(refusal: Refusal): AppendResult {
  switch (refusal.outcome) {
    case 'repeated':
    case 'conflict':
      return { outcome: refusal.outcome, version: refusal.version };
    case 'fenced':
      return { outcome: 'fenced', fencingToken: refusal.fence };
    case 'exhausted':
      return { outcome: 'exhausted', ...(refusal.exhausted ?? { quota: '', used: 0, limit: 0 }) };
  }
}
