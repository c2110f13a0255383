import type { PlanningTableName, PriceBook, TypeTable } from '@caisson/contracts';
import { accept, digestOf, reject, type Decider, type Decision } from '@caisson/kernel';
import { BUILT_IN_TABLES } from './planning-tables.js';
import type { TableEvent } from './table.events.js';

/** What can be asked of a table. */
export type TableCommand = {
  readonly type: 'ReplaceTable';
  readonly table: PlanningTableName;
  readonly content: TypeTable | PriceBook;
  /** The version that the caller saw. */
  readonly ifVersion: number;
  /** Principal id. */
  readonly replacedBy: string;
};

/** Why it says no. */
export interface TableRejection {
  readonly code: 'table-version-conflict';
  readonly actual: number;
}

/** The newest version. */
export interface TableState {
  /** 1: the one that comes with Caisson. */
  readonly version: number;
  /** Absent at version 1. */
  readonly newest?: TableEvent;
}

/** Judges a replacement. The same content again changes nothing. */
export function decide(state: TableState, command: TableCommand): Decision<TableEvent, TableRejection> {
  const digest = digestOf(command.content);
  if (digest === (state.newest?.digest ?? builtInDigest(command.table))) return accept();
  if (command.ifVersion !== state.version) return reject({ code: 'table-version-conflict', actual: state.version });
  const { content, replacedBy, table } = command;
  return accept({ type: 'TableReplaced', table, version: state.version + 1, digest, content, replacedBy });
}

function builtInDigest(table: PlanningTableName): string {
  return table === 'type-table' ? BUILT_IN_TABLES.typeTable.digest : BUILT_IN_TABLES.priceBook.digest;
}

/** Applies one recorded fact. */
export function evolve(_state: TableState, event: TableEvent): TableState {
  return { version: event.version, newest: event };
}

/** The decision model of one table of a tenant. Versions are never taken away. */
export const tableDecider: Decider<TableState, TableCommand, TableEvent, TableRejection> = {
  initialState: { version: 1 },
  decide,
  evolve,
};
