import type pgModule from 'pg';
import type { DataSource, EntityManager } from 'typeorm';
import type { JsonObject } from '@caisson/kernel';
import type { DocumentQuery, DocumentStore, StoredDocument } from '@caisson/event-sourcing';
import { DOCUMENT_ENTITY, type DocumentRow } from './document.entity.js';
import { orFault } from './postgres-faults.js';
import { StatementGroups } from './statement-groups.js';
import { isStorable, isStorableJson } from './stored-text.js';

const PAGE_DOCUMENTS_MAX = 200;

/** Documents that are read in one statement; each may be some hundred kilobytes long. */
const GROUP_DOCUMENTS_MAX = 64;

/** One that reads and one that gathers; a connection that hangs does not keep everybody from reading. */
const GROUPS_MAX = 2;

/** Each row says its tenant for itself: `read_document` sets it, one document after the other. */
const READ = {
  name: 'read-documents',
  text: `
  select asked.place::int, d.id, d.version, d.body
    from unnest($1::text[], $2::text[], $3::text[]) with ordinality as asked (tenant_id, collection, id, place)
    cross join lateral read_document(asked.tenant_id, asked.collection, asked.id) d`,
};

type FoundRow = Pick<DocumentRow, 'id' | 'version' | 'body'>;

type DocumentKey = Pick<DocumentRow, 'tenantId' | 'collection' | 'id'>;

/**
 * Reads the documents that appends wrote. The primary key gives the order. Each read says for which tenant it is, so
 * that row level security shows no other one's rows, whatever the conditions are.
 */
export class PostgresDocumentStore implements DocumentStore {
  readonly #dataSource: DataSource;
  readonly #reads: StatementGroups<DocumentKey, FoundRow | undefined>;

  /** The pool may be that of the data source. */
  constructor(dataSource: DataSource, pool: pgModule.Pool) {
    this.#dataSource = dataSource;
    this.#reads = new StatementGroups({
      ...{ what: 'read a document', itemsMax: GROUP_DOCUMENTS_MAX, groupsMax: GROUPS_MAX },
      run: (keys) => readGroup(pool, keys),
    });
  }

  async get<Body = JsonObject>(
    tenantId: string,
    collection: string,
    id: string,
  ): Promise<StoredDocument<Body> | undefined> {
    if (![tenantId, collection, id].every(isStorable)) return undefined; // Such a key names nothing.
    const row = await this.#reads.ask({ tenantId, collection, id });
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

async function readGroup(
  pool: pgModule.Pool,
  keys: readonly DocumentKey[],
): Promise<readonly (FoundRow | undefined)[]> {
  const values = [
    keys.map(({ tenantId }) => tenantId),
    keys.map(({ collection }) => collection),
    keys.map(({ id }) => id),
  ];
  const { rows } = await pool.query<FoundRow & { readonly place: number }>({ ...READ, values });
  const byPlace = new Map(rows.map((row) => [row.place, row]));
  return keys.map((_, index) => byPlace.get(index + 1));
}

function toStored<Body>(row: FoundRow): StoredDocument<Body> {
  return { id: row.id, version: Number(row.version), body: row.body as Body };
}
