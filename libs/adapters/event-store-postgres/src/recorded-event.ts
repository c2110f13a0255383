import type { PublicEvent } from '@caisson/contracts';
import type { RecordedEvent } from '@caisson/event-sourcing';
import type { OutboxEntry } from '@caisson/event-sourcing';

/** The columns of `event e` that make a recorded event; JSON as text. */
export const EVENT_COLUMNS = `e.event_id, e.tenant_id, e.stream_id, e.version, e.type, e.schema_version,
  e.data::text as data_text, e.command_id, e.correlation_id, e.causation_id, e.actor, e.service, e.occurred_at, e.hash,
  e.traceparent`;

/** A row of `EVENT_COLUMNS`. */
export interface EventRow {
  readonly event_id: string;
  readonly tenant_id: string;
  readonly stream_id: string;
  readonly version: string;
  readonly type: string;
  readonly schema_version: number;
  readonly data_text: string;
  readonly command_id: string;
  readonly correlation_id: string;
  readonly causation_id: string;
  readonly actor: string;
  readonly service: string;
  readonly occurred_at: string;
  readonly hash: string;
  readonly traceparent: string | null;
}

/** An event as its own context reads it. */
export function toRecordedEvent(row: EventRow): RecordedEvent {
  return {
    eventId: row.event_id,
    tenantId: row.tenant_id,
    streamId: row.stream_id,
    version: Number(row.version),
    type: row.type,
    schemaVersion: row.schema_version,
    data: JSON.parse(row.data_text) as unknown,
    context: {
      correlationId: row.correlation_id,
      causationId: row.causation_id,
      actor: row.actor,
      commandId: row.command_id,
      occurredAt: row.occurred_at,
      service: row.service,
    },
    hash: row.hash,
    ...tracedBy(row),
  };
}

/** The columns of `event e` that make a public event; data as text. Only for rows whose `public_type` is not null. */
export const PUBLIC_COLUMNS = `e.event_id, e.tenant_id, e.stream_id, e.version, e.public_type, e.service, e.occurred_at,
  e.correlation_id, e.causation_id, e.actor, e.traceparent, coalesce(e.public_data, e.data)::text as data_text`;

/** A row of `PUBLIC_COLUMNS`. */
export interface PublicRow {
  readonly event_id: string;
  readonly tenant_id: string;
  readonly stream_id: string;
  readonly version: string;
  readonly public_type: string;
  readonly service: string;
  readonly occurred_at: string;
  readonly correlation_id: string;
  readonly causation_id: string;
  readonly actor: string;
  readonly traceparent: string | null;
  readonly data_text: string;
}

/** All of a public event but its data. */
export function toEnvelope(row: PublicRow): OutboxEntry['envelope'] {
  return {
    id: row.event_id,
    type: row.public_type,
    source: `/caisson/${row.service}`,
    subject: row.stream_id,
    time: row.occurred_at,
    tenantId: row.tenant_id,
    correlationId: row.correlation_id,
    causationId: row.causation_id,
    actor: row.actor,
    sequence: Number(row.version),
    ...tracedBy(row),
  };
}

/** An event as everybody else reads it. */
export function toPublicEvent(row: PublicRow): PublicEvent {
  return { ...toEnvelope(row), data: JSON.parse(row.data_text) as unknown };
}

function tracedBy({ traceparent }: { readonly traceparent: string | null }): { readonly traceparent?: string } {
  return traceparent === null ? {} : { traceparent };
}
