import { unreadableEvent, type Aggregate, type NewDocument, type RecordedEvent } from '@caisson/event-sourcing';
import type { Json } from '@caisson/kernel';
import type { PrincipalCommand, PrincipalRejection } from '../domain/principal.commands.js';
import { principalDecider } from '../domain/principal.decide.js';
import type { PrincipalEvent } from '../domain/principal.events.js';
import type { PrincipalState } from '../domain/principal.state.js';
import { TENANCY_COLLECTIONS, type PasswordDocument, type SessionDocument } from './tenancy-documents.js';

const SCHEMA_VERSION = 1;
const KNOWN: ReadonlySet<string> = new Set<PrincipalEvent['type']>([
  'PrincipalRegistered',
  'SessionStarted',
  'SessionRefreshed',
  'SessionEnded',
  'PasswordChanged',
]);

type PrincipalAggregate = Aggregate<PrincipalState, PrincipalCommand, PrincipalEvent, PrincipalRejection>;

/**
 * How principals are decided and stored, in `principal-<id>`. Nothing of it is published: the facts of the tenant say
 * who came and went. A credential is written with the fact that it is new, and only there.
 */
export function principalAggregate(credential?: PasswordDocument): PrincipalAggregate {
  return {
    category: 'principal',
    decider: principalDecider,
    encode: ({ type, ...data }) => ({ type, schemaVersion: SCHEMA_VERSION, data }),
    decode,
    documents: (state) => documentsOf(state, credential),
    snapshots: {
      schemaVersion: 1,
      everyEvents: 200,
      save: (state) => state as unknown as Json,
      restore: (saved) => saved as unknown as PrincipalState,
    },
  };
}

function documentsOf(state: PrincipalState, credential: PasswordDocument | undefined): readonly NewDocument[] {
  if (state.status === 'absent') return [];
  const { principalId: id } = state;
  const sessions: SessionDocument = {
    sessions: state.sessions.map(({ endsAt, sessionId }) => ({ sessionId, endsAt })),
  };
  return [
    { collection: TENANCY_COLLECTIONS.session, id, body: sessions },
    ...(credential === undefined ? [] : [{ collection: TENANCY_COLLECTIONS.password, id, body: credential }]),
  ];
}

function decode(recorded: RecordedEvent): PrincipalEvent {
  const { data, schemaVersion, type } = recorded;
  if (!KNOWN.has(type) || schemaVersion !== SCHEMA_VERSION) throw unreadableEvent(recorded);
  return { ...(data as object), type } as PrincipalEvent;
}
