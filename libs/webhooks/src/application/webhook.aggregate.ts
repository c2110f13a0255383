import { eventTypeOf, type WebhookKind } from '@caisson/contracts';
import { unreadableEvent, type Aggregate, type NewDocument, type RecordedEvent } from '@caisson/event-sourcing';
import {
  webhookDecider,
  type WebhookCommand,
  type WebhookEvent,
  type WebhookRejection,
  type WebhookState,
} from '../domain/webhook.js';

/** The collection of webhooks, by id. */
export const WEBHOOKS = 'webhook';

/** Read model of a webhook, in `WEBHOOKS`. Its secrets follow from id and generation and are kept nowhere. */
export type WebhookDocument = {
  readonly id: string;
  readonly name: string;
  readonly kind: WebhookKind;
  readonly status: 'active' | 'removed';
  /** Of its newest secret, from 1. */
  readonly generation: number;
  /** Until when the secret before the newest is good; absent: it never had another. */
  readonly previousUntil?: string;
};

const SCHEMA_VERSION = 1;
const FACTS = {
  WebhookCreated: 'webhook-created',
  WebhookRotated: 'webhook-rotated',
  WebhookRemoved: 'webhook-removed',
} as const satisfies Record<WebhookEvent['type'], string>;

/** How webhooks are decided and stored, in `webhook-<id>`. */
export const webhookAggregate: Aggregate<WebhookState, WebhookCommand, WebhookEvent, WebhookRejection> = {
  category: 'webhook',
  decider: webhookDecider,
  encode: ({ type, ...data }) => ({
    ...{ type, schemaVersion: SCHEMA_VERSION, data },
    publicForm: { type: eventTypeOf('webhooks', FACTS[type]) },
  }),
  decode,
  documents: documentsOf,
};

function documentsOf(state: WebhookState): readonly NewDocument[] {
  if (state.status === 'absent') return [];
  const { webhookId: id, ...told } = state;
  const body: WebhookDocument = { id, ...told };
  return [{ collection: WEBHOOKS, id, body }];
}

function decode(recorded: RecordedEvent): WebhookEvent {
  const { data, schemaVersion, type } = recorded;
  if (!Object.hasOwn(FACTS, type) || schemaVersion !== SCHEMA_VERSION) throw unreadableEvent(recorded);
  return { ...(data as object), type } as WebhookEvent;
}
