import type { DataSource, EntityManager } from 'typeorm';
import type { JsonObject } from '@caisson/kernel';
import type { DocumentQuery, DocumentStore, StoredDocument } from '@caisson/event-sourcing';
import { DOCUMENT_ENTITY, type DocumentRow } from './document.entity.js';
import { orFault } from './postgres-faults.js';
import { isStorable, isStorableJson } from './stored-text.js';

const PAGE_DOCUMENTS_MAX = 200;

type FoundRow = Pick<DocumentRow, 'id' | 'version' | 'body'>;

/**
 * Reads the documents that appends wrote. The primary key gives the order. Each read says for which tenant it is, so
 * that row level security shows no other one's rows, whatever the conditions are.
 */
export class PostgresDocumentStore implements DocumentStore {
  readonly #dataSource: DataSource;

  constructor(dataSource: DataSource) {
    this.#dataSource = dataSource;
  }

  async get<Body = JsonObject>(
    tenantId: string,
    collection: string,
    id: string,
  ): Promise<StoredDocument<Body> | undefined> {
    if (![tenantId, collection, id].every(isStorable)) return undefined; // Such a key names nothing.
    const rows = await orFault('read a document', () =>
      this.#dataSource.query<FoundRow[]>('select id, version, body from read_document($1, $2, $3)', [
        ...[tenantId, collection, id],
      ]),
    );
    const [row] = rows;
    return row === undefined ? undefined : toStored<Body>(row);
  }

  async find<Body = JsonObject>(query: DocumentQuery): Promise<readonly StoredDocument<Body>[]> {
    const { tenantId, collection, afterId } = query;
    const isAscending = query.order === 'ascending';
    const fragments = [query.equals, query.contains]
      .filter((part) => part !== undefined)
      .map((part) => JSON.stringify(part));
    const isPossible = [tenantId, collection, afterId ?? ''].every(isStorable) && fragments.every(isStorableJson);
    if (!isPossible) return []; // No document can hold that.
    const rows = await this.#asTenant(tenantId, (manager) => {
      const found = manager
        .getRepository(DOCUMENT_ENTITY)
        .createQueryBuilder('document')
        .where('document.tenantId = :tenantId and document.collection = :collection', { tenantId, collection })
        .orderBy('document.id', isAscending ? 'ASC' : 'DESC')
        .limit(Math.max(1, Math.min(query.limit, PAGE_DOCUMENTS_MAX)));
      if (afterId !== undefined) found.andWhere(`document.id ${isAscending ? '>' : '<'} :afterId`, { afterId });
      for (const [index, fragment] of fragments.entries()) {
        found.andWhere(`document.body @> :fragment${index}::jsonb`, { [`fragment${index}`]: fragment });
      }
      return found.getMany();
    });
    return rows.map((row) => toStored<Body>(row));
  }

  #asTenant<Result>(tenantId: string, work: (manager: EntityManager) => Promise<Result>): Promise<Result> {
    return orFault('find documents', () =>
      this.#dataSource.transaction(async (manager) => {
        // Until the end of the transaction only: the next user of the connection is another tenant.
        await manager.query("select set_config('app.tenant', $1, true)", [tenantId]);
        return work(manager);
      }),
    );
  }
}

function toStored<Body>(row: FoundRow): StoredDocument<Body> {
  return { id: row.id, version: Number(row.version), body: row.body as Body };
}
