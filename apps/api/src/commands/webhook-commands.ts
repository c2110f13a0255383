import {
  ManageWebhooks,
  type CreateWebhookInput,
  type RemoveWebhookInput,
  type RotateWebhookInput,
  type WebhookGiven,
  type WebhookRejection,
} from '@caisson/webhooks';
import type { FactoryProvider } from '@nestjs/common';
import { handlerOf, UseCaseCommand } from './use-case-command.js';

/** Creates a webhook. */
export class CreateWebhookCommand extends UseCaseCommand<CreateWebhookInput, WebhookGiven> {}

/** Gives a webhook a new secret. */
export class RotateWebhookCommand extends UseCaseCommand<RotateWebhookInput, WebhookGiven> {}

/** Removes a webhook. */
export class RemoveWebhookCommand extends UseCaseCommand<RemoveWebhookInput, WebhookRejection | undefined> {}

/** Which use case follows which command about webhooks. */
export const WEBHOOK_COMMAND_HANDLERS: readonly FactoryProvider[] = [
  handlerOf(CreateWebhookCommand, ManageWebhooks, (webhooks, input) => webhooks.create(input)),
  handlerOf(RotateWebhookCommand, ManageWebhooks, (webhooks, input) => webhooks.rotate(input)),
  handlerOf(RemoveWebhookCommand, ManageWebhooks, (webhooks, input) => webhooks.remove(input)),
];
