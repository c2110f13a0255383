import { DriftPolicy, eventTypeOf } from '@caisson/contracts';
import {
  unreadableEvent,
  type Aggregate,
  type DocumentContext,
  type NewDocument,
  type NewEvent,
  type RecordedEvent,
} from '@caisson/event-sourcing';
import { deterministicId, type JsonObject } from '@caisson/kernel';
import type { PolicyVersion } from '../domain/drift-policy.js';
import { policyDecider, type PolicyCommand, type PolicyRejection, type PolicyState } from '../domain/policy.decide.js';
import type { PolicyEvent } from '../domain/policy.events.js';

const SCHEMA_VERSION = 1;
const CURRENT = 'current';

/** Collection of the policies: `current`, and every version by its number. */
export const DRIFT_POLICIES = 'drift-policy';

/** A version that somebody made. */
export interface PolicyView extends PolicyVersion {
  readonly replacedAt: string;
  readonly replacedBy: string;
}

/** How the drift policy of a tenant is decided, stored in `drift_policy-<id>` and shown. */
export const policyAggregate: Aggregate<PolicyState, PolicyCommand, PolicyEvent, PolicyRejection> = {
  category: 'drift_policy',
  decider: policyDecider,
  encode,
  decode,
  documents: documentsOf,
};

/** The id of a tenant's policy. */
export function policyIdOf(tenantId: string): string {
  return deterministicId('drift-policy', tenantId);
}

/** The id of a version's document; without a version that of the newest. */
export function policyDocumentId(version?: number): string {
  return version === undefined ? CURRENT : `v${version}`;
}

function encode({ type, ...data }: PolicyEvent): NewEvent {
  const publicForm = { type: eventTypeOf('drift', 'policy-replaced'), data: { ...data } };
  return { type, schemaVersion: SCHEMA_VERSION, data, publicForm };
}

/** Members that came later have their defaults in what was recorded before. */
function decode(recorded: RecordedEvent): PolicyEvent {
  const { data, schemaVersion, type } = recorded;
  if (type !== 'PolicyReplaced' || schemaVersion !== SCHEMA_VERSION) throw unreadableEvent(recorded);
  const event = data as PolicyEvent;
  return { ...event, type, content: DriftPolicy.parse(event.content) };
}

function documentsOf(
  _state: PolicyState,
  events: readonly PolicyEvent[],
  { occurredAt }: DocumentContext,
): readonly NewDocument[] {
  return events.flatMap(({ content, digest, replacedBy, version }) => {
    const view: PolicyView = { version, digest, content, replacedAt: occurredAt, replacedBy };
    const body = view as unknown as JsonObject;
    return [policyDocumentId(), policyDocumentId(version)].map((id) => ({ collection: DRIFT_POLICIES, id, body }));
  });
}
