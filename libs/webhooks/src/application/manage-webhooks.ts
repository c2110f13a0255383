import type { WebhookKind } from '@caisson/contracts';
import { handleCommand, type CommandContext, type CommandRuntime } from '@caisson/event-sourcing';
import { deterministicId } from '@caisson/kernel';
import type { WebhookCommand, WebhookRejection } from '../domain/webhook.js';
import { webhookAggregate } from './webhook.aggregate.js';

/** Which webhook is wanted. */
export interface CreateWebhookInput {
  readonly name: string;
  readonly kind: WebhookKind;
  readonly context: CommandContext;
}

/** Which webhook gets a new secret, and how long the old one is good beside it. */
export interface RotateWebhookInput {
  readonly webhookId: string;
  readonly overlapMs: number;
  readonly context: CommandContext;
}

/** Which webhook goes. */
export interface RemoveWebhookInput {
  readonly webhookId: string;
  readonly context: CommandContext;
}

/** Why no secret of a webhook is given. `secret-shown`: the same command was followed before. */
export type WebhookGivingRejection = WebhookRejection | { readonly code: 'secret-shown' };

/** A webhook that has a new secret: the one of this generation. */
export type WebhookGiven =
  | { readonly outcome: 'accepted'; readonly webhookId: string; readonly generation: number }
  | { readonly outcome: 'rejected'; readonly rejection: WebhookGivingRejection };

/** Creates webhooks, replaces their secrets, and removes them. It never sees a secret. */
export class ManageWebhooks {
  constructor(private readonly runtime: CommandRuntime) {}

  /** @throws Fault as `handleCommand` does. */
  create({ context, kind, name }: CreateWebhookInput): Promise<WebhookGiven> {
    const webhookId = deterministicId('webhook', context.tenantId, context.commandId);
    return this.given(webhookId, { type: 'CreateWebhook', webhookId, name, kind }, context);
  }

  /** @throws Fault as `handleCommand` does. */
  rotate({ context, overlapMs, webhookId }: RotateWebhookInput): Promise<WebhookGiven> {
    const previousUntil = new Date(Date.parse(this.runtime.clock.now()) + overlapMs).toISOString();
    return this.given(webhookId, { type: 'RotateWebhook', previousUntil }, context);
  }

  /** @throws Fault as `handleCommand` does. */
  async remove({ context, webhookId }: RemoveWebhookInput): Promise<WebhookRejection | undefined> {
    const command = { type: 'RemoveWebhook' } as const;
    const handled = await handleCommand(this.runtime, webhookAggregate, { id: webhookId, command, context });
    return handled.outcome === 'rejected' ? handled.rejection : undefined;
  }

  private async given(id: string, command: WebhookCommand, context: CommandContext): Promise<WebhookGiven> {
    const handled = await handleCommand(this.runtime, webhookAggregate, { id, command, context });
    if (handled.outcome === 'rejected') return handled;
    const { events, state } = handled;
    if (events.length === 0 || state.status === 'absent') {
      return { outcome: 'rejected', rejection: { code: 'secret-shown' } };
    }
    return { outcome: 'accepted', webhookId: id, generation: state.generation };
  }
}
