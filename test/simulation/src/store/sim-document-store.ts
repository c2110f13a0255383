import type { DocumentQuery, DocumentStore, StoredDocument } from '@caisson/event-sourcing';
import { jsonEquals, type Json, type JsonObject } from '@caisson/kernel';
import { parsed, type DocumentRow, type SimDatabase } from './sim-database.js';

/** Read models over simulated tables. */
export class SimDocumentStore implements DocumentStore {
  constructor(private readonly database: SimDatabase) {}

  async get<Body = JsonObject>(
    tenantId: string,
    collection: string,
    id: string,
  ): Promise<StoredDocument<Body> | undefined> {
    const row = this.database.documents.get(`${tenantId}|${collection}|${id}`);
    return row === undefined ? undefined : toStored<Body>(row);
  }

  async find<Body = JsonObject>(query: DocumentQuery): Promise<readonly StoredDocument<Body>[]> {
    const { afterId, collection, contains, equals, limit, order = 'descending', tenantId } = query;
    const step = order === 'ascending' ? 1 : -1;
    return [...this.database.documents.values()]
      .filter((row) => row.tenantId === tenantId && row.collection === collection)
      .filter((row) => afterId === undefined || compare(row.id, afterId) === step)
      .filter((row) => holds(parsed(row.text), equals) && holds(parsed(row.text), contains))
      .sort((left, right) => step * compare(left.id, right.id))
      .slice(0, limit)
      .map((row) => toStored<Body>(row));
  }
}

function compare(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

function toStored<Body>({ id, text, version }: DocumentRow): StoredDocument<Body> {
  return { id, version, body: parsed(text) as Body };
}

/** `@>` of Postgres: objects by their members, arrays by one element for each, all else by equality. */
function holds(value: Json, fragment: Json | undefined): boolean {
  if (fragment === undefined) return true;
  if (Array.isArray(fragment)) {
    const parts = fragment as readonly Json[];
    return Array.isArray(value) && parts.every((part) => value.some((element: Json) => holds(element, part)));
  }
  if (typeof fragment !== 'object' || fragment === null) return jsonEquals(value, fragment);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.entries(fragment).every(
    ([name, part]) => Object.hasOwn(value, name) && holds((value as JsonObject)[name] as Json, part),
  );
}
