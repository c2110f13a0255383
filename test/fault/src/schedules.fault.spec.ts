import { lacks } from '@caisson/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { drawSchedule } from './schedule.js';
import { runSchedule } from './run-schedule.js';
import { FaultStack } from './stack/fault-stack.js';
import { tellResult, tellStory } from './tell.js';

/** A few; `npm run fault -- --schedules 500` runs many. */
const SEEDS = [1, 2, 3, 4, 5, 6];

describe.skipIf(lacks('kafka') || lacks('redis'))('the installation under random faults', () => {
  let stack: FaultStack;
  beforeAll(async () => {
    stack = await FaultStack.start();
  });
  afterAll(() => stack.stop());

  it.each(SEEDS)('keeps its promises in schedule %i', async (seed) => {
    const result = await runSchedule(stack, drawSchedule(seed, stack.serviceNames));
    expect(result.violations, tellStory(result)).toEqual([]);
    expect(result.operations.length, tellResult(result)).toBeGreaterThan(0);
  });
});
