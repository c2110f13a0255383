import { unreadableEvent, type Aggregate, type RecordedEvent } from '@caisson/event-sourcing';
import { deterministicId, type Json } from '@caisson/kernel';
import {
  remediationTurnsDecider,
  type RemediationTurns,
  type TakeTurn,
  type TurnRejection,
  type TurnTaken,
} from '../domain/remediation-turns.js';

const SCHEMA_VERSION = 1;

/** Shape of the folded state; raise it when `RemediationTurns` changes: older snapshots are then ignored. */
const STATE_SCHEMA_VERSION = 1;

const SNAPSHOT_EVERY_EVENTS = 100;

/**
 * How often drift is put right without a person, stored in `drift_remediation-<id>`. A bound on what is done to the
 * world is counted where nothing is lost, not among the limits of requests.
 */
export const remediationTurnsAggregate: Aggregate<RemediationTurns, TakeTurn, TurnTaken, TurnRejection> = {
  category: 'drift_remediation',
  decider: remediationTurnsDecider,
  encode: ({ type, ...data }) => ({ type, schemaVersion: SCHEMA_VERSION, data }),
  decode,
  snapshots: {
    schemaVersion: STATE_SCHEMA_VERSION,
    everyEvents: SNAPSHOT_EVERY_EVENTS,
    save: (state) => state as unknown as Json,
    restore: (saved) => saved as unknown as RemediationTurns,
  },
};

/** The id of a tenant's turns. */
export function remediationTurnsIdOf(tenantId: string): string {
  return deterministicId('drift-remediation', tenantId);
}

function decode(recorded: RecordedEvent): TurnTaken {
  const { data, schemaVersion, type } = recorded;
  if (type !== 'TurnTaken' || schemaVersion !== SCHEMA_VERSION) throw unreadableEvent(recorded);
  return { ...(data as Omit<TurnTaken, 'type'>), type };
}
