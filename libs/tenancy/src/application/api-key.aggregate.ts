import { eventTypeOf } from '@caisson/contracts';
import { unreadableEvent, type Aggregate, type NewDocument, type RecordedEvent } from '@caisson/event-sourcing';
import { keyDecider, type KeyCommand, type KeyEvent, type KeyRejection, type KeyState } from '../domain/api-key.js';
import { TENANCY_COLLECTIONS, type KeyDocument, type KeySecretDocument } from './tenancy-documents.js';

const SCHEMA_VERSION = 1;
const FACTS = { KeyIssued: 'key-issued', KeyRotated: 'key-rotated', KeyRevoked: 'key-revoked' } as const;

type KeyAggregate = Aggregate<KeyState, KeyCommand, KeyEvent, KeyRejection>;

/** How API keys are decided and stored, in `key-<id>`. `secret` is written with the fact that it is new, only there. */
export function keyAggregate(secret?: KeySecretDocument): KeyAggregate {
  return {
    category: 'key',
    decider: keyDecider,
    encode: (event) => {
      const { type, ...data } = event;
      return {
        ...{ type, schemaVersion: SCHEMA_VERSION, data },
        publicForm: { type: eventTypeOf('tenancy', FACTS[type]) },
      };
    },
    decode,
    documents: (state) => documentsOf(state, secret),
  };
}

function documentsOf(state: KeyState, secret: KeySecretDocument | undefined): readonly NewDocument[] {
  if (state.status === 'absent') return [];
  const { keyId: id, name, role, status } = state;
  const expiry = state.expiresAt === undefined ? {} : { expiresAt: state.expiresAt };
  const key: KeyDocument = { id, name, role, status, ...expiry };
  return [
    { collection: TENANCY_COLLECTIONS.key, id, body: key },
    ...(secret === undefined ? [] : [{ collection: TENANCY_COLLECTIONS.keySecret, id, body: secret }]),
  ];
}

function decode(recorded: RecordedEvent): KeyEvent {
  const { data, schemaVersion, type } = recorded;
  if (!(type in FACTS) || schemaVersion !== SCHEMA_VERSION) throw unreadableEvent(recorded);
  return { ...(data as object), type } as KeyEvent;
}
