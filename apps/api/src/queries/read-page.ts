import { PAGE_ITEMS_MAX } from '@caisson/contracts';
import type { DocumentQuery, DocumentStore, StoredDocument } from '@caisson/event-sourcing';
import type { PageCursors } from '@caisson/http';

/** Which part of which list. */
export interface PageRequest {
  readonly tenantId: string;
  readonly collection: string;
  /** Top-level members that must be equal; undefined ones do not matter. */
  readonly equals: Readonly<Record<string, string | undefined>>;
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/** A page of documents, newest first. */
export interface Page<Body> {
  readonly documents: readonly StoredDocument<Body>[];
  readonly nextCursor?: string;
}

/**
 * Reads a page of a collection. Cursors are bound to tenant, collection and filters.
 *
 * @throws HttpProblem 400 for a cursor of another list.
 */
export async function readPage<Body>(
  store: DocumentStore,
  cursors: PageCursors,
  request: PageRequest,
): Promise<Page<Body>> {
  const { collection, cursor, limit, tenantId } = request;
  const equals = definedOf(request.equals);
  const scope = [tenantId, collection, JSON.stringify(Object.entries(equals).sort())];
  const query: DocumentQuery = {
    tenantId,
    collection,
    equals,
    limit: Math.min(limit + 1, PAGE_ITEMS_MAX), // One more tells whether there is a next page.
    ...(cursor === undefined ? {} : { beforeId: cursors.read(cursor, scope) }),
  };
  const found = await store.find<Body>(query);
  const documents = found.slice(0, limit);
  const last = documents.at(-1);
  const mayHaveMore = found.length > limit || (limit === PAGE_ITEMS_MAX && found.length === limit);
  return { documents, ...(mayHaveMore && last !== undefined ? { nextCursor: cursors.sign(last.id, scope) } : {}) };
}

function definedOf(members: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const entries = Object.entries(members).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return Object.fromEntries(entries);
}
