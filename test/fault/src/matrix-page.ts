import type { Blow } from './blows/blow.js';
import { BLOWS } from './blows/index.js';
import type { KeptRun } from './run-summary.js';
import { MATRIX, type MatrixRow } from './matrix.js';

const INTRODUCTION = `What may break around Caisson, by the numbers under which it was written down before the first
line of code, and what brings it about here. Schedules are [random faults on real processes](../how-to/break-it.md);
tests bring one fault about on purpose. Made from \`test/fault/src/matrix.ts\`, the kinds of faults in
\`test/fault/src/blows\` and the run that is kept in \`fault-run.json\`; a test keeps them in step, and
\`npm run fault -- --schedules 40 --keep\` writes them anew.`;

/** `docs/reference/fault-matrix.md`. */
export function faultMatrixPage(run: KeptRun): string {
  return `${[
    '# Fault matrix',
    INTRODUCTION,
    aboutRun(run),
    '## By number',
    table(
      ['#', 'Fault', 'Schedules', 'Tests', 'Not brought about'],
      MATRIX.map((row) => matrixRow(row, run)),
    ),
    '## Kinds of faults in schedules',
    table(
      ['Kind', 'Rows', 'Fell'],
      BLOWS.map((blow) => [blow.name, blow.rows.join(', '), fell(blow, run)]),
    ),
  ].join('\n\n')}\n`;
}

function aboutRun({ at, command, commands, failing, machine, restarts, schedules, tookS }: KeptRun): string {
  const outcome = failing.length === 0 ? 'no promise was broken' : `**broken promises in ${failing.join(', ')}**`;
  return (
    `The run that is kept: \`${command}\`, ${at.slice(0, 16)}Z, commit ${machine.commit}, ` +
    `${machine.cores} cores, ${machine.memoryGib} GiB: ${schedules} schedules with ${commands} commands and ` +
    `${restarts} restarts of services in ${tookS} s; ${outcome}.`
  );
}

function matrixRow({ fault, open, row, tests = [] }: MatrixRow, run: KeptRun): readonly string[] {
  const kinds = BLOWS.filter(({ rows }) => rows.includes(row));
  const times = kinds.reduce((sum, { name }) => sum + (run.blows[name] ?? 0), 0);
  const places = tests.map(({ file }) => `[${fileName(file)}](../../${file})`);
  return [row, fault, kinds.length === 0 ? '' : `${times} times`, places.join(', '), open ?? ''];
}

function fell({ name }: Blow, { blows, skipped }: KeptRun): string {
  const why = skipped[name];
  return why === undefined ? `${blows[name] ?? 0} times` : `left out: ${why}`;
}

function fileName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** A table as Prettier leaves it. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = [head, ...rows];
  const widths = head.map((_, column) => Math.max(3, ...cells.map((row) => (row[column] ?? '').length)));
  const line = (row: readonly string[]): string =>
    `| ${widths.map((width, column) => (row[column] ?? '').padEnd(width)).join(' | ')} |`;
  return [line(head), `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...rows.map(line)].join('\n');
}
