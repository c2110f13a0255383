import { z } from 'zod';
import { PageQuery, sortBy } from './page.js';

/** What becomes of a delivery: runs may follow, or nothing. */
export const DELIVERY_OUTCOMES = ['accepted', 'ignored'] as const;

/** A signed call of a webhook as the API shows it. What was not signed right is not recorded. */
export const DeliveryResource = z.object({
  id: z.uuid(),
  hookId: z.string(),
  /** The forge's own id of the call that was recorded; the same bytes may have come again under others. */
  deliveryId: z.string(),
  /** The forge's name of what happened, such as `push`. */
  event: z.string(),
  outcome: z.enum(DELIVERY_OUTCOMES),
  /** Why it was ignored. */
  reason: z.string().optional(),
  repository: z.string().optional(),
  branch: z.string().optional(),
  commit: z.string().optional(),
  sender: z.string().optional(),
  receivedAt: z.string(),
  /** The runs that follow from it have the same. */
  correlationId: z.string(),
});

/** Which deliveries are listed, and which part of the list. */
export const DeliveryListQuery = PageQuery.extend({
  sort: sortBy('receivedAt'),
  hookId: z.string().min(1).max(64).optional(),
  deliveryId: z.string().min(1).max(128).optional(),
  event: z.string().min(1).max(64).optional(),
  outcome: z.enum(DELIVERY_OUTCOMES).optional(),
  repository: z.string().min(1).max(201).optional(),
});

/** A delivery as the API shows it. */
export type DeliveryResource = z.infer<typeof DeliveryResource>;
/** Which deliveries are listed. */
export type DeliveryListQuery = z.infer<typeof DeliveryListQuery>;
