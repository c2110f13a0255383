import { sha256 } from '@caisson/kernel';

/** All of an event that its hash covers, JSON as the exact text that is stored. */
export interface HashedEvent {
  readonly eventId: string;
  readonly tenantId: string;
  readonly streamId: string;
  readonly version: number;
  readonly type: string;
  readonly schemaVersion: number;
  readonly dataText: string;
  readonly publicType: string | undefined;
  readonly publicDataText: string | undefined;
  readonly commandId: string;
  readonly correlationId: string;
  readonly causationId: string;
  readonly actor: string;
  readonly service: string;
  readonly occurredAt: string;
}

/**
 * SHA-256 over the hash before it and the event, as 64 hexadecimal digits. The input is a JSON array of the short
 * fields in the order below, a line end, the data's text, a line end, the public data's text: JSON text holds no line
 * end of its own, so no two events give one input.
 */
export function hashEvent(previousHash: string, event: HashedEvent): string {
  const head = [
    previousHash,
    event.eventId,
    event.tenantId,
    event.streamId,
    event.version,
    event.type,
    event.schemaVersion,
    event.publicType ?? null,
    event.commandId,
    event.correlationId,
    event.causationId,
    event.actor,
    event.service,
    event.occurredAt,
  ];
  return sha256(`${JSON.stringify(head)}\n${event.dataText}\n${event.publicDataText ?? ''}`);
}
