import { unreadableEvent, type Aggregate, type NewDocument, type RecordedEvent } from '@caisson/event-sourcing';
import type { PrincipalCommand, PrincipalRejection } from '../domain/principal.commands.js';
import type { PrincipalEvent } from '../domain/principal.events.js';
import { principalDecider, type PrincipalState } from '../domain/principal.decide.js';
import { TENANCY_COLLECTIONS, type CredentialDocument, type PrincipalDocument } from './tenancy-documents.js';

const SCHEMA_VERSION = 1;

type PrincipalAggregate = Aggregate<PrincipalState, PrincipalCommand, PrincipalEvent, PrincipalRejection>;

/**
 * How principals are decided and stored, in `principal-<id>`. Nothing of it is published: `member-added` of the tenant
 * says who came. The credential is written with the fact, and only there.
 */
export function principalAggregate(credential: CredentialDocument): PrincipalAggregate {
  return {
    category: 'principal',
    decider: principalDecider,
    encode: ({ type, ...data }) => ({ type, schemaVersion: SCHEMA_VERSION, data }),
    decode,
    documents: (state, _events, { occurredAt }) => documentsOf(state, credential, occurredAt),
  };
}

function documentsOf(state: PrincipalState, credential: CredentialDocument, createdAt: string): readonly NewDocument[] {
  if (state.status === 'absent') return [];
  const { principalId: id, role, username } = state;
  const principal: PrincipalDocument = { id, username, role, createdAt };
  return [
    { collection: TENANCY_COLLECTIONS.principal, id, body: principal },
    { collection: TENANCY_COLLECTIONS.credential, id, body: credential },
  ];
}

function decode(recorded: RecordedEvent): PrincipalEvent {
  const { data, schemaVersion, type } = recorded;
  if (type !== 'PrincipalRegistered' || schemaVersion !== SCHEMA_VERSION) throw unreadableEvent(recorded);
  return { ...(data as object), type } as PrincipalEvent;
}
