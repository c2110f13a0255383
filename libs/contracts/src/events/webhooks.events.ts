import { z } from 'zod';
import { JsonValue } from '../json-value.js';

const ofDelivery = { hookId: z.string(), deliveryId: z.string(), event: z.string() };

/** Public facts about webhooks and their calls, by fact name. No secret of a webhook is in any. */
export const WEBHOOK_EVENTS = {
  'delivery-accepted': z.object({
    ...ofDelivery,
    repository: z.string(),
    branch: z.string(),
    commit: z.string(),
    sender: z.string(),
  }),
  /** Somebody called back about a task that waits; the secret address was checked. Once per wait. */
  'callback-received': z.object({
    runId: z.string(),
    unitId: z.string(),
    phase: z.enum(['apply', 'rollback']),
    /** Which start of the run, and which attempt of the task, waits. */
    cycle: z.int(),
    attempt: z.int(),
    payload: JsonValue,
    receivedAt: z.string(),
  }),
  'delivery-ignored': z.object({ ...ofDelivery, reason: z.string() }),
  'webhook-created': z.object({ webhookId: z.string(), name: z.string(), kind: z.string() }),
  /** It has a new secret; the one before is good until then. */
  'webhook-rotated': z.object({ webhookId: z.string(), generation: z.number(), previousUntil: z.string() }),
  'webhook-removed': z.object({ webhookId: z.string() }),
} as const;
