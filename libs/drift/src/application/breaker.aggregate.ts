import { eventTypeOf } from '@caisson/contracts';
import {
  unreadableEvent,
  type Aggregate,
  type NewDocument,
  type NewEvent,
  type RecordedEvent,
} from '@caisson/event-sourcing';
import { deterministicId, type Json, type JsonObject } from '@caisson/kernel';
import { breakerDecider, type BreakerCommand, type BreakerRejection } from '../domain/breaker.decide.js';
import type { BreakerEvent } from '../domain/breaker.events.js';
import type { BreakerState } from '../domain/breaker.state.js';

const SCHEMA_VERSION = 1;

/** Shape of the folded state; raise it when `BreakerState` changes: older snapshots are then ignored. */
const STATE_SCHEMA_VERSION = 1;

const SNAPSHOT_EVERY_EVENTS = 100;

/** Collection of the breakers, by provider. */
export const DRIFT_BREAKERS = 'drift-breaker';

/** How the breaker of a tenant's provider is decided, stored in `drift_breaker-<id>` and shown. */
export const breakerAggregate: Aggregate<BreakerState, BreakerCommand, BreakerEvent, BreakerRejection> = {
  category: 'drift_breaker',
  decider: breakerDecider,
  encode,
  decode,
  documents: documentsOf,
  // Such a stream has no end: a provider has its troubles for as long as it is used.
  snapshots: {
    schemaVersion: STATE_SCHEMA_VERSION,
    everyEvents: SNAPSHOT_EVERY_EVENTS,
    save: (state) => state as unknown as Json,
    restore: (saved) => saved as unknown as BreakerState,
  },
};

/** The id of a provider's breaker. Each tenant has its own: another one's credentials say nothing about ours. */
export function breakerIdOf(tenantId: string, provider: string): string {
  return deterministicId('drift-breaker', tenantId, provider);
}

/** Looks stay private; that it opened and closed concerns others. */
function encode(event: BreakerEvent): NewEvent {
  const { type, ...data } = event;
  const recorded = { type, schemaVersion: SCHEMA_VERSION, data: { ...data } };
  if (event.type === 'LookRecorded') return recorded;
  const { at: _inEnvelope, ...shown } = event;
  const { type: _type, ...facts } = shown;
  const fact = event.type === 'BreakerOpened' ? 'breaker-opened' : 'breaker-closed';
  return { ...recorded, publicForm: { type: eventTypeOf('drift', fact), data: facts } };
}

const TYPES: ReadonlySet<string> = new Set<BreakerEvent['type']>(['LookRecorded', 'BreakerOpened', 'BreakerClosed']);

function decode(recorded: RecordedEvent): BreakerEvent {
  const { data, schemaVersion, type } = recorded;
  if (!TYPES.has(type) || schemaVersion !== SCHEMA_VERSION) throw unreadableEvent(recorded);
  return { ...(data as object), type } as BreakerEvent;
}

function documentsOf(state: BreakerState): readonly NewDocument[] {
  return [{ collection: DRIFT_BREAKERS, id: state.provider, body: state as unknown as JsonObject }];
}
