import { z } from 'zod';
import { PageQuery, sortBy } from './page.js';

/** The forges whose deliveries are understood. */
export const WEBHOOK_KINDS = ['github'] as const;

const OVERLAP_HOURS_MAX = 168;

/** A webhook of the tenant as the API shows it, without its secret. */
export const WebhookResource = z.object({
  /** Deliveries name it as their `hookId`. */
  id: z.string(),
  name: z.string(),
  kind: z.enum(WEBHOOK_KINDS),
  /** Where the forge sends to, at the address of webhook-ingest. No secret. */
  path: z.string(),
  /** Of its newest secret, from 1. */
  generation: z.int().positive(),
  /** Until when the secret before the newest is good, too; absent: it never had another. */
  previousUntil: z.string().optional(),
});

/** A webhook with its secret, which is shown this once. */
export const WebhookAnswer = WebhookResource.extend({
  /** For the forge, which signs its deliveries with it. */
  secret: z.string(),
});

/** Body of `POST /webhooks`. */
export const WebhookRequest = z.strictObject({
  /** What it is for. */
  name: z.string().min(1).max(100),
  kind: z.enum(WEBHOOK_KINDS),
});

/** Body of `POST /webhooks/{id}/rotate`. */
export const WebhookRotationRequest = z.strictObject({
  /** How long the secret before is good beside the new one. */
  overlapHours: z.int().min(0).max(OVERLAP_HOURS_MAX).default(24),
});

/** Query of the webhooks. */
export const WebhookListQuery = PageQuery.extend({ sort: sortBy('id'), kind: z.enum(WEBHOOK_KINDS).optional() });

/** A forge whose deliveries are understood. */
export type WebhookKind = (typeof WEBHOOK_KINDS)[number];
/** A webhook as the API shows it. */
export type WebhookResource = z.infer<typeof WebhookResource>;
/** A webhook as the API gives it. */
export type WebhookAnswer = z.infer<typeof WebhookAnswer>;
/** A wish for a webhook that was checked. */
export type WebhookRequest = z.infer<typeof WebhookRequest>;
/** A rotation of a webhook's secret that was checked. */
export type WebhookRotationRequest = z.infer<typeof WebhookRotationRequest>;
/** The query of the webhooks, checked. */
export type WebhookListQuery = z.infer<typeof WebhookListQuery>;
