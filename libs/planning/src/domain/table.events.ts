import type { PlanningTableName, PriceBook, TypeTable } from '@caisson/contracts';

/** What can have happened to a table of a tenant. */
export type TableEvent = {
  readonly type: 'TableReplaced';
  readonly table: PlanningTableName;
  /** From 2: version 1 comes with Caisson. */
  readonly version: number;
  readonly digest: string;
  readonly content: TypeTable | PriceBook;
  /** Principal id. */
  readonly replacedBy: string;
};
