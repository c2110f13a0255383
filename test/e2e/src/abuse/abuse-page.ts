import type { AbuseTable } from './abuse-row.js';

/** The table for people: `docs/reference/abuse-matrix.md`. */
export function abusePage(tables: readonly AbuseTable[]): string {
  const count = tables.flatMap(({ rows }) => rows).length;
  return `# Abuse matrix

${count} ways to abuse Caisson from outside, each with its answer, and beside it the nearest thing that is right. A test
sends both over HTTP to a running Caisson: \`test/e2e/src/abuse.e2e.spec.ts\`, with its rows in
\`test/e2e/src/abuse/rows\`, which this page is made from. For every row it also holds that the answer shows no secret
and nothing of the body, that no fact follows from what is refused, and at the end that the log holds one JSON object a
line and no secret. An answer with a status alone is an ordinary one: the abuse comes to nothing.

${tables.map((table) => sectionOf(table)).join('\n\n')}
`;
}

function sectionOf({ rows, subject }: AbuseTable): string {
  const cells = [
    ['', 'Abuse', 'Answer', 'What works'],
    ...rows.map(({ id, is, twin, what, works }) => [id, escaped(what), codes(is), `${escaped(twin)}: ${works}`]),
  ];
  return `## ${subject}\n\n${tableOf(cells)}`;
}

const codes = (is: string): string => is.replace(/ (.*)/, ' `$1`');
const escaped = (text: string): string => text.replaceAll('|', '\\|').replaceAll('*', '\\*').replaceAll('_', '\\_');

/** Columns of one width, as the formatter wants them. */
function tableOf(cells: readonly (readonly string[])[]): string {
  const [head = [], ...rest] = cells;
  const widths = head.map((_, column) => Math.max(3, ...cells.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    `| ${widths.map((width, column) => (row[column] ?? '').padEnd(width)).join(' | ')} |`;
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  return [line(head), rule, ...rest.map((row) => line(row))].join('\n');
}
