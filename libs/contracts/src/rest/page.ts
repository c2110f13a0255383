import { z } from 'zod';

/** Things of a list that one answer holds. */
export const PAGE_ITEMS_MAX = 200;

const PAGE_ITEMS_DEFAULT = 50;

/** Query of a list. A number must be written plainly: `50`, not `5e1` or ` 50`. */
export const PageQuery = z.strictObject({
  limit: z
    .string()
    .regex(/^[1-9]\d{0,2}$/, `must be a whole number from 1 to ${PAGE_ITEMS_MAX}`)
    .transform(Number)
    .refine((limit) => limit <= PAGE_ITEMS_MAX, `must be at most ${PAGE_ITEMS_MAX}`)
    .default(PAGE_ITEMS_DEFAULT)
    .describe(`How many at most, 1 to ${PAGE_ITEMS_MAX}; default ${PAGE_ITEMS_DEFAULT}.`),
  cursor: z.string().min(1).max(512).optional().describe('The nextCursor of the page before, with the same filters.'),
});

/** A page of a list, newest first unless the list says otherwise. */
export function pageOf<Item extends z.ZodType>(item: Item) {
  return z.object({
    items: z.array(item),
    /** Absent on the last page. */
    nextCursor: z.string().optional(),
  });
}

/** Addresses of what belongs to a thing, by relation, relative to the server. */
export const Links = z.record(z.string(), z.string());
