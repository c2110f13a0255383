import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { GOALS } from '../goals/index.js';
import { benchmarksPage, type GoalResult } from './page.js';
import { KEPT, mergeResult, readResults } from './results.js';

const MACHINE = { cpu: 'any', cores: 2, memoryGib: 24, kernel: '6', node: '24', commit: 'abc', loadAverage: 0 };

function resultOf(id: string, at: string, over: Partial<GoalResult> = {}): GoalResult {
  const protocol = { rounds: 9, sliceMs: 2_000, calmWaitMs: 0 };
  const nothing = { comparisons: [], sides: [], tooNoisy: false, calmShare: 1, notes: [] };
  return { id, title: id, at, command: `npm run bench -- ${id}`, machine: MACHINE, protocol, ...nothing, ...over };
}

describe('what is kept of the runs', () => {
  const order = ['P1', 'P2', 'P6'];
  const earlier = [resultOf('P1', 'monday'), resultOf('P6', 'monday')];

  it('holds the goals that were not in the last run, in the order of all goals', () => {
    const kept = mergeResult(order, earlier, resultOf('P2', 'tuesday'));
    expect(kept.map(({ id, at }) => `${id} ${at}`)).toEqual(['P1 monday', 'P2 tuesday', 'P6 monday']);
  });

  it('holds the last run of a goal only', () => {
    const kept = mergeResult(order, earlier, resultOf('P1', 'tuesday'));
    expect(kept.map(({ id, at }) => `${id} ${at}`)).toEqual(['P1 tuesday', 'P6 monday']);
  });

  it('holds what was measured when a goal could not be run again', () => {
    const { protocol: _, ...failed } = resultOf('P1', 'tuesday', { error: 'no broker here' });
    expect(mergeResult(order, earlier, failed)[0]?.at).toBe('monday');
  });

  it('says why a goal that never ran could not', () => {
    const { protocol: _, ...failed } = resultOf('P2', 'tuesday', { error: 'no broker here' });
    expect(mergeResult(order, earlier, failed)[1]?.error).toBe('no broker here');
  });
});

describe('the page of benchmarks', () => {
  it('is what the kept results give', async () => {
    expect(await readFile(KEPT.page, 'utf8')).toBe(benchmarksPage(await readResults()));
  });

  it('holds goals that there are, in their order', async () => {
    const kept = (await readResults()).map(({ id }) => id);
    expect(kept).toEqual(GOALS.map(({ id }) => id).filter((id) => kept.includes(id)));
  });
});
