import { createHash } from 'node:crypto';
import {
  eventIdOf,
  jobsChannel,
  OUTBOX_CHANNEL,
  type AppendRequest,
  type AppendResult,
  type EventStore,
  type LoadedStream,
  type LoadRequest,
  type NewDocument,
  type RecordedEvent,
  type SequencedEvent,
  type Snapshot,
  type StreamRef,
} from '@caisson/event-sourcing';
import { Fault } from '@caisson/kernel';
import { exhaustedOf } from './quotas.js';
import { parsed, streamKey, type EventRow, type SimDatabase, type StreamRow } from './sim-database.js';
import { insertJob, newJobRow } from './sim-job-queue.js';
import { refuseUnstorable, storedText } from './stored-text.js';

const SCHEMA_VERSION_MAX = 2 ** 31 - 1;

/** The event store over simulated tables. */
export class SimEventStore implements EventStore {
  constructor(private readonly database: SimDatabase) {}

  async load(request: LoadRequest): Promise<LoadedStream> {
    const { commandId, snapshotSchemaVersion, stream, untilVersion = Infinity } = request;
    const row = this.database.streams.get(streamKey(stream));
    if (row === undefined || row.version === 0) {
      return { head: { version: 0, hash: '' }, events: [], commandRecorded: false };
    }
    const usable = usableSnapshot(row, snapshotSchemaVersion, untilVersion);
    const until = Math.min(row.version, untilVersion);
    const last = row.events[until - 1];
    return {
      head: { version: last?.version ?? 0, hash: last?.hash ?? '' },
      ...(usable === undefined ? {} : { snapshot: toSnapshot(usable) }),
      events: row.events.slice(usable?.version ?? 0, until).map((event) => toRecorded(event)),
      commandRecorded: commandId !== undefined && this.database.eventIds.has(eventIdOf(stream, commandId, 0)),
    };
  }

  async append(request: AppendRequest): Promise<AppendResult> {
    const { stream } = request;
    const rows = textOf(request);
    const release = await this.database.rowLocks.lock([`stream ${streamKey(stream)}`]);
    try {
      const row = this.database.stream(stream);
      const refusal = this.#refusalOf(request, row);
      if (refusal !== undefined) return refusal;
      const written = chained(row, request, { texts: rows, recordedAtMs: this.database.nowMs });
      const drawn = written.map(() => this.database.draw());
      await this.database.commit();
      this.#write(request, row, { written, drawn });
      return { outcome: 'appended', head: { version: row.version, hash: row.hash } };
    } finally {
      release();
    }
  }

  async saveSnapshot(stream: StreamRef, { head, schemaVersion, state }: Snapshot): Promise<void> {
    const row = this.database.stream(stream);
    if ((row.snapshot?.version ?? 0) >= head.version) return;
    row.snapshot = { ...head, schemaVersion, text: JSON.stringify(state) };
  }

  async versions(streams: readonly StreamRef[]): Promise<readonly number[]> {
    return streams.map((stream) => this.database.streams.get(streamKey(stream))?.version ?? 0);
  }

  async readAll(afterGlobalSeq: number, limit: number): Promise<readonly SequencedEvent[]> {
    return this.database.sequence
      .slice(afterGlobalSeq, afterGlobalSeq + limit)
      .map(({ event, globalSeq }) => ({ ...toRecorded(event), globalSeq }));
  }

