import { PROGRESS } from '../domain/deployment.evolve.js';
import type { RunView } from './deployment-documents.js';

/** Whether tasks may say more about how far a run has come than its own states do. */
export function hasTaskProgress({ progress }: RunView): boolean {
  return progress >= PROGRESS.executing && progress < PROGRESS.completed;
}

/**
 * The run with its tasks counted in: between the beginning of the execution and of the verification it moves with them.
 * Never less than the run's own, and never falls as long as `tasksPercent` does not.
 *
 * @param tasksPercent - how many of the run's tasks are over, 0 to 100.
 */
export function withTaskProgress(run: RunView, tasksPercent: number): RunView {
  if (!hasTaskProgress(run)) return run;
  const span = PROGRESS.verifying - PROGRESS.executing;
  const reached = PROGRESS.executing + Math.floor((span * tasksPercent) / 100);
  return { ...run, progress: Math.max(run.progress, reached) };
}
