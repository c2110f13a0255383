/** Longest cell that is shown whole; `--json` shows everything. */
const CELL_CHARS_MAX = 120;

/** A table for people: columns as wide as their cells, one line a row, what is too long cut. */
export function textTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, ...rows].map((row) => row.map(oneLine));
  const widths = head.map((_, column) => Math.max(...lines.map((row) => (row[column] ?? '').length)));
  return lines
    .map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '))
    .map((line) => line.trimEnd())
    .join('\n');
}

function oneLine(cell: string): string {
  const text = cell.replaceAll(/[\s\p{Cc}]+/gu, ' ');
  return text.length > CELL_CHARS_MAX ? `${text.slice(0, CELL_CHARS_MAX - 1)}…` : text;
}
