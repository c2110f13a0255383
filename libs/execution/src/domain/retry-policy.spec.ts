import { expect, it } from 'vitest';
import { backoffMs } from './retry-policy.js';

it.each([
  { attempt: 1, random: 0, delayMs: 1000, reason: 'one second at first' },
  { attempt: 2, random: 0, delayMs: 2000, reason: 'doubles' },
  { attempt: 1, random: 0.999, delayMs: 1249, reason: 'chance adds up to a quarter' },
  { attempt: 40, random: 0, delayMs: 30_000, reason: 'capped at thirty seconds' },
])('waits $delayMs ms after attempt $attempt: $reason', ({ attempt, random, delayMs }) => {
  expect(backoffMs(attempt, random)).toBe(delayMs);
});

it.each([0, -1, 1.5])('stops on the attempt %d', (attempt) => {
  expect(() => backoffMs(attempt, 0.5)).toThrow(/positive integer/);
});
