import { describe, expect, it } from 'vitest';
import { FAIR_WEATHER } from './scenario.js';
import { simulate } from './simulate.js';

describe('a simulation', () => {
  it('brings a deployment from its creation to its end', async () => {
    const { ending, story, violations } = await simulate({ seed: 1, scenario: FAIR_WEATHER, keepsStory: true });
    expect({ ending, violations }).toEqual({ ending: 'over', violations: [] });
    for (const fact of ['DeploymentCreated', 'PlanComputed', 'RunApproved', 'TaskSucceeded', 'DeploymentDeleted']) {
      expect(
        story.some((line) => line.includes(fact)),
        fact,
      ).toBe(true);
    }
  });

  it('goes the same way from the same seed, and another way from another', async () => {
    const [one, again, other] = [await simulate({ seed: 7 }), await simulate({ seed: 7 }), await simulate({ seed: 8 })];
    expect(again).toEqual(one);
    expect(other.hash).not.toBe(one.hash);
  });
});
