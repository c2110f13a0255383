import type { Terminal } from './surroundings.js';
import { textTable } from './text-table.js';

/** Rows that are listed at once. */
const LISTED_MAX = 1_000;

/** How a list is shown. */
export interface ListShape<Row> {
  /** Asks for the first rows, at most so many. */
  readonly first: (limit: number) => Promise<readonly Row[]>;
  readonly head: readonly string[];
  readonly cellsOf: (row: Row) => readonly string[];
  /** What is said where there is none. */
  readonly none: string;
  /** The option that makes the list shorter, such as `--queue`. */
  readonly narrowedBy: string;
  readonly json: boolean | undefined;
}

/** Prints the first rows for people or, as JSON, for programs; complains where they are not all. */
export async function printList<Row>(terminal: Terminal, shape: ListShape<Row>): Promise<void> {
  const found = await shape.first(LISTED_MAX + 1);
  const rows = found.slice(0, LISTED_MAX);
  if (shape.json === true) terminal.print(JSON.stringify(rows));
  else if (rows.length === 0) terminal.print(shape.none);
  else terminal.print(textTable(shape.head, rows.map(shape.cellsOf)));
  if (found.length > rows.length) terminal.complain(`… and more than these ${LISTED_MAX}; use ${shape.narrowedBy}.`);
}
