import { stringify } from 'yaml';
import type { Terminal } from './terminal.js';

/** How results are written. */
export const FORMATS = ['table', 'json', 'yaml'] as const;
/** One of them. */
export type Format = (typeof FORMATS)[number];

/** A column: its head, and what it shows of an item. */
export type Column<Item> = readonly [head: string, cell: (item: Item) => unknown];

/** Writes a list: a table for people, all of it for programs. */
export function printList<Item>(
  to: { readonly terminal: Terminal; readonly format: Format },
  items: readonly Item[],
  columns: readonly Column<Item>[],
): void {
  if (to.format === 'table') for (const line of table(items, columns)) to.terminal.print(line);
  else printData(to, items);
}

/** Writes one thing for programs, or lines of it for people. */
export function printOne(
  to: { readonly terminal: Terminal; readonly format: Format },
  data: unknown,
  lines: () => readonly string[],
): void {
  if (to.format === 'table') for (const line of lines()) to.terminal.print(line);
  else printData(to, data);
}

/** Names and values below each other. */
export function fields(values: Readonly<Record<string, unknown>>): readonly string[] {
  const shown = Object.entries(values).filter(([, value]) => value !== undefined);
  const width = Math.max(0, ...shown.map(([name]) => name.length));
  return shown.map(([name, value]) => `${name.padEnd(width)}  ${text(value)}`);
}

function printData({ format, terminal }: { terminal: Terminal; format: Format }, data: unknown): void {
  terminal.print(format === 'json' ? JSON.stringify(data, undefined, 2) : stringify(data).trimEnd());
}

function table<Item>(items: readonly Item[], columns: readonly Column<Item>[]): readonly string[] {
  const rows = [
    columns.map(([head]) => head.toUpperCase()),
    ...items.map((item) => columns.map(([, cell]) => text(cell(item)))),
  ];
  const widths = columns.map((_, index) => Math.max(...rows.map((row) => (row[index] ?? '').length)));
  return rows.map((row) =>
    row
      .map((cell, index) => cell.padEnd(widths[index] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

function text(value: unknown): string {
  if (value === undefined || value === null) return '–';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
