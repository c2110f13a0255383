import type { PlanningTableName, PriceBook, TypeTable } from '@caisson/contracts';
import type { DocumentStore } from '@caisson/event-sourcing';
import { BUILT_IN_TABLES, type PlanningTables, type TableVersion } from '../domain/planning-tables.js';
import type { TableSource } from './planning-ports.js';
import { tableDocumentId, type TableView } from './table.aggregate.js';

/** One version of a table, and who made it when; the one that comes with Caisson was made by nobody. */
export type FoundTable = TableVersion<TypeTable | PriceBook> & Partial<Pick<TableView, 'replacedAt' | 'replacedBy'>>;

/** The tables of tenants: what administrators recorded, else what comes with Caisson. */
export class StoredTables implements TableSource {
  constructor(private readonly documents: DocumentStore) {}

  async current(tenantId: string): Promise<PlanningTables> {
    const [typeTable, priceBook] = await Promise.all([
      this.find(tenantId, 'type-table'),
      this.find(tenantId, 'price-book'),
    ]);
    return {
      typeTable: (typeTable as TableVersion<TypeTable> | undefined) ?? BUILT_IN_TABLES.typeTable,
      priceBook: (priceBook as TableVersion<PriceBook> | undefined) ?? BUILT_IN_TABLES.priceBook,
    };
  }

  /** A version, or the newest; undefined when there is none with the number. */
  async find(tenantId: string, table: PlanningTableName, version?: number): Promise<FoundTable | undefined> {
    const builtIn = table === 'type-table' ? BUILT_IN_TABLES.typeTable : BUILT_IN_TABLES.priceBook;
    if (version === builtIn.version) return builtIn;
    const found = await this.documents.get<TableView>(tenantId, table, tableDocumentId(version));
    return found?.body ?? (version === undefined ? builtIn : undefined);
  }
}
