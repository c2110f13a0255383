import { eventTypeOf } from '@caisson/contracts';
import {
  EngineFailure,
  type CredentialSource,
  type CredentialUse,
  type EnvelopeSealer,
  type Secrets,
} from '@caisson/engine';
import { handleCommand, type Aggregate, type CommandRuntime, type DocumentStore } from '@caisson/event-sourcing';
import { accept, type IdGenerator } from '@caisson/kernel';
import { credentialPlace } from './credential.aggregate.js';
import { TENANCY_COLLECTIONS, type CredentialSecretDocument } from './tenancy-documents.js';

const SCHEMA_VERSION = 1;

/** What is recorded of a use. */
interface CredentialUsed extends Omit<CredentialUse, 'tenantId'> {
  readonly type: 'CredentialUsed';
  readonly version: number;
}

/** A use is a stream of one fact: uses of one credential side by side never wait for each other. */
const useAggregate: Aggregate<undefined, CredentialUsed, CredentialUsed, never> = {
  category: 'credential_use',
  decider: { initialState: undefined, decide: (_state, used) => accept(used), evolve: () => undefined },
  encode: ({ type, ...data }) => ({
    ...{ type, schemaVersion: SCHEMA_VERSION, data },
    publicForm: { type: eventTypeOf('tenancy', 'credential-used') },
  }),
  decode: ({ data, type }) => ({ ...(data as object), type }) as CredentialUsed,
};

/** What gives out credentials. */
export interface UseCredentialParts {
  readonly runtime: CommandRuntime;
  readonly documents: DocumentStore;
  readonly sealer: EnvelopeSealer;
  readonly ids: IdGenerator;
}

/** Gives the values of a credential to a call of an engine, and records that before. */
export class UseCredential implements CredentialSource {
  constructor(private readonly parts: UseCredentialParts) {}

  async use({ tenantId, ...use }: CredentialUse): Promise<Secrets> {
    const { documents, ids, runtime, sealer } = this.parts;
    const { name, runId } = use;
    const { credentialSecret } = TENANCY_COLLECTIONS;
    const secret = await documents.get<CredentialSecretDocument>(tenantId, credentialSecret, name);
    if (secret?.body.envelope === undefined) throw notFound(name);
    const { envelope, version } = secret.body;
    const id = ids.next();
    const story = { commandId: id, correlationId: runId, causationId: runId, actor: `service:${runtime.service}` };
    await handleCommand(runtime, useAggregate, {
      id,
      command: { type: 'CredentialUsed', ...use, version },
      context: { tenantId, ...story },
    });
    return JSON.parse(sealer.open(envelope, credentialPlace(tenantId, name, version))) as Secrets;
  }
}

function notFound(name: string): EngineFailure {
  const message = `There is no credential "${name}". Store it with PUT /api/v1/credentials/${name}, or name another.`;
  return new EngineFailure('credential-not-found', message, { errorClass: 'permanent' });
}
