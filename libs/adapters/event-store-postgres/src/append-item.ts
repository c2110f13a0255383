import { Fault, invariant } from '@caisson/kernel';
import { eventIdOf, type AppendRequest, type Holding, type NewEvent, type StreamHead } from '@caisson/event-sourcing';
import { hashEvent, type HashedEvent } from './event-hash.js';
import { storedText } from './stored-text.js';

/** Most events in one append: a decision is small; what is larger belongs into several. */
const EVENTS_PER_APPEND_MAX = 5_000;

/** Most bytes of one append, so that one caller cannot hold up all that wait with it. */
const APPEND_BYTES_MAX = 16 * 1024 * 1024;

/** An append as text, ready to be written with others. Rows lack their place in the group: `"item":n}` ends them. */
export interface AppendItem {
  readonly streamKey: string;
  /** Where the stream ends when it is written. */
  readonly head: StreamHead;
  readonly isNewStream: boolean;
  readonly stream: string;
  readonly events: readonly string[];
  readonly documents: readonly string[];
  readonly jobs: readonly string[];
  /** Which queues get a job, and in how many milliseconds it is due. */
  readonly wakes: readonly { readonly queue: string; readonly delayMs: number }[];
  readonly sizeBytes: number;
}

/**
 * Turns an append into rows: gives events their ids, versions and hashes.
 *
 * @param traceparent - where it is recorded in which trace; stored beside each event, outside of its hash.
 * @throws Fault `invalid-text` for what Postgres cannot store, `append-too-large` above the limits. Not retryable.
 */
export function toAppendItem(request: AppendRequest, traceparent?: string): AppendItem {
  const { stream, expected, events } = request;
  invariant(events.length > 0, `an append to ${stream.streamId} holds no event`);
  if (events.length > EVENTS_PER_APPEND_MAX) throw tooLarge(request, `${events.length} events`);
  const chained = events.map((event, index) => toHashedEvent(request, event, index));
  const hashes: string[] = [];
  for (const event of chained) hashes.push(hashEvent(hashes.at(-1) ?? expected.hash, event));
  const head = { version: expected.version + events.length, hash: hashes.at(-1) ?? expected.hash };
  const item = {
    streamKey: `${stream.tenantId}\u001f${stream.streamId}`,
    head,
    isNewStream: expected.version === 0,
    stream: streamRow(request, head, chained[0]?.eventId),
    events: chained.map((event, index) =>
      eventRow(event, { hash: hashes[index], fencing_token: request.fencingToken, traceparent }),
    ),
    documents: documentRows(request, head.version),
    jobs: jobRows(request),
    wakes: (request.jobs ?? []).map(({ queue, delayMs = 0 }) => ({ queue, delayMs })),
  };
  const sizeBytes = [item.stream, ...item.events, ...item.documents, ...item.jobs].reduce(
    (sum, row) => sum + Buffer.byteLength(row),
    0,
  );
  if (sizeBytes > APPEND_BYTES_MAX) throw tooLarge(request, `${sizeBytes} bytes`);
  return { ...item, sizeBytes };
}

function toHashedEvent(request: AppendRequest, event: NewEvent, index: number): HashedEvent {
  const { stream, context } = request;
  const what = `event ${event.type} of ${stream.streamId}`;
  const publicData = event.publicForm?.data;
  invariant(publicData !== null, `${what} has no public data`); // Would be read as "same as the private data".
  return {
    eventId: eventIdOf(stream, context.commandId, index),
    tenantId: stream.tenantId,
    streamId: stream.streamId,
    version: request.expected.version + index + 1,
    type: event.type,
    schemaVersion: event.schemaVersion,
    dataText: storedText(event.data, what),
    publicType: event.publicForm?.type,
    publicDataText: publicData === undefined ? undefined : storedText(publicData, what),
    commandId: context.commandId,
    correlationId: context.correlationId,
    causationId: event.causationId ?? context.causationId,
    actor: context.actor,
    service: context.service,
    occurredAt: context.occurredAt,
  };
}

/** What is stored with an event and is not covered by its hash. */
interface Beside {
  readonly hash: string | undefined;
  readonly fencing_token: number | undefined;
  readonly traceparent: string | undefined;
}

function eventRow(event: HashedEvent, beside: Beside): string {
  const short = {
    event_id: event.eventId,
    tenant_id: event.tenantId,
    stream_id: event.streamId,
    version: event.version,
    type: event.type,
    schema_version: event.schemaVersion,
    public_type: event.publicType,
    command_id: event.commandId,
    correlation_id: event.correlationId,
    causation_id: event.causationId,
    actor: event.actor,
    service: event.service,
    occurred_at: event.occurredAt,
    ...beside,
  };
  const publicData = event.publicDataText === undefined ? '' : `"public_data":${event.publicDataText},`;
  return `${open(storedText(short, `event ${event.type}`))}"data":${event.dataText},${publicData}`;
}

function streamRow(request: AppendRequest, head: StreamHead, firstEventId: string | undefined): string {
  const { stream, expected } = request;
  const row = {
    tenant_id: stream.tenantId,
    stream_id: stream.streamId,
    expected_version: expected.version,
    expected_hash: expected.hash,
    next_version: head.version,
    next_hash: head.hash,
    fencing_token: request.fencingToken,
    first_event_id: firstEventId,
    ...(request.claims === undefined ? {} : { claims: request.claims }),
    ...(request.holds === undefined ? {} : { holds: request.holds.map(toHoldingRow) }),
  };
  return open(storedText(row, `stream ${stream.streamId}`));
}

function toHoldingRow({ amount, claims, quota }: Holding) {
  return { quota, amount, bounded: claims };
}

function documentRows(request: AppendRequest, version: number): string[] {
  const tenantId = request.stream.tenantId;
  return (request.documents ?? []).map(({ collection, id, body }, place) => {
    const row = { place, tenant_id: tenantId, collection, id, version, body };
    return open(storedText(row, `document ${collection} ${id}`));
  });
}

function jobRows(request: AppendRequest): string[] {
  const tenantId = request.stream.tenantId;
  return (request.jobs ?? []).map(({ queue, key, payload, delayMs = 0, headStartMs = 0 }) => {
    const row = { tenant_id: tenantId, queue, key, payload, delay_ms: delayMs, head_start_ms: headStartMs };
    return open(storedText(row, `job ${key}`));
  });
}

/** A JSON object's text without its closing brace, ready for one more member. */
function open(objectText: string): string {
  return `${objectText.slice(0, -1)},`;
}

function tooLarge(request: AppendRequest, size: string): Fault {
  return new Fault('append-too-large', `An append to ${request.stream.streamId} has ${size}. Split it.`, {
    retryable: false,
  });
}
