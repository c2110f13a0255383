import { invariant } from '@caisson/kernel';
import type { ConsumerPosition, ConsumerTransaction, NewJob, StreamRef } from '@caisson/event-sourcing';
import { storedText, toStorable } from './stored-text.js';

const PARKED_REASON_LENGTH_MAX = 2_000;

/** A row of `consumer_position`. */
export interface PositionRow {
  readonly tenant_id: string;
  readonly stream_id: string;
  readonly last_version: string;
  readonly parked_from: string | null;
}

interface Movement {
  readonly stream: StreamRef;
  readonly lastVersion: number;
  readonly parkedFrom?: number;
  readonly reason?: string;
}

/** What the work of one transaction changed, kept until its end. */
export class PositionChanges implements ConsumerTransaction {
  readonly #positions: ReadonlyMap<string, ConsumerPosition>;
  readonly #movements = new Map<string, Movement>();
  readonly #jobs: { readonly tenantId: string; readonly job: NewJob }[] = [];

  constructor(rows: readonly PositionRow[]) {
    this.#positions = new Map(
      rows.map((row) => [keyOf({ tenantId: row.tenant_id, streamId: row.stream_id }), toPosition(row)]),
    );
  }

  get isEmpty(): boolean {
    return this.#movements.size === 0 && this.#jobs.length === 0;
  }

  position(stream: StreamRef): ConsumerPosition {
    const position = this.#positions.get(keyOf(stream));
    invariant(position !== undefined, `${stream.streamId} was not locked by this transaction`);
    return position;
  }

  advance(stream: StreamRef, version: number): void {
    const before = this.#movements.get(keyOf(stream)) ?? this.position(stream);
    invariant(before.parkedFrom === undefined, `${stream.streamId} is parked and cannot go on`);
    invariant(version >= before.lastVersion, `${stream.streamId} is at ${before.lastVersion}, not before ${version}`);
    this.#movements.set(keyOf(stream), { stream, lastVersion: version });
  }

  park(stream: StreamRef, version: number, reason: string): void {
    const { lastVersion } = this.#movements.get(keyOf(stream)) ?? this.position(stream);
    this.#movements.set(keyOf(stream), { stream, lastVersion, parkedFrom: version, reason });
  }

  enqueue(stream: StreamRef, job: NewJob): void {
    this.#jobs.push({ tenantId: stream.tenantId, job });
  }

  positionsJson(): string {
    const rows = [...this.#movements.values()].map(({ stream, lastVersion, parkedFrom, reason }) => ({
      tenant_id: stream.tenantId,
      stream_id: stream.streamId,
      last_version: lastVersion,
      parked_from: parkedFrom,
      parked_reason: reason === undefined ? undefined : toStorable(reason, PARKED_REASON_LENGTH_MAX),
    }));
    return storedText(rows, 'positions');
  }

  jobsJson(): string {
    const rows = this.#jobs.map(({ tenantId, job }) => ({
      tenant_id: tenantId,
      queue: job.queue,
      key: job.key,
      payload: job.payload,
      delay_ms: job.delayMs ?? 0,
      head_start_ms: job.headStartMs ?? 0,
    }));
    return storedText(rows, 'jobs');
  }
}

function toPosition(row: PositionRow): ConsumerPosition {
  const lastVersion = Number(row.last_version);
  return row.parked_from === null ? { lastVersion } : { lastVersion, parkedFrom: Number(row.parked_from) };
}

/** One text for a stream; ids hold no U+001F. */
export function keyOf(stream: StreamRef): string {
  return `${stream.tenantId}\u001f${stream.streamId}`;
}
