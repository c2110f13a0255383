import { randomUUID } from 'node:crypto';
import {
  NO_STREAM,
  type AppendRequest,
  type EventContext,
  type NewEvent,
  type StreamRef,
} from '@caisson/event-sourcing';

/** A stream nobody else uses, of a tenant nobody else has unless one is given. */
export function newStream(tenantId: string = randomUUID()): StreamRef {
  return { tenantId, streamId: `thing-${randomUUID()}` };
}

/** The surroundings of events, with a command id of their own. */
export function newContext(given: Partial<EventContext> = {}): EventContext {
  const commandId = given.commandId ?? randomUUID();
  return {
    correlationId: randomUUID(),
    causationId: commandId,
    actor: 'principal-1',
    occurredAt: '2026-03-02T10:15:00.000Z',
    service: 'test',
    ...given,
    commandId,
  };
}

/** A public fact; its data says which one it is. */
export function newEvent(label: string | number = 'one'): NewEvent {
  return {
    type: 'ThingChanged',
    schemaVersion: 1,
    data: { label },
    publicForm: { type: 'caisson.deployment.deployment-changed.v1' },
  };
}

/** A fact that is not published. */
export function newPrivateEvent(label: string | number = 'private'): NewEvent {
  return { type: 'ThingNoted', schemaVersion: 1, data: { label } };
}

/** An append of one public event to the start of a new stream, where nothing else is given. */
export function newAppend(given: Partial<AppendRequest> = {}): AppendRequest {
  return { stream: newStream(), expected: NO_STREAM, context: newContext(), events: [newEvent()], ...given };
}
