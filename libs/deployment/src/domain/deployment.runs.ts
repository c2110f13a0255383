import { SETTLED_RUN_STATES } from '@caisson/contracts';
import type { Deployment, Run } from './deployment.state.js';

/** The run that holds the deployment, if one does. */
export function activeRun({ run }: Deployment): Run | undefined {
  return run === undefined || SETTLED_RUN_STATES.includes(run.state) ? undefined : run;
}

/** Whether a run id was given out already: the wish that brought it is an old one. */
export function knowsRun({ deferred, deletion, run, settled }: Deployment, runId: string): boolean {
  const ids = [run?.runId, deferred?.runId, deletion?.runId, ...settled.map((older) => older.runId)];
  return ids.includes(runId);
}
