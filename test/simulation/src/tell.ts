import type { SimulationResult } from './simulate.js';

/** Lines of a story before the first broken promise that are shown, and after it. */
const LINES_BEFORE = 120;
const LINES_AFTER = 20;

/** What a person needs who looks into a failing seed: what broke, what led to it, and how to see it again. */
export function tellFailure({ ending, hash, seed, simulatedMs, steps, story, violations }: SimulationResult): string {
  const broken = violations.map(
    ({ atMs, invariant, step, what }) => `  ${invariant} at step ${step}, ${(atMs / 1000).toFixed(3)} s: ${what}`,
  );
  const tookS = (simulatedMs / 1000).toFixed(1);
  const end = `Seed ${seed} ended ${ending} after ${steps} steps and ${tookS} simulated seconds.`;
  return [
    ...excerpt(story),
    '',
    `${end} Trace ${hash}.`,
    ...(broken.length === 0 ? ['No promise was broken.'] : ['Broken promises:', ...broken]),
    `See it again: npm run sim -- --seed ${seed}`,
  ].join('\n');
}

function excerpt(story: readonly string[]): readonly string[] {
  const first = story.findIndex((line) => line.includes('!!! '));
  if (first === -1) return story;
  const shown = story.slice(Math.max(0, first - LINES_BEFORE), first + LINES_AFTER);
  const left = story.length - shown.length;
  return left === 0 ? shown : [...shown, `(${left} more lines of the story with --whole)`];
}
