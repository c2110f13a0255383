import { messageOf } from '@caisson/kernel';
import { dataSchemaOf } from './cloud-event.js';
import type { EventEnvelope, PublicEvent } from './public-event.js';

/** Message headers as a Kafka client hands them over: bytes or text, or several of one name. */
export type KafkaHeaders = Readonly<Record<string, Buffer | string | readonly (Buffer | string)[] | undefined>>;

/** What came of reading a message. Reading never throws. */
export type Decoded =
  | { readonly outcome: 'event'; readonly event: PublicEvent }
  | { readonly outcome: 'malformed'; readonly reason: string };

const SPEC_VERSION = '1.0';
const CONTENT_TYPE = 'application/json';

/** The members of the envelope that are attributes of CloudEvents. Each of them is in every message. */
type Attribute = Exclude<keyof EventEnvelope, 'traceparent'>;

/** The trace has the header that W3C gave it, as every library expects it. */
const TRACE_HEADER = 'traceparent';

/** Attribute of each member of the envelope. Extensions are lower case without separators, as CloudEvents demands. */
const ATTRIBUTES = {
  id: 'ce_id',
  type: 'ce_type',
  source: 'ce_source',
  subject: 'ce_subject',
  time: 'ce_time',
  tenantId: 'ce_tenantid',
  correlationId: 'ce_correlationid',
  causationId: 'ce_causationid',
  actor: 'ce_actor',
  sequence: 'ce_sequence',
} as const satisfies Record<Attribute, string>;

/**
 * The headers of an event in binary mode; the value of the message is its data as JSON.
 *
 * Source: CloudEvents 1.0.2, section 3; Kafka Protocol Binding 1.0.2, section 3.2.
 */
export function encodeHeaders(envelope: EventEnvelope): Record<string, string> {
  return {
    'content-type': CONTENT_TYPE,
    ce_specversion: SPEC_VERSION,
    ce_dataschema: dataSchemaOf(envelope.type),
    [ATTRIBUTES.id]: envelope.id,
    [ATTRIBUTES.type]: envelope.type,
    [ATTRIBUTES.source]: envelope.source,
    [ATTRIBUTES.subject]: envelope.subject,
    [ATTRIBUTES.time]: envelope.time,
    [ATTRIBUTES.tenantId]: envelope.tenantId,
    [ATTRIBUTES.correlationId]: envelope.correlationId,
    [ATTRIBUTES.causationId]: envelope.causationId,
    [ATTRIBUTES.actor]: envelope.actor,
    [ATTRIBUTES.sequence]: String(envelope.sequence),
    ...(envelope.traceparent === undefined ? {} : { [TRACE_HEADER]: envelope.traceparent }),
  };
}

/** Reads a message in binary mode. Attributes that this build does not know are ignored; a missing one is malformed. */
export function decodeMessage(headers: KafkaHeaders | undefined, value: Buffer | null): Decoded {
  const texts = textsOf(headers ?? {});
  const reason = faultOf(texts);
  if (reason !== undefined) return { outcome: 'malformed', reason };
  if (value === null) return { outcome: 'malformed', reason: 'there is no data' };
  const traceparent = texts.get(TRACE_HEADER);
  const text = (member: Attribute): string => texts.get(ATTRIBUTES[member]) ?? '';
  try {
    return {
      outcome: 'event',
      event: {
        id: text('id'),
        type: text('type'),
        source: text('source'),
        subject: text('subject'),
        time: text('time'),
        tenantId: text('tenantId'),
        correlationId: text('correlationId'),
        causationId: text('causationId'),
        actor: text('actor'),
        sequence: Number(text('sequence')),
        ...(traceparent === undefined ? {} : { traceparent }),
        data: JSON.parse(value.toString('utf8')) as unknown,
      },
    };
  } catch (error) {
    return { outcome: 'malformed', reason: `the data is not JSON: ${messageOf(error)}` };
  }
}

/** What keeps these headers from being an event's; undefined when nothing does. */
function faultOf(texts: ReadonlyMap<string, string>): string | undefined {
  const specVersion = texts.get('ce_specversion');
  if (specVersion !== SPEC_VERSION) return `ce_specversion is ${quote(specVersion)}, not "${SPEC_VERSION}"`;
  const contentType = texts.get('content-type');
  if (contentType?.split(';')[0]?.trim().toLowerCase() !== CONTENT_TYPE) {
    return `content-type is ${quote(contentType)}, not ${CONTENT_TYPE}`;
  }
  for (const attribute of Object.values(ATTRIBUTES)) {
    if ((texts.get(attribute) ?? '') === '') return `${attribute} is missing`;
  }
  const sequence = texts.get(ATTRIBUTES.sequence) ?? '';
  return isVersion(sequence) ? undefined : `ce_sequence is ${quote(sequence)}, not a version`;
}

/** Headers that are there exactly once, as text, by lower-case name. */
function textsOf(headers: KafkaHeaders): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  for (const [name, value] of Object.entries(headers)) {
    if (typeof value === 'string') texts.set(name.toLowerCase(), value);
    else if (Buffer.isBuffer(value)) texts.set(name.toLowerCase(), value.toString('utf8'));
  }
  return texts;
}

function isVersion(text: string): boolean {
  return /^[1-9]\d{0,15}$/.test(text) && Number.isSafeInteger(Number(text));
}

function quote(text: string | undefined): string {
  return text === undefined ? 'missing' : JSON.stringify(text.slice(0, 100));
}
