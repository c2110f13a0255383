import { eventTypeOf } from '@caisson/contracts';
import type { Envelope } from '@caisson/engine';
import {
  unreadableEvent,
  type Aggregate,
  type DocumentContext,
  type NewDocument,
  type RecordedEvent,
} from '@caisson/event-sourcing';
import {
  credentialDecider,
  type CredentialCommand,
  type CredentialEvent,
  type CredentialRejection,
  type CredentialState,
} from '../domain/credential.js';
import { TENANCY_COLLECTIONS, type CredentialDocument, type CredentialSecretDocument } from './tenancy-documents.js';

const SCHEMA_VERSION = 1;
/** That one was put under another key is nobody else's business. */
const FACTS = {
  CredentialStored: 'credential-stored',
  CredentialRewrapped: undefined,
  CredentialRemoved: 'credential-removed',
} as const satisfies Record<CredentialEvent['type'], string | undefined>;

type CredentialAggregate = Aggregate<CredentialState, CredentialCommand, CredentialEvent, CredentialRejection>;

/** Makes the envelope of the values that are current from now on; undefined: there are none any more. */
export type SealCurrent = (version: number) => Envelope | undefined;

/** Where a version of a credential is kept: what its envelope is bound to. */
export function credentialPlace(tenantId: string, name: string, version: number): string {
  return `${tenantId}|credential|${name}|${version}`;
}

/** How credentials are decided and stored, in `credential-<name>`. Values are written with the fact, and only there. */
export function credentialAggregate(seal: SealCurrent): CredentialAggregate {
  return {
    category: 'credential',
    decider: credentialDecider,
    encode: ({ type, ...data }) => {
      const fact = FACTS[type];
      const publicForm = fact === undefined ? {} : { publicForm: { type: eventTypeOf('tenancy', fact) } };
      return { type, schemaVersion: SCHEMA_VERSION, data, ...publicForm };
    },
    decode,
    documents: (state, _events, context) => documentsOf(state, context, seal),
  };
}

function documentsOf(state: CredentialState, { occurredAt }: DocumentContext, seal: SealCurrent): NewDocument[] {
  if (state.status === 'absent') return [];
  const { name, status, variables, version } = state;
  const envelope = seal(version);
  const told: CredentialDocument = {
    ...{ name, version, status, variables },
    keyId: envelope?.keyId ?? '',
    changedAt: occurredAt,
  };
  const secret: CredentialSecretDocument = { version, ...(envelope === undefined ? {} : { envelope }) };
  return [
    { collection: TENANCY_COLLECTIONS.credential, id: name, body: told },
    { collection: TENANCY_COLLECTIONS.credentialSecret, id: name, body: secret },
  ];
}

function decode(recorded: RecordedEvent): CredentialEvent {
  const { data, schemaVersion, type } = recorded;
  if (!(type in FACTS) || schemaVersion !== SCHEMA_VERSION) throw unreadableEvent(recorded);
  return { ...(data as object), type } as CredentialEvent;
}
