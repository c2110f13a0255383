import { describe, expect, it } from 'vitest';
import { ratio, type Round } from './goal.js';
import { isTooNoisy, judge } from './verdict.js';

const rounds = (...ratios: number[]): readonly Round[] =>
  ratios.map(
    (value) =>
      new Map([
        ['floor', { ratePerS: 100 }],
        ['ours', { ratePerS: 100 * value }],
      ]),
  );
const more = { title: 'rate', of: ratio('ratePerS', 'ours', 'floor'), atLeast: true, gate: 0.6, goal: 0.8 };

describe('a comparison where more is better', () => {
  it.each([
    ['goal reached', [0.7, 0.8, 0.9, 0.9, 0.9], 'the lower quartile counts'],
    ['gate held', [0.5, 0.7, 0.9, 0.9], 'the median counts'],
    ['near the gate', [0.5, 0.5, 0.5], 'within a fifth'],
    ['below the gate', [0.4, 0.4, 0.4], 'further away'],
  ])('%s', (verdict, values, _reason) => {
    expect(judge(more, rounds(...values), false).verdict).toBe(verdict);
  });

  it('claims no goal on a noisy machine', () => {
    expect(judge(more, rounds(0.9, 0.9, 0.9, 0.9, 0.9), true).verdict).toBe('gate held');
  });

  it('claims no goal after a quick look', () => {
    expect(judge(more, rounds(0.9, 0.9, 0.9, 0.9), false).verdict).toBe('gate held');
  });
});

it('a comparison where less is better turns the marks round', () => {
  const less = { ...more, atLeast: false, gate: 2, goal: 1 };
  expect(judge(less, rounds(0.9, 0.9, 0.9, 0.9, 0.9), false).verdict).toBe('goal reached');
  expect(judge(less, rounds(1.5, 1.5), false).verdict).toBe('gate held');
  expect(judge(less, rounds(2.4, 2.4), false).verdict).toBe('near the gate');
  expect(judge(less, rounds(3, 3), false).verdict).toBe('below the gate');
});

it('a side that did not count leaves its round out', () => {
  const lone: Round = new Map([['floor', { ratePerS: 100 }]]);
  expect(judge(more, [lone], false).verdict).toBe('not measured');
  expect(judge(more, [lone, ...rounds(0.9)], false).spread?.count).toBe(1);
});

it('a floor that moves by more than three is too noisy', () => {
  const at = (rate: number): Round => new Map([['floor', { ratePerS: rate }]]);
  expect(isTooNoisy('floor', 'ratePerS', [at(100), at(299)])).toBe(false);
  expect(isTooNoisy('floor', 'ratePerS', [at(100), at(301)])).toBe(true);
});
