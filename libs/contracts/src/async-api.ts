import { z } from 'zod';
import { CloudEvent, dataSchemaOf } from './cloud-event.js';
import { eventSchemasOf, referenceTo, type EventSchemas, type JsonSchema } from './event-schemas.js';
import { eventTypeOf, PUBLIC_EVENTS } from './public-event.js';
import { CONTEXTS, topicOf, TOPICS, type Context, type TopicSettings } from './topics.js';

/** One kind of message in an AsyncAPI document. */
export interface AsyncApiMessage {
  readonly name: string;
  readonly contentType: string;
  readonly headers: JsonSchema;
  readonly payload: JsonSchema;
  readonly bindings: JsonSchema;
}

/** An AsyncAPI 3 document, as far as it is read by programs of ours. */
export interface AsyncApiDocument {
  readonly asyncapi: string;
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly defaultContentType: string;
  readonly channels: Readonly<Record<string, JsonSchema>>;
  readonly operations: Readonly<Record<string, JsonSchema>>;
  readonly components: {
    readonly messages: Readonly<Record<string, AsyncApiMessage>>;
    readonly schemas: Readonly<Record<string, JsonSchema>>;
  };
}

/** The events of one topic, by type. */
export interface DescribedTopic {
  readonly topic: TopicSettings;
  readonly events: EventSchemas;
}

const HEADERS = 'EventHeaders';
const CONTENT_TYPE = 'application/json';
const KAFKA_BINDING = '0.5.0';

const DESCRIPTION = [
  'The public events of Caisson. Each message is a CloudEvent 1.0 in binary mode: attributes in headers, data as JSON',
  'in the value. At least once, in order per key; deduplicate by ce_id. Members, types and headers may be added: read',
  'what you know and pass over the rest. What would break readers becomes a type of a new major version beside the',
  'old one.',
].join(' ');

const KEY = {
  type: 'string',
  description: '<tenant>|<stream>: ce_tenantid, a bar and ce_subject. All events of a stream are in one partition.',
};

/** The document of everything that Caisson publishes on Kafka. */
export function describeEvents(): AsyncApiDocument {
  return asyncApiOf(
    CONTEXTS.flatMap((context) =>
      TOPICS.filter(({ name }) => name === topicOf(context)).map((topic) => ({ topic, events: eventsOf(context) })),
    ),
  );
}

/** The AsyncAPI 3 document of some topics. Source: AsyncAPI Specification 3.0.0; its Kafka bindings 0.5.0. */
export function asyncApiOf(described: readonly DescribedTopic[]): AsyncApiDocument {
  const events = Object.assign({}, ...described.map((topic) => topic.events)) as EventSchemas;
  return {
    asyncapi: '3.0.0',
    info: { title: 'Caisson events', version: '1.0.0', description: DESCRIPTION },
    defaultContentType: CONTENT_TYPE,
    channels: Object.fromEntries(described.map((topic) => [topic.topic.name, channelOf(topic)])),
    operations: Object.fromEntries(described.map(({ topic: { name } }) => [`publish-${name}`, publishing(name)])),
    components: {
      messages: Object.fromEntries(Object.keys(events).map((type) => [type, messageOf(type)])),
      schemas: { [HEADERS]: headersSchema(), ...eventSchemasOf(events) },
    },
  };
}

function eventsOf(context: Context): EventSchemas {
  const facts: Readonly<Record<string, z.ZodType>> = PUBLIC_EVENTS[context];
  return Object.fromEntries(
    Object.entries(facts).map(([fact, schema]) => [eventTypeOf(context, fact as never), schema]),
  );
}

function channelOf({ topic, events }: DescribedTopic): JsonSchema {
  const types = Object.keys(events);
  return {
    address: topic.name,
    messages: Object.fromEntries(types.map((type) => [type, { $ref: `#/components/messages/${type}` }])),
    bindings: {
      kafka: {
        topic: topic.name,
        partitions: topic.partitions,
        topicConfiguration: { 'cleanup.policy': ['delete'], 'retention.ms': topic.retentionMs },
        bindingVersion: KAFKA_BINDING,
      },
    },
  };
}

function publishing(topic: string): JsonSchema {
  return { action: 'send', channel: { $ref: `#/channels/${topic}` } };
}

function messageOf(type: string): AsyncApiMessage {
  const own = { ce_type: { const: type }, ce_dataschema: { const: dataSchemaOf(type) } };
  return {
    name: type,
    contentType: CONTENT_TYPE,
    headers: { type: 'object', allOf: [{ $ref: referenceTo(HEADERS) }], properties: own },
    payload: { $ref: referenceTo(type) },
    bindings: { kafka: { key: KEY, bindingVersion: KAFKA_BINDING } },
  };
}

/** The attributes of CloudEvents as headers, by the Kafka protocol binding 1.0.2, section 3.2. */
function headersSchema(): JsonSchema {
  const { datacontenttype, data: _data, ...attributes } = CloudEvent.shape;
  const headers = { 'content-type': datacontenttype, ...prefixed(attributes), traceparent: TraceParent.optional() };
  const { $schema: _schema, ...schema } = z.toJSONSchema(z.object(headers), { target: 'draft-07', io: 'input' });
  return schema;
}

const TraceParent = z
  .string()
  .regex(/^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}/)
  .describe('W3C Trace Context of the recording; there only when its trace is recorded.');

function prefixed(attributes: EventSchemas): EventSchemas {
  return Object.fromEntries(Object.entries(attributes).map(([name, schema]) => [`ce_${name}`, schema]));
}
