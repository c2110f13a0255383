import { expect, it } from 'vitest';
import { simulate } from './simulate.js';
import { tellFailure } from './tell.js';

/** Of each run of all tests. `npm run sim -- --seeds 20000` takes more. */
const SEEDS = 300;

it(`breaks no promise under ${SEEDS} seeds`, { timeout: 300_000 }, async () => {
  for (let seed = 1; seed <= SEEDS; seed += 1) {
    const { violations } = await simulate({ seed });
    if (violations.length > 0) expect.fail(tellFailure(await simulate({ seed, keepsStory: true })));
  }
});
