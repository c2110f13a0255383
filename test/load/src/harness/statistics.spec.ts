import { describe, expect, it } from 'vitest';
import { latencyFigures, spreadOf } from './statistics.js';

describe('spread', () => {
  it('of nothing is nothing', () => {
    expect(spreadOf([])).toBeUndefined();
  });

  it('does not depend on the order', () => {
    expect(spreadOf([5, 1, 4, 2, 3])).toEqual({
      count: 5,
      min: 1,
      lowerQuartile: 2,
      median: 3,
      upperQuartile: 4,
      max: 5,
    });
  });

  it('lies between neighbours when the count is even', () => {
    expect(spreadOf([1, 2, 3, 10])?.median).toBe(2.5);
  });
});

it('latencies show their tail', () => {
  const samples = Array.from({ length: 101 }, (_, index) => index);
  expect(latencyFigures(samples)).toEqual({ p50Ms: 50, p99Ms: 99, maxMs: 100 });
});
