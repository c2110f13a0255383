import { hasTaskProgress, withTaskProgress, type RunView } from '@caisson/deployment';
import type { DocumentStore } from '@caisson/event-sourcing';
import { FOREIGN_COLLECTIONS } from './foreign-collections.js';

/** Counts a run's tasks into its progress. Reads the execution only where it can tell more. */
export async function countTasks(documents: DocumentStore, tenantId: string, run: RunView): Promise<RunView> {
  if (!hasTaskProgress(run)) return run;
  const { execution } = FOREIGN_COLLECTIONS;
  const found = await documents.get<{ readonly progress: number }>(tenantId, execution, run.id);
  return withTaskProgress(run, found?.body.progress ?? 0);
}
