import { describe, expect, it } from 'vitest';
import { read } from './repository.js';

const PAGE = 'docs/architecture.md';

/** The stops of every leg, from outside to inside and out again. A leg may leave some out, and never goes back. */
const STOPS: readonly (readonly [string, RegExp])[] = [
  ['transport', /^libs\/adapters\/messaging-kafka\/src\/[\w-]*strategy\.ts$|^libs\/event-sourcing\/src\/consumer\.ts$/],
  ['inbound adapter', /^apps\/[\w-]+\/src\/(http|events|commands|worker)\//],
  [
    'use case',
    /^libs\/[\w-]+\/src\/application\/|^libs\/adapters\/engine-|^libs\/event-sourcing\/src\/handle-command\.ts$/,
  ],
  ['decide', /^libs\/[\w-]+\/src\/domain\//],
  ['store', /^libs\/adapters\/event-store-postgres\//],
  ['relay', /^libs\/event-sourcing\/src\/relay\.ts$|publisher\.ts$/],
];

interface Step {
  readonly number: number;
  readonly path: string;
  readonly linked: string;
  readonly words: string;
}

interface Leg {
  readonly name: string;
  readonly steps: Step[];
}

const legs = readLegs();
const steps = legs.flatMap((leg) => leg.steps);

describe('the walk of one deployment', () => {
  it('is a table with numbered stops in legs', () => {
    expect(legs.map(({ name }) => name).join('')).toBe('ABCDEFGHIJKL');
    expect(steps.map(({ number }) => number)).toEqual(steps.map((_, index) => index + 1));
  });

  it.each(steps.map((step) => [step.path, step] as const))('links %s, and says of it what is in it', (path, step) => {
    expect(step.linked).toBe(`../${path}`);
    const text = read(path); // Fails when the file is not there.
    const names = [...step.words.matchAll(/`([A-Za-z][\w-]*)`/g)].map((match) => match[1] ?? '');
    expect(names.filter((name) => !text.includes(name))).toEqual([]);
  });

  it.each(legs.map((leg) => [leg.name, leg.steps] as const))('goes one way in leg %s', (_name, inLeg) => {
    const paths = inLeg.map(({ path }) => path);
    expect(new Set(paths).size).toBe(paths.length);
    const stops = paths.map((path) => [path, STOPS.findIndex(([, pattern]) => pattern.test(path))] as const);
    expect(stops.filter(([, stop]) => stop < 0)).toEqual([]);
    expect(stops.filter(([, stop], index) => stop < (stops[index - 1]?.[1] ?? 0))).toEqual([]);
  });
});

function readLegs(): readonly Leg[] {
  const table = read(PAGE).split('<!-- walk:')[1]?.split('\n\n')[1] ?? '';
  const found: Leg[] = [];
  for (const row of table.split('\n').slice(2)) {
    const [, mark = '', file = '', ...words] = row.split('|').map((cell) => cell.trim());
    const leg = /^\*\*(\w)\*\*$/.exec(mark)?.[1];
    if (leg !== undefined) found.push({ name: leg, steps: [] });
    else found.at(-1)?.steps.push(stepOf(Number(mark), file, words.join('|')));
  }
  return found;
}

function stepOf(number: number, file: string, words: string): Step {
  const [, path = '', linked = ''] = /^\[`([^`]+)`\]\(([^)]+)\)$/.exec(file) ?? [];
  return { number, path, linked, words: words.replaceAll('store-event-strategy.ts', '') };
}
