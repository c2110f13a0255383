import type { RunState } from '@caisson/contracts';
import { expect, it } from 'vitest';
import { deploymentProblem } from './deployment-problem.js';

it.each<readonly [RunState, string]>([
  ['completed', 'Run r is completed. It has ended: ask for another run of the deployment.'],
  ['cancelling', 'Run r is cancelling. It moves on by itself: wait until it has.'],
])('does not leave open whether a run that is %s has ended or moves on', (state, detail) => {
  expect(deploymentProblem({ code: 'run-state-conflict', runId: 'r', state, allowed: [] }).detail).toBe(detail);
});
