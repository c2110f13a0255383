import type { QuotaName } from '@caisson/contracts';
import type { Change, Holding } from '@caisson/event-sourcing';
import type { ExecutionEvent } from '../domain/execution.events.js';
import { tasksInFlight, type ExecutionState } from '../domain/execution.state.js';

/** How many tasks an execution has in flight from now on, where that changes. Only a start needs room. */
export function holdingsOf({ after, before, events }: Change<ExecutionState, ExecutionEvent>): readonly Holding[] {
  const amount = tasksInFlight(after);
  if (amount === tasksInFlight(before)) return [];
  const quota: QuotaName = 'tasks-in-flight';
  return [{ quota, amount, claims: events.some(({ type }) => type === 'TaskStarted') }];
}
