import { PAGE_ITEMS_MAX } from '@caisson/contracts';
import type { DocumentQuery, DocumentStore, StoredDocument } from '@caisson/event-sourcing';
import type { PageCursors } from '@caisson/http';

/** Which part of a list, in which order. */
export interface ListPart {
  /** Absent: all. */
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
  /** As `sortBy` of the contracts lets it be: downwards with a hyphen before it. */
  readonly sort: string;
}

/** Which part of which collection. */
export interface PageRequest extends ListPart {
  readonly tenantId: string;
  readonly collection: string;
  /** Top-level members that must be equal; undefined ones do not matter. */
  readonly equals: Readonly<Record<string, string | undefined>>;
  readonly limit: number;
}

/** A page of documents. */
export interface Page<Body> {
  readonly documents: readonly StoredDocument<Body>[];
  readonly nextCursor?: string;
}

/**
 * Reads a page of a collection. Cursors are bound to tenant, collection, order and filters.
 *
 * @throws HttpProblem 400 for a cursor of another list.
 */
export async function readPage<Body>(
  store: DocumentStore,
  cursors: PageCursors,
  request: PageRequest,
): Promise<Page<Body>> {
  const { collection, cursor, limit, sort, tenantId } = request;
  const equals = definedOf(request.equals);
  const scope = [tenantId, collection, sort, JSON.stringify(Object.entries(equals).sort())];
  const query: DocumentQuery = {
    tenantId,
    collection,
    equals,
    order: isDown(sort) ? 'descending' : 'ascending',
    limit: Math.min(limit + 1, PAGE_ITEMS_MAX), // One more tells whether there is a next page.
    ...(cursor === undefined ? {} : { afterId: cursors.read(cursor, scope) }),
  };
  const found = await store.find<Body>(query);
  const documents = found.slice(0, limit);
  const last = documents.at(-1);
  const mayHaveMore = found.length > limit || (limit === PAGE_ITEMS_MAX && found.length === limit);
  return { documents, ...(mayHaveMore && last !== undefined ? { nextCursor: cursors.sign(last.id, scope) } : {}) };
}

/** What a list that is read in whole is about, for `pageOfItems`. */
export interface ItemsRequest<Item> {
  readonly part: ListPart;
  /** Tenant, list and filters: cursors are bound to them. */
  readonly scope: readonly (string | undefined)[];
  /** Unique in the list. */
  readonly idOf: (item: Item) => string;
}

/**
 * A page of a list that is there in whole, upwards. Such a list is short as a rule, or follows from all facts of a
 * stream anyway. O(items).
 *
 * @throws HttpProblem 400 for a cursor of another list, or of an item that is gone.
 */
export function pageOfItems<Item>(
  cursors: PageCursors,
  items: readonly Item[],
  { idOf, part, scope }: ItemsRequest<Item>,
): { items: Item[]; nextCursor?: string } {
  const { cursor, limit = items.length, sort } = part;
  const bound = [...scope.map((one) => one ?? ''), sort];
  const ordered = isDown(sort) ? items.toReversed() : items;
  const last = cursor === undefined ? undefined : cursors.read(cursor, bound);
  const start = last === undefined ? 0 : ordered.findIndex((item) => idOf(item) === last) + 1;
  if (last !== undefined && start === 0) throw cursors.refusal();
  const page = ordered.slice(start, start + limit);
  const end = page.at(-1);
  const hasMore = end !== undefined && start + limit < ordered.length;
  return { items: page, ...(hasMore ? { nextCursor: cursors.sign(idOf(end), bound) } : {}) };
}

function isDown(sort: string): boolean {
  return sort.startsWith('-');
}

function definedOf(members: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const entries = Object.entries(members).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return Object.fromEntries(entries);
}