  #refusalOf(request: AppendRequest, row: StreamRow): AppendResult | undefined {
    const { context, expected, fencingToken, stream } = request;
    const first = this.database.eventIds.get(eventIdOf(stream, context.commandId, 0));
    if (first !== undefined) {
      const own = row.events.filter((event) => event.context.commandId === context.commandId);
      return { outcome: 'repeated', version: own.at(-1)?.version ?? first.version };
    }
    if (fencingToken !== undefined && fencingToken < row.fence) return { outcome: 'fenced', fencingToken: row.fence };
    if (row.version !== expected.version || row.hash !== expected.hash) {
      return { outcome: 'conflict', version: row.version };
    }
    const exhausted = exhaustedOf(this.database, stream.tenantId, request.claims ?? []);
    return exhausted === undefined ? undefined : { outcome: 'exhausted', ...exhausted };
  }

  /** All that one append writes, at once. */
  #write(
    { documents = [], jobs = [], stream }: AppendRequest,
    row: StreamRow,
    { drawn, written }: { readonly written: readonly EventRow[]; readonly drawn: readonly number[] },
  ): void {
    const { database } = this;
    for (const [index, event] of written.entries()) {
      row.events.push(event);
      database.eventIds.set(event.eventId, event);
      database.outbox.set(drawn[index] ?? 0, event);
      database.written.set(drawn[index] ?? 0, event);
    }
    row.version += written.length;
    row.hash = written.at(-1)?.hash ?? row.hash;
    for (const document of documents) this.#replace(stream.tenantId, row.version, document);
    for (const job of jobs) {
      insertJob(database, newJobRow(database, stream.tenantId, job));
      database.wake(jobsChannel(job.queue), job.delayMs);
    }
    database.wake(OUTBOX_CHANNEL);
  }

  /** Documents only move forward in version. */
  #replace(tenantId: string, version: number, { body, collection, id }: NewDocument): void {
    const key = `${tenantId}|${collection}|${id}`;
    if ((this.database.documents.get(key)?.version ?? 0) >= version) return;
    this.database.documents.set(key, { tenantId, collection, id, version, text: JSON.stringify(body) });
  }
}

interface EventTexts {
  readonly dataText: string;
  readonly publicText: string;
}

/** @throws Fault when something in it cannot be stored. */
function textOf({ context, documents = [], events, jobs = [], stream }: AppendRequest): readonly EventTexts[] {
  refuseUnstorable(stream.tenantId, stream.streamId, ...(Object.values(context) as readonly string[]));
  for (const { body } of documents) storedText(body);
  for (const { payload } of jobs) storedText(payload);
  return events.map(({ data, publicForm, schemaVersion }) => {
    if (schemaVersion > SCHEMA_VERSION_MAX) {
      throw new Fault('store-refused', 'The schema version is no integer of Postgres.', { retryable: false });
    }
    const dataText = storedText(data);
    return { dataText, publicText: publicForm?.data === undefined ? dataText : storedText(publicForm.data) };
  });
}

function chained(
  row: StreamRow,
  request: AppendRequest,
  { recordedAtMs, texts }: { readonly texts: readonly EventTexts[]; readonly recordedAtMs: number },
): readonly EventRow[] {
  const { context, events, fencingToken, stream } = request;
  let { hash } = row;
  return events.map((event, index) => {
    const { dataText, publicText } = texts[index] as EventTexts;
    const version = row.version + index + 1;
    hash = createHash('sha256').update(`${hash}\n${version}\n${event.type}\n${dataText}\n${publicText}`).digest('hex');
    return {
      ...stream,
      eventId: eventIdOf(stream, context.commandId, index),
      version,
      type: event.type,
      schemaVersion: event.schemaVersion,
      dataText,
      publicType: event.publicForm?.type,
      publicText,
      context: { ...context, causationId: event.causationId ?? context.causationId },
      hash,
      fencingToken,
      recordedAtMs,
    };
  });
}

function toRecorded(row: EventRow): RecordedEvent {
  const { context, dataText, eventId, hash, schemaVersion, streamId, tenantId, type, version } = row;
  const data = parsed(dataText);
  return { eventId, tenantId, streamId, version, type, schemaVersion, data, context: { ...context }, hash };
}

function usableSnapshot({ snapshot }: StreamRow, schemaVersion: number | undefined, untilVersion: number) {
  if (snapshot === undefined || snapshot.schemaVersion !== schemaVersion) return undefined;
  return snapshot.version <= untilVersion ? snapshot : undefined;
}

function toSnapshot(kept: NonNullable<StreamRow['snapshot']>): Snapshot {
  const { hash, schemaVersion, text, version } = kept;
  return { head: { version, hash }, schemaVersion, state: parsed(text) };
}
