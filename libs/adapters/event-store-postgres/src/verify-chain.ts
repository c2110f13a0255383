import type pgModule from 'pg';
import { NO_STREAM, type StreamHead, type StreamRef } from '@caisson/event-sourcing';
import { hashEvent } from './event-hash.js';
import { orFault } from './postgres-faults.js';

/** What a check of a stream found. A broken chain names the first version that is missing or not as it was written. */
export type ChainVerdict =
  | { readonly outcome: 'intact'; readonly head: StreamHead }
  | { readonly outcome: 'broken'; readonly version: number; readonly reason: string };

const PAGE_EVENTS = 1_000;

const PAGE = `
  select event_id, version, type, schema_version, data::text as data_text, public_type,
      public_data::text as public_data_text, command_id, correlation_id, causation_id, actor, service, occurred_at, hash
    from event where tenant_id = $1 and stream_id = $2 and version > $3 order by version limit ${PAGE_EVENTS}`;

interface ChainRow {
  readonly event_id: string;
  readonly version: string;
  readonly type: string;
  readonly schema_version: number;
  readonly data_text: string;
  readonly public_type: string | null;
  readonly public_data_text: string | null;
  readonly command_id: string;
  readonly correlation_id: string;
  readonly causation_id: string;
  readonly actor: string;
  readonly service: string;
  readonly occurred_at: string;
  readonly hash: string;
}

/**
 * Reads a whole stream and checks that every event is as it was written, that none is missing, and that the stream ends
 * where its row says. Linear in the events.
 */
export async function verifyChain(pool: pgModule.Pool, stream: StreamRef): Promise<ChainVerdict> {
  return orFault('verify a stream', async () => {
    // Read first: events that are appended meanwhile lie behind it.
    const recorded = await readHead(pool, stream);
    let head = NO_STREAM;
    while (head.version < recorded.version) {
      const page = await pool.query<ChainRow>(PAGE, [stream.tenantId, stream.streamId, head.version]);
      const verdict = followPage(stream, head, page.rows);
      if (verdict.outcome === 'broken') return verdict;
      if (page.rows.length === 0) return broken(head.version + 1, 'the event is missing');
      head = verdict.head;
      if (page.rows.some((row) => Number(row.version) === recorded.version && row.hash !== recorded.hash)) {
        return broken(recorded.version, "the stream's row names another hash");
      }
    }
    return { outcome: 'intact', head };
  });
}

const STREAMS_PAGE = 500;

/** By key. A stream whose row is gone is one, too, as long as it has events. */
const STREAMS = `
  select tenant_id, stream_id from (
    (select tenant_id, stream_id from stream
      where version > 0 and (tenant_id, stream_id) > ($1, $2) and ($3::text is null or tenant_id = $3)
      order by tenant_id, stream_id limit ${STREAMS_PAGE})
    union
    (select distinct tenant_id, stream_id from event
      where version = 1 and (tenant_id, stream_id) > ($1, $2) and ($3::text is null or tenant_id = $3)
      order by tenant_id, stream_id limit ${STREAMS_PAGE})) as known
    order by tenant_id, stream_id limit ${STREAMS_PAGE}`;

/** What a check of one stream among many found. */
export interface CheckedStream {
  readonly stream: StreamRef;
  readonly verdict: ChainVerdict;
}

/** Checks every stream, of one tenant or of all, one after another. Linear in the events; holds a page of names. */
export async function* verifyChains(
  pool: pgModule.Pool,
  { tenantId }: { readonly tenantId?: string | undefined },
): AsyncGenerator<CheckedStream> {
  let last: StreamRef = { tenantId: '', streamId: '' };
  for (;;) {
    const values = [last.tenantId, last.streamId, tenantId ?? null];
    const page = await orFault('list streams', () =>
      pool.query<{ tenant_id: string; stream_id: string }>(STREAMS, values),
    );
    for (const row of page.rows) {
      last = { tenantId: row.tenant_id, streamId: row.stream_id };
      const verdict = await verifyChain(pool, last);
      const isRowGone = verdict.outcome === 'intact' && verdict.head.version === 0;
      yield { stream: last, verdict: isRowGone ? broken(1, 'the row of the stream is missing') : verdict };
    }
    if (page.rows.length < STREAMS_PAGE) return;
  }
}

function followPage(stream: StreamRef, start: StreamHead, rows: readonly ChainRow[]): ChainVerdict {
  let head = start;
  for (const row of rows) {
    const version = head.version + 1;
    if (Number(row.version) !== version) return broken(version, 'the event is missing');
    const hash = hashEvent(head.hash, toHashedEvent(stream, row));
    if (hash !== row.hash) return broken(version, 'the event is not as it was written');
    head = { version, hash };
  }
  return { outcome: 'intact', head };
}

async function readHead(pool: pgModule.Pool, stream: StreamRef): Promise<StreamHead> {
  const found = await pool.query<{ version: string; head_hash: string }>(
    'select version, head_hash from stream where tenant_id = $1 and stream_id = $2',
    [stream.tenantId, stream.streamId],
  );
  const row = found.rows[0];
  return row === undefined ? NO_STREAM : { version: Number(row.version), hash: row.head_hash };
}

function toHashedEvent(stream: StreamRef, row: ChainRow) {
  return {
    eventId: row.event_id,
    tenantId: stream.tenantId,
    streamId: stream.streamId,
    version: Number(row.version),
    type: row.type,
    schemaVersion: row.schema_version,
    dataText: row.data_text,
    publicType: row.public_type ?? undefined,
    publicDataText: row.public_data_text ?? undefined,
    commandId: row.command_id,
    correlationId: row.correlation_id,
    causationId: row.causation_id,
    actor: row.actor,
    service: row.service,
    occurredAt: row.occurred_at,
  };
}

function broken(version: number, reason: string): ChainVerdict {
  return { outcome: 'broken', version, reason };
}
