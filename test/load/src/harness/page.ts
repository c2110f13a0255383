import type { Machine } from './machine.js';
import type { Protocol } from './rounds.js';
import type { SideResult } from './sides.js';
import type { Spread } from './statistics.js';
import type { Judged } from './verdict.js';

/** What one goal's run gave. */
export interface GoalResult {
  readonly id: string;
  readonly title: string;
  /** When it began, ISO-8601. */
  readonly at: string;
  readonly command: string;
  readonly machine: Machine;
  readonly protocol?: Protocol;
  readonly comparisons: readonly Judged[];
  readonly sides: readonly SideResult[];
  readonly tooNoisy: boolean;
  /** Share of counted slices during which others left the machine alone. */
  readonly calmShare: number;
  readonly notes: readonly string[];
  readonly error?: string;
}

const INTRODUCTION = `The last run of each goal, written by \`npm run bench\` from what it keeps in \`benchmarks.json\`,
each with its machine, commit and date. A ratio is taken within a round, between slices that alternate on the same
machine; then the median and the spread over the rounds are given. Absolute figures are shown beside them and prove
nothing about another machine. **Gate**: must hold. **Goal**: where this is going; it counts as reached only when the
worse quartile reaches it and the floor held still.`;

/** `docs/reference/benchmarks.md`: the last run of each goal. */
export function benchmarksPage(results: readonly GoalResult[]): string {
  const parts = ['# Benchmarks', INTRODUCTION, summary(results), ...results.map(section)];
  return `${parts.join('\n\n')}\n`;
}

function summary(results: readonly GoalResult[]): string {
  const rows = results.flatMap((result) =>
    result.comparisons
      .filter((judged) => judged.gate !== undefined || judged.goal !== undefined)
      .map((judged) => [
        result.id,
        judged.title,
        mark(judged.gate, judged.atLeast),
        mark(judged.goal, judged.atLeast),
        judged.spread === undefined ? '–' : short(judged.spread.median),
        judged.verdict,
      ]),
  );
  return table(['Goal', 'What', 'Gate', 'Goal', 'Median', 'Verdict'], rows);
}

function section(result: GoalResult): string {
  const { machine, protocol } = result;
  const parts = [
    `## ${result.id}: ${result.title}`,
    `\`${result.command}\`, ${result.at.slice(0, 16)}Z, commit ${machine.commit}, Node ${machine.node}; ` +
      `${machine.cores} cores (${machine.cpu}), ${machine.memoryGib} GiB, Linux ${machine.kernel}, ` +
      `load ${machine.loadAverage}.`,
  ];
  if (protocol === undefined) return [...parts, `Not measured: ${result.error ?? ''}`].join('\n\n');
  const share = `${Math.round(result.calmShare * 100)} % of the slices were calm`;
  const noise = result.tooNoisy ? ' The floor moved by more than three: **too noisy, nothing is claimed**.' : '';
  return [
    ...parts,
    `${protocol.rounds} rounds of slices of ${protocol.sliceMs} ms; ${share}.${noise}`,
    table(['Ratio', 'Median', 'Quartiles', 'Min … max', 'Verdict'], result.comparisons.map(comparisonRow)),
    table(['Side', 'Figures: median (min … max)'], result.sides.map(sideRow)),
    ...(result.notes.length === 0 ? [] : [result.notes.map((note) => `- ${note}`).join('\n')]),
  ].join('\n\n');
}

function comparisonRow(judged: Judged): readonly string[] {
  const { spread } = judged;
  if (spread === undefined) return [judged.title, '–', '–', '–', judged.verdict];
  return [
    judged.title,
    short(spread.median),
    `${short(spread.lowerQuartile)} … ${short(spread.upperQuartile)}`,
    `${short(spread.min)} … ${short(spread.max)}`,
    judged.verdict,
  ];
}

function sideRow(side: SideResult): readonly string[] {
  const figures = Object.entries(side.figures).map(
    ([name, spread]: [string, Spread]) =>
      `${name} ${short(spread.median)} (${short(spread.min)} … ${short(spread.max)})`,
  );
  return [side.name, figures.length === 0 ? 'did not count' : figures.join(', ')];
}

function mark(value: number | undefined, atLeast: boolean): string {
  return value === undefined ? '' : `${atLeast ? '≥' : '≤'} ${short(value)}`;
}

/** Three significant digits, without an exponent. */
function short(value: number): string {
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en-US');
  return Number(value.toPrecision(3)).toString();
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
