import { z } from 'zod';
import type { EventEnvelope, PublicEvent } from './public-event.js';

const SPEC_VERSION = '1.0';
const CONTENT_TYPE = 'application/json';

/** A public event as one JSON object (CloudEvents 1.0.2 JSON format): what the live stream sends. */
export const CloudEvent = z.object({
  specversion: z.literal(SPEC_VERSION),
  id: z.string().describe('Unique for ever: the key to deduplicate by.'),
  source: z.string().describe('/caisson/<service>: the service whose stream it is.'),
  type: z.string().describe('caisson.<context>.<fact>.v<major>.'),
  subject: z.string().describe('The stream: <category>-<id>. Events of one stream arrive in its order.'),
  time: z.string().describe('When the fact happened.'),
  datacontenttype: z.literal(CONTENT_TYPE),
  dataschema: z.string().describe('Names the schema of the data.'),
  tenantid: z.string(),
  correlationid: z.string().describe('The whole story that the event belongs to.'),
  causationid: z.string().describe('The message or request that caused it.'),
  actor: z.string().describe('Who asked: a principal id, or service:<name>.'),
  sequence: z.string().describe('Version in the stream, from 1, as decimal digits; private facts leave gaps.'),
  data: z.unknown().describe('The fact itself, by the schema of its type.'),
});

/** A public event in the JSON format of CloudEvents. */
export type CloudEvent = z.infer<typeof CloudEvent>;

/** `urn:caisson:schema:<type>`: names the schema of the data; the type holds the major version. */
export function dataSchemaOf(type: string): string {
  return `urn:caisson:schema:${type}`;
}

/** The JSON text of an event whose data is JSON text already: what is stored is passed on without being parsed. */
export function cloudEventText(envelope: EventEnvelope, dataJson: string): string {
  const attributes: Omit<CloudEvent, 'data'> = {
    specversion: SPEC_VERSION,
    id: envelope.id,
    source: envelope.source,
    type: envelope.type,
    subject: envelope.subject,
    time: envelope.time,
    datacontenttype: CONTENT_TYPE,
    dataschema: dataSchemaOf(envelope.type),
    tenantid: envelope.tenantId,
    correlationid: envelope.correlationId,
    causationid: envelope.causationId,
    actor: envelope.actor,
    sequence: String(envelope.sequence),
  };
  return `${JSON.stringify(attributes).slice(0, -1)},"data":${dataJson}}`;
}

/** The event in the form in which consumers handle it. */
export function publicEventOf(event: CloudEvent): PublicEvent {
  return {
    id: event.id,
    type: event.type,
    source: event.source,
    subject: event.subject,
    time: event.time,
    tenantId: event.tenantid,
    correlationId: event.correlationid,
    causationId: event.causationid,
    actor: event.actor,
    sequence: Number(event.sequence),
    data: event.data,
  };
}
