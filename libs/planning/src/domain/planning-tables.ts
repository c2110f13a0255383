import { PriceBook, TypeTable } from '@caisson/contracts';
import { digestOf } from '@caisson/kernel';
import firstPriceBook from './built-in/price-book.v1.json' with { type: 'json' };
import firstTypeTable from './built-in/type-table.v1.json' with { type: 'json' };

/** One version of a table, with the content address of what it says. */
export interface TableVersion<Content> {
  /** From 1: the one that comes with Caisson. */
  readonly version: number;
  readonly digest: string;
  readonly content: Content;
}

/** The tables that a plan is computed from. */
export interface PlanningTables {
  readonly typeTable: TableVersion<TypeTable>;
  readonly priceBook: TableVersion<PriceBook>;
}

/** Names a version with its content: what a plan records as its input. */
export function inputNameOf({ digest, version }: Omit<TableVersion<unknown>, 'content'>): string {
  return `${version} ${digest}`;
}

/** A version with its content address. */
export function tableVersion<Content>(version: number, content: Content): TableVersion<Content> {
  return { version, digest: digestOf(content), content };
}

/** What holds until an administrator replaces it. */
export const BUILT_IN_TABLES: PlanningTables = {
  typeTable: tableVersion(1, TypeTable.parse(firstTypeTable)),
  priceBook: tableVersion(1, PriceBook.parse(firstPriceBook)),
};
