import type { EventOf } from '@caisson/contracts';
import { followUpContext, handleCommand, type CommandRuntime } from '@caisson/event-sourcing';
import { taskRefOf } from '../domain/task.state.js';
import { executionAggregate } from './execution.aggregate.js';

/** Records what a person found out about a task. Nothing when the task is known by now, or never was one. */
export async function resolveTask(
  runtime: CommandRuntime,
  event: EventOf<'deployment'> & { readonly fact: 'run-task-resolved' },
): Promise<void> {
  const { evidence, outcome, resolvedBy: by, runId, taskId } = event.data;
  const task = taskRefOf(runId, taskId);
  if (task === undefined) return;
  await handleCommand(runtime, executionAggregate, {
    id: runId,
    command: { type: 'ResolveTask', task, outcome, evidence, by, at: event.time },
    context: followUpContext(event, 'resolve-task', runtime.service),
  });
}
