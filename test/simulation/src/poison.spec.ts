import { expect, it } from 'vitest';
import type { Composition } from './services/services.js';
import { FAIR_WEATHER } from './scenario.js';
import { simulate } from './simulate.js';

/** The planner cannot handle what one tenant asks for. */
const around: Composition['around'] = (service, handle) => async (event, delivery) => {
  if (service === 'planner' && event.tenantId === 'tenant-0') throw new TypeError('poison');
  await handle(event, delivery);
};

it('holds up one stream of one consumer only when an event cannot be handled, and its runs are told', async () => {
  const scenario = { ...FAIR_WEATHER, stories: [0, 1] };
  const result = await simulate({ seed: 1, scenario, keepsStory: true, sabotage: { composition: { around } } });
  const { ending, story, violations } = result;
  expect(ending).toBe('over'); // Also for the tenant with the poison: its runs fail, and its deployment goes.
  // What is reported is the parked stream and nothing else.
  expect([...new Set(violations.map(({ invariant }) => invariant))].toSorted()).toEqual(['I10', 'I7']);
  expect(violations.filter(({ what }) => what.includes('tenant-1'))).toEqual([]);
  expect(story.filter((line) => line.includes('RunFailed'))).not.toEqual([]);
  expect(story.some((line) => line.includes('ExecutionVerified'))).toBe(true);
});
