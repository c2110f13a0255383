import type pgModule from 'pg';
import type { Json } from '@caisson/kernel';
import {
  eventIdOf,
  NO_STREAM,
  type AppendRequest,
  type AppendResult,
  type EventStore,
  type LoadedStream,
  type LoadRequest,
  type RecordedEvent,
  type SequencedEvent,
  type Snapshot,
  type StreamHead,
  type StreamRef,
} from '@caisson/event-sourcing';
import type { AppendBatcher } from './append-batcher.js';
import { toAppendItem } from './append-item.js';
import { orFault } from './postgres-faults.js';
import { EVENT_COLUMNS, toRecordedEvent, type EventRow } from './recorded-event.js';
import type { StoreTracing } from './store-tracing.js';
import { isStorable, storedText } from './stored-text.js';

/** Most events that one page of `readAll` holds. */
const PAGE_EVENTS_MAX = 10_000;

/**
 * One statement, so that head, snapshot and events are of one moment. The first row is the head with the snapshot, the
 * others are events, found by the unique index over (tenant, stream, version).
 * $1 tenant, $2 stream, $3 first event's id of the command asked about, $4 shape of snapshot, $5 last version.
 * Columns by name: a prepared statement outlives a function that answers more of them.
 */
const LOAD = `
  select event_id, version, hash, data_text, type, schema_version, snapshot_version, snapshot_hash, command_id,
      correlation_id, causation_id, actor, service, occurred_at, command_recorded, traceparent
    from read_stream($1, $2, $3, $4, $5)`;

const SAVE_SNAPSHOT = `
  insert into snapshot as kept (tenant_id, stream_id, version, hash, schema_version, state)
    values ($1, $2, $3, $4, $5, $6::json)
    on conflict (tenant_id, stream_id) do update
      set version = excluded.version, hash = excluded.hash, schema_version = excluded.schema_version,
        state = excluded.state
      where (kept.schema_version, kept.version) < (excluded.schema_version, excluded.version)`;

const VERSIONS = `
  select coalesce(s.version, 0) as version
    from unnest($1::text[], $2::text[]) with ordinality as asked (tenant_id, stream_id, place)
    left join stream s on s.tenant_id = asked.tenant_id and s.stream_id = asked.stream_id
    order by asked.place`;

const READ_ALL = `
  select q.global_seq, ${EVENT_COLUMNS}
    from event_seq q join event e on e.event_id = q.event_id
    where q.global_seq > $1 order by q.global_seq limit $2`;

const NOTHING: LoadedStream = { head: NO_STREAM, events: [], commandRecorded: false };

interface HeadRow {
  readonly version: string | null;
  readonly hash: string | null;
  readonly data_text: string | null;
  readonly schema_version: number | null;
  readonly snapshot_version: string | null;
  readonly snapshot_hash: string | null;
  readonly command_recorded: boolean | null;
}

/** The event store on Postgres. */
export class PostgresEventStore implements EventStore {
  readonly #pool: pgModule.Pool;
  readonly #batcher: AppendBatcher;
  readonly #tracing: StoreTracing;

  constructor(pool: pgModule.Pool, batcher: AppendBatcher, tracing: StoreTracing) {
    this.#pool = pool;
    this.#batcher = batcher;
    this.#tracing = tracing;
  }

  async load(request: LoadRequest): Promise<LoadedStream> {
    const { stream, commandId, snapshotSchemaVersion, untilVersion } = request;
    if (![stream.tenantId, stream.streamId].every(isStorable)) return NOTHING; // No stream can be named so.
    const values = [
      stream.tenantId,
      stream.streamId,
      commandId === undefined ? null : eventIdOf(stream, commandId, 0),
      snapshotSchemaVersion ?? null,
      untilVersion ?? null,
    ];
    const answer = await orFault('read a stream', () =>
      this.#pool.query<HeadRow & EventRow>({ name: 'load', text: LOAD, values }),
    );
    const [first, ...rows] = answer.rows;
    const lastTrace = rows.at(-1)?.traceparent;
    if (commandId !== undefined && typeof lastTrace === 'string') this.#tracing.follow(lastTrace);
    return toLoadedStream(
      first,
      rows.map((row) => toRecordedEvent({ ...row, ...idsOf(stream) })),
      untilVersion,
    );
  }

  async append(request: AppendRequest): Promise<AppendResult> {
    return this.#tracing.append(request.stream.streamId, async (traceparent) =>
      this.#batcher.write(toAppendItem(request, traceparent)),
    );
  }

  async saveSnapshot(stream: StreamRef, snapshot: Snapshot): Promise<void> {
    const { head, schemaVersion } = snapshot;
    const state = storedText(snapshot.state, `snapshot of ${stream.streamId}`);
    await orFault('keep a snapshot', () =>
      this.#pool.query(SAVE_SNAPSHOT, [
        stream.tenantId,
        stream.streamId,
        head.version,
        head.hash,
        schemaVersion,
        state,
      ]),
    );
  }

  async versions(streams: readonly StreamRef[]): Promise<readonly number[]> {
    const values = [streams.map(({ tenantId }) => tenantId), streams.map(({ streamId }) => streamId)];
    const answer = await orFault('look how far streams are', () =>
      this.#pool.query<{ readonly version: string }>({ name: 'versions', text: VERSIONS, values }),
    );
    return answer.rows.map(({ version }) => Number(version));
  }

  async readAll(afterGlobalSeq: number, limit: number): Promise<readonly SequencedEvent[]> {
    const values = [afterGlobalSeq, Math.min(limit, PAGE_EVENTS_MAX)];
    const answer = await orFault('read all events', () =>
      this.#pool.query<EventRow & { readonly global_seq: string }>({ name: 'read-all', text: READ_ALL, values }),
    );
    return answer.rows.map((row) => ({ ...toRecordedEvent(row), globalSeq: Number(row.global_seq) }));
  }
}

function toLoadedStream(
  first: HeadRow | undefined,
  events: readonly RecordedEvent[],
  untilVersion: number | undefined,
): LoadedStream {
  const current = toHead(first);
  const snapshot = toSnapshot(first);
  const reached = events.at(-1) ?? snapshot?.head ?? NO_STREAM;
  const isCut = untilVersion !== undefined && untilVersion < current.version;
  return {
    head: isCut ? { version: reached.version, hash: reached.hash } : current,
    ...(snapshot === undefined ? {} : { snapshot }),
    events,
    commandRecorded: first?.command_recorded ?? false,
  };
}

function toHead(row: HeadRow | undefined): StreamHead {
  return { version: Number(row?.version ?? 0), hash: row?.hash ?? '' };
}

function toSnapshot(row: HeadRow | undefined): Snapshot | undefined {
  const { data_text: text, snapshot_version: version, schema_version: schemaVersion } = row ?? {};
  if (typeof text !== 'string' || typeof version !== 'string' || typeof schemaVersion !== 'number') return undefined;
  return {
    head: { version: Number(version), hash: row?.snapshot_hash ?? '' },
    schemaVersion,
    state: JSON.parse(text) as Json,
  };
}

function idsOf(stream: StreamRef): { readonly tenant_id: string; readonly stream_id: string } {
  return { tenant_id: stream.tenantId, stream_id: stream.streamId };
}
