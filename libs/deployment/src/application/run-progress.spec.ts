import { expect, it } from 'vitest';
import type { RunView } from './deployment-documents.js';
import { hasTaskProgress, withTaskProgress } from './run-progress.js';

const run = (state: RunView['state'], progress: number): RunView => ({
  ...{ id: 'r', deploymentId: 'd', kind: 'create', state, revision: 1, reason: 'test', round: 1, progress },
  ...{ requestedAt: '2026-01-01T00:00:00.000Z', requestedBy: 'p', correlationId: 'c' },
});

it('moves with the tasks while a run executes', () => {
  const shown = [0, 25, 50, 99, 100].map((percent) => withTaskProgress(run('executing', 20), percent).progress);
  expect(shown).toEqual([20, 37, 55, 89, 90]);
});

it('never shows less than what a state reached', () => {
  expect(withTaskProgress(run('verifying', 90), 50).progress).toBe(90);
  expect(withTaskProgress(run('completed', 100), 100).progress).toBe(100);
});

it('keeps what the tasks reached when the run fails, is cancelled or is tried again', () => {
  for (const state of ['failed', 'cancelled', 'rolled_back', 'pending', 'planning'] as const) {
    expect(withTaskProgress(run(state, 20), 50).progress).toBe(55);
  }
});

it('asks for no tasks before a run executes or after it completed', () => {
  expect([run('approved', 15), run('completed', 100)].map(hasTaskProgress)).toEqual([false, false]);
  expect(withTaskProgress(run('approved', 15), 50).progress).toBe(15);
});
