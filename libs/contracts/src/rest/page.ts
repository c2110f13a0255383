import { z } from 'zod';

/** Things of a list that one answer holds. */
export const PAGE_ITEMS_MAX = 200;

const PAGE_ITEMS_DEFAULT = 50;

const Limit = z
  .string()
  .regex(/^[1-9]\d{0,2}$/, `must be a whole number from 1 to ${PAGE_ITEMS_MAX}`)
  .transform(Number)
  .refine((limit) => limit <= PAGE_ITEMS_MAX, `must be at most ${PAGE_ITEMS_MAX}`);

/** Query of a list. A number must be written plainly: `50`, not `5e1` or ` 50`. */
export const PageQuery = z.strictObject({
  limit: Limit.default(PAGE_ITEMS_DEFAULT).describe(
    `How many at most, 1 to ${PAGE_ITEMS_MAX}; default ${PAGE_ITEMS_DEFAULT}.`,
  ),
  cursor: z.string().min(1).max(512).optional().describe('The nextCursor of the page before, with the same filters.'),
});

/** Query of a list that belongs to one thing and is short as a rule: it comes in one part, unless a limit is named. */
export const PartQuery = PageQuery.extend({
  limit: Limit.optional().describe(`How many at most, 1 to ${PAGE_ITEMS_MAX}; absent: all.`),
});

/** The order of a list: by one thing, upwards or, with a hyphen before it, downwards. */
export function sortBy(name: string, by: 'ascending' | 'descending' = 'descending') {
  const down = `-${name}`;
  return z
    .enum([name, down])
    .default(by === 'ascending' ? name : down)
    .describe(`The order: ${name} upwards, or -${name} downwards.`);
}

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

/** Query of what can be read as it was: at a version of the stream of its deployment, or at an instant. */
export const AsOfQuery = z.strictObject({
  asOf: z
    .union(
      [
        z
          .string()
          .regex(/^[1-9]\d{0,14}$/)
          .transform((text) => ({ version: Number(text) })),
        z.iso.datetime({ offset: true }).transform((text) => ({ at: new Date(text).toISOString() })),
      ],
      'must be a version, or an instant such as 2026-03-01T10:00:00Z',
    )
    .optional()
    .describe('As it was at this version of the stream of the deployment, or at this instant (RFC 3339).'),
});

/** A point of the past that was checked. */
export type AsOfQuery = z.infer<typeof AsOfQuery>;
