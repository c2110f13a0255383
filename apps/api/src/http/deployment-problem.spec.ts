import type { RunState } from '@caisson/contracts';
import { expect, it } from 'vitest';
import { deploymentProblem } from './deployment-problem.js';

it.each<readonly [RunState, string]>([
  ['completed', 'Run r is completed. It has ended: ask for another run of the deployment.'],
  ['cancelling', 'Run r is cancelling. It moves on by itself: wait until it has.'],
])('does not leave open whether a run that is %s has ended or moves on', (state, detail) => {
  expect(deploymentProblem({ code: 'run-state-conflict', runId: 'r', state, allowed: [] }).detail).toBe(detail);
});

it('says of a run in the way what it can be asked, since one that waits for a person never ends by itself', () => {
  expect(deploymentProblem({ code: 'run-active', runId: 'r', state: 'awaiting_approval' }).detail).toBe(
    'Run r is awaiting_approval. Wait until it has ended. What can be asked of it now: approve, cancel, reject, plan.',
  );
});
