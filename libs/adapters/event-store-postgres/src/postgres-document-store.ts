import type { Repository } from 'typeorm';
import type { JsonObject } from '@caisson/kernel';
import type { DocumentQuery, DocumentStore, StoredDocument } from '@caisson/event-sourcing';
import type { DocumentRow } from './document.entity.js';
import { orFault } from './postgres-faults.js';
import { isStorable, isStorableJson } from './stored-text.js';

const PAGE_DOCUMENTS_MAX = 200;

/** Reads the documents that appends wrote, through TypeORM. The primary key gives the order. */
export class PostgresDocumentStore implements DocumentStore {
  readonly #documents: Repository<DocumentRow>;

  constructor(documents: Repository<DocumentRow>) {
    this.#documents = documents;
  }

  async get<Body = JsonObject>(
    tenantId: string,
    collection: string,
    id: string,
  ): Promise<StoredDocument<Body> | undefined> {
    if (![tenantId, collection, id].every(isStorable)) return undefined; // Such a key names nothing.
    const row = await orFault('read a document', () => this.#documents.findOneBy({ tenantId, collection, id }));
    return row === null ? undefined : toStored<Body>(row);
  }

  async find<Body = JsonObject>(query: DocumentQuery): Promise<readonly StoredDocument<Body>[]> {
    const { tenantId, collection, beforeId } = query;
    const fragments = [query.equals, query.contains]
      .filter((part) => part !== undefined)
      .map((part) => JSON.stringify(part));
    const isPossible = [tenantId, collection, beforeId ?? ''].every(isStorable) && fragments.every(isStorableJson);
    if (!isPossible) return []; // No document can hold that.
    const found = this.#documents
      .createQueryBuilder('document')
      .where('document.tenantId = :tenantId and document.collection = :collection', { tenantId, collection })
      .orderBy('document.id', 'DESC')
      .limit(Math.max(1, Math.min(query.limit, PAGE_DOCUMENTS_MAX)));
    if (beforeId !== undefined) found.andWhere('document.id < :beforeId', { beforeId });
    for (const [index, fragment] of fragments.entries()) {
      found.andWhere(`document.body @> :fragment${index}::jsonb`, { [`fragment${index}`]: fragment });
    }
    const rows = await orFault('find documents', () => found.getMany());
    return rows.map((row) => toStored<Body>(row));
  }
}

function toStored<Body>(row: DocumentRow): StoredDocument<Body> {
  return { id: row.id, version: Number(row.version), body: row.body as Body };
}
