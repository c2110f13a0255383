import { z } from 'zod';

const ofDelivery = { hookId: z.string(), deliveryId: z.string(), event: z.string() };

/** Public facts about incoming webhook calls, by fact name. */
export const WEBHOOK_EVENTS = {
  'delivery-accepted': z.object({
    ...ofDelivery,
    repository: z.string(),
    branch: z.string(),
    commit: z.string(),
    sender: z.string(),
  }),
  'delivery-ignored': z.object({ ...ofDelivery, reason: z.string() }),
} as const;
