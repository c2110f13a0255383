import type { AsyncApiDocument } from '@caisson/contracts';
import { Ajv, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';

/** A message as it came from Kafka, texts decoded. */
export interface GivenMessage {
  readonly topic: string;
  readonly key: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly value: string;
}

/** Under which address the document is known to the checker. */
const PLACE = 'https://caisson.test/events';

/** Holds messages against an AsyncAPI document: topic, key, headers, and every member of the data. */
export class DocumentedMessages {
  readonly #document: AsyncApiDocument;
  readonly #ajv: Ajv;
  readonly #checks = new Map<string, ValidateFunction>();

  constructor(document: AsyncApiDocument) {
    this.#document = document;
    this.#ajv = new Ajv({ strict: false, allErrors: true });
    addFormats.default(this.#ajv);
    this.#ajv.addSchema(document, PLACE);
  }

  /** What of a message is not as documented; undefined when all of it is. */
  deviationOf({ headers, key, topic, value }: GivenMessage): string | undefined {
    const type = headers['ce_type'] ?? '';
    const channel = this.#document.channels[topic] as { readonly messages: object } | undefined;
    if (channel === undefined || !Object.hasOwn(channel.messages, type)) return `${topic} has no message ${type}`;
    if (key !== `${headers['ce_tenantid'] ?? ''}|${headers['ce_subject'] ?? ''}`) return `${type}: the key is ${key}`;
    return (
      this.#misfit(`/components/messages/${type}/headers`, headers) ??
      this.#misfit(`/components/schemas/${type}`, JSON.parse(value) as unknown)
    );
  }

  #misfit(pointer: string, given: unknown): string | undefined {
    const check = this.#checks.get(pointer) ?? this.#ajv.compile({ $ref: `${PLACE}#${pointer}` });
    this.#checks.set(pointer, check);
    return check(given) ? undefined : `${pointer}: ${this.#ajv.errorsText(check.errors)}`;
  }
}
