import { describe, expect, it } from 'vitest';
import { simulate } from '../simulate.js';
import { SABOTAGES } from './sabotages.js';

/** Goal G4 allows so many; most are noticed within some dozen. */
const SEEDS_MAX = 20_000;

describe.each(Object.entries(SABOTAGES))('%s', (_name, sabotage) => {
  it('are noticed', { timeout: 240_000 }, async () => {
    for (let seed = 1; seed <= SEEDS_MAX; seed += 1) {
      const { violations } = await simulate({ seed, sabotage });
      if (violations.length > 0) return;
    }
    expect.fail(`nothing was noticed within ${SEEDS_MAX} seeds`);
  });
});
