import { lacks } from '@caisson/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { Lanes } from './run-lanes.js';
import { tellResult, tellStory } from './tell.js';

/** A few; `npm run fault -- --schedules 500` runs many. */
const SEEDS = Array.from({ length: 6 }, (_, index) => index + 1);

/** One for each core of the machine that runs all tests. */
const LANES = 2;

const MS_MAX = 480_000;

describe.skipIf(lacks('kafka') || lacks('redis'))('the installation under random faults', () => {
  const lanes = new Lanes({ seeds: SEEDS, lanes: LANES, onResult: () => undefined, look: () => Promise.resolve() });
  afterAll(() => lanes.abandon());

  it(`keeps its promises in ${SEEDS.length} schedules`, { timeout: MS_MAX }, async () => {
    const results = await lanes.run();
    expect(results.map(({ schedule }) => schedule.seed)).toEqual(SEEDS);
    for (const result of results) {
      expect(result.violations, tellStory(result)).toEqual([]);
      expect(result.operations.length, tellResult(result)).toBeGreaterThan(0);
    }
  });
});
