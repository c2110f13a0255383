import type { EventOf } from '@caisson/contracts';
import { followUpContext, handleCommand, type CommandRuntime, type Wakeups } from '@caisson/event-sourcing';
import type { ExecutionState } from '../domain/execution.state.js';
import { executionAggregate } from './execution.aggregate.js';
import { executionChannel } from './run-loop.js';

/**
 * Records that a run must stop, and wakes whoever carries it. Any executor may do so: the fact is in the execution's
 * own stream, so its holder finds it at its next append at the latest; after a crash the next holder reads it first.
 *
 * @returns the execution after it.
 */
export async function requestCancel(
  runtime: CommandRuntime,
  wakeups: Wakeups,
  event: EventOf<'deployment'> & { readonly fact: 'run-cancelling' },
): Promise<ExecutionState> {
  const { deploymentId, reason, runId } = event.data;
  const handled = await handleCommand(runtime, executionAggregate, {
    id: runId,
    command: { type: 'RequestCancel', deploymentId, runId, askedBy: event.sequence, reason },
    context: followUpContext(event, 'cancel-execution', runtime.service),
  });
  wakeups.wake(executionChannel(runId));
  return handled.state;
}
