import type { KafkaHeaders } from '../kafka-message.js';

/** A message as Kafka clients hand it over, with the topic that it came from. */
export interface KafkaMessage {
  readonly topic: string;
  readonly key?: Buffer | null;
  readonly value: Buffer | null;
  readonly headers?: KafkaHeaders;
}

/** A message that was set aside: as it came, with why in its headers. */
export interface DeadLetter {
  /** Where it belongs: one topic for each group and topic. */
  readonly topic: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Record<string, Buffer | string | (Buffer | string)[]>;
}

/** Longest reason that is sent along. */
const REASON_CHARS_MAX = 2_000;

/** The topic for what a group of consumers could not handle of another topic. Create it before the group starts. */
export function deadLetterTopicOf(group: string, topic: string): string {
  return `${topic}.${group}.dead`;
}

/**
 * The message with where it came from, why it was set aside and after how many tries. A letter that is set aside again
 * stays a letter of the topic that it came from first.
 */
export function deadLetterOf(
  message: KafkaMessage,
  given: { readonly group: string; readonly reason: string; readonly tries: number },
): DeadLetter {
  const kept: DeadLetter['headers'] = {};
  for (const [name, value] of Object.entries(message.headers ?? {})) {
    if (value !== undefined)
      kept[name] = Array.isArray(value) ? [...(value as (Buffer | string)[])] : (value as Buffer);
  }
  const origin = originOf(message);
  return {
    topic: deadLetterTopicOf(given.group, origin),
    key: message.key ?? null,
    value: message.value,
    headers: {
      ...kept,
      dead_topic: origin,
      dead_reason: given.reason.slice(0, REASON_CHARS_MAX),
      dead_tries: String(given.tries),
    },
  };
}

function originOf({ headers, topic }: KafkaMessage): string {
  const origin = headers?.['dead_topic'];
  return origin === undefined ? topic : String(Array.isArray(origin) ? origin[0] : origin);
}
