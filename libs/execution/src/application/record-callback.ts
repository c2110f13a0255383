import type { EventOf } from '@caisson/contracts';
import { followUpContext, handleCommand } from '@caisson/event-sourcing';
import { askingEventOf } from './asking-event.js';
import { executionAggregate } from './execution.aggregate.js';
import type { ExecutionPorts } from './ports.js';
import type { AskingEvent } from './run-execution.js';
import { executionChannel } from './run-loop.js';

/** A callback whose address was checked. */
export type CallbackEvent = Extract<EventOf<'webhooks'>, { fact: 'callback-received' }>;

/**
 * Records a callback in the stream of the run that waits for it and wakes whoever holds the run.
 *
 * @returns what the run was started or undone by, for whoever carries it on; undefined when nothing waits for the
 *   callback any more.
 */
export async function recordCallback(ports: ExecutionPorts, event: CallbackEvent): Promise<AskingEvent | undefined> {
  const { attempt, cycle, payload, phase, receivedAt, runId, unitId } = event.data;
  const { clock, observer, service, store, wakeups } = ports;
  const handled = await handleCommand({ store, clock, service }, executionAggregate, {
    id: runId,
    command: { type: 'RecordCallback', task: { phase, unitId }, wait: { cycle, attempt }, payload, at: receivedAt },
    context: followUpContext(event, 'record-callback', service),
  });
  if (handled.outcome === 'rejected') {
    observer.noticed('a callback came too late', { runId, unitId, code: handled.rejection.code });
    return undefined;
  }
  wakeups.wake(executionChannel(runId));
  return askingEventOf(ports, event.tenantId, handled.state);
}
