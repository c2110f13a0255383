import { expect, it } from 'vitest';
import { backoffMs } from './retry-policy.js';

it.each([
  { attempt: 1, random: 0, delayMs: 0, reason: 'full jitter starts at nothing' },
  { attempt: 1, random: 0.999, delayMs: 999, reason: 'below one second at first' },
  { attempt: 2, random: 0.5, delayMs: 1000, reason: 'doubles' },
  { attempt: 40, random: 0.999, delayMs: 29_970, reason: 'capped at thirty seconds' },
])('waits $delayMs ms after attempt $attempt: $reason', ({ attempt, random, delayMs }) => {
  expect(backoffMs(attempt, random)).toBe(delayMs);
});

it.each([0, -1, 1.5])('stops on the attempt %d', (attempt) => {
  expect(() => backoffMs(attempt, 0.5)).toThrow(/positive integer/);
});
