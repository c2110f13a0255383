import type { EventEnvelope } from '@caisson/contracts';
import { deterministicId } from '@caisson/kernel';
import type { CommandContext } from './handle-command.js';

/**
 * The context of a command that follows from a public event: same story, caused by the event, and with a command id
 * that follows from both, so that a second delivery of the event is recognised as the same command.
 *
 * @param purpose - what is done with the event, such as `record-plan`: one event may lead to several commands.
 * @param service - the service that acts, such as `planner`.
 */
export function followUpContext(event: EventEnvelope, purpose: string, service: string): CommandContext {
  return {
    tenantId: event.tenantId,
    commandId: deterministicId('follow-up', event.id, purpose),
    correlationId: event.correlationId,
    causationId: event.id,
    actor: `service:${service}`,
  };
}
