export { AcceptCallback } from './application/accept-callback.js';
export type { AcceptCallbackInput, AcceptedCallback } from './application/accept-callback.js';
export { AcceptDelivery } from './application/accept-delivery.js';
export type { AcceptDeliveryInput, AcceptedDelivery } from './application/accept-delivery.js';
export { ManageWebhooks } from './application/manage-webhooks.js';
export type {
  CreateWebhookInput,
  RemoveWebhookInput,
  RotateWebhookInput,
  WebhookGiven,
  WebhookGivingRejection,
} from './application/manage-webhooks.js';
export { WEBHOOKS } from './application/webhook.aggregate.js';
export type { WebhookDocument } from './application/webhook.aggregate.js';
export type { WebhookRejection } from './domain/webhook.js';
