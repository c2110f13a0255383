import type { WebhookKind } from '@caisson/contracts';
import { accept, reject, unreachable, type Decider, type Decision, type Instant } from '@caisson/kernel';

/** Facts about one webhook. Its secrets are never a fact. */
export type WebhookEvent =
  | {
      readonly type: 'WebhookCreated';
      readonly webhookId: string;
      readonly name: string;
      readonly kind: WebhookKind;
    }
  /** It has a new secret; the one before is good until then. */
  | {
      readonly type: 'WebhookRotated';
      readonly webhookId: string;
      readonly generation: number;
      readonly previousUntil: Instant;
    }
  | { readonly type: 'WebhookRemoved'; readonly webhookId: string };

/** Everything that a webhook judges. */
export type WebhookCommand =
  | {
      readonly type: 'CreateWebhook';
      readonly webhookId: string;
      readonly name: string;
      readonly kind: WebhookKind;
    }
  | { readonly type: 'RotateWebhook'; readonly previousUntil: Instant }
  | { readonly type: 'RemoveWebhook' };

/** Why a webhook says no. Codes are stable. */
export type WebhookRejection = { readonly code: 'webhook-not-found' };

/** What a webhook's stream folds to. `generation` is that of its newest secret, from 1. */
export type WebhookState =
  | { readonly status: 'absent' }
  | {
      readonly status: 'active' | 'removed';
      readonly webhookId: string;
      readonly name: string;
      readonly kind: WebhookKind;
      readonly generation: number;
      readonly previousUntil?: Instant;
    };

/** The rules of a webhook. */
export const webhookDecider: Decider<WebhookState, WebhookCommand, WebhookEvent, WebhookRejection> = {
  initialState: { status: 'absent' },
  decide: decideWebhook,
  evolve: evolveWebhook,
};

function decideWebhook(state: WebhookState, command: WebhookCommand): Decision<WebhookEvent, WebhookRejection> {
  if (command.type === 'CreateWebhook') {
    const { type: _, ...facts } = command;
    return state.status === 'absent' ? accept({ type: 'WebhookCreated', ...facts }) : accept();
  }
  if (state.status !== 'active') return reject({ code: 'webhook-not-found' });
  const { generation, webhookId } = state;
  switch (command.type) {
    case 'RotateWebhook': {
      const { previousUntil } = command;
      return accept({ type: 'WebhookRotated', webhookId, generation: generation + 1, previousUntil });
    }
    case 'RemoveWebhook':
      return accept({ type: 'WebhookRemoved', webhookId });
    default:
      return unreachable(command, 'command to a webhook');
  }
}

function evolveWebhook(state: WebhookState, event: WebhookEvent): WebhookState {
  if (event.type === 'WebhookCreated') {
    const { type: _, ...facts } = event;
    return { status: 'active', ...facts, generation: 1 };
  }
  if (state.status === 'absent') return state;
  switch (event.type) {
    case 'WebhookRotated': {
      const { generation, previousUntil } = event;
      return { ...state, generation, previousUntil };
    }
    case 'WebhookRemoved':
      return { ...state, status: 'removed' };
    default:
      return unreachable(event, 'event of a webhook');
  }
}
