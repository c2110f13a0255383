import { eventTypeOf } from '@caisson/contracts';
import {
  EngineFailure,
  type CredentialSource,
  type CredentialUse,
  type EnvelopeSealer,
  type ErrorClass,
  type Secrets,
} from '@caisson/engine';
import { handleCommand, type Aggregate, type CommandRuntime, type DocumentStore } from '@caisson/event-sourcing';
import { accept, messageOf, type IdGenerator } from '@caisson/kernel';
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
    const secret = await this.read(tenantId, use.name);
    await this.record(tenantId, { ...use, version: secret.version });
    return this.opened(tenantId, use.name, secret);
  }

  private async read(tenantId: string, name: string): Promise<Required<CredentialSecretDocument>> {
    const { credentialSecret } = TENANCY_COLLECTIONS;
    const read = this.parts.documents.get<CredentialSecretDocument>(tenantId, credentialSecret, name);
    const secret = await read.catch((error: unknown) => Promise.reject(unavailable(name, error)));
    const { envelope, version } = secret?.body ?? {};
    if (envelope === undefined || version === undefined) throw notFound(name);
    return { envelope, version };
  }

  private async record(tenantId: string, used: Omit<CredentialUsed, 'type'>): Promise<void> {
    const { ids, runtime } = this.parts;
    const { name, runId } = used;
    const id = ids.next();
    const story = { commandId: id, correlationId: runId, causationId: runId, actor: `service:${runtime.service}` };
    const command = { type: 'CredentialUsed', ...used } as const;
    try {
      await handleCommand(runtime, useAggregate, { id, command, context: { tenantId, ...story } });
    } catch (error) {
      throw unavailable(name, error);
    }
  }

  private opened(tenantId: string, name: string, { envelope, version }: Required<CredentialSecretDocument>): Secrets {
    try {
      return JSON.parse(this.parts.sealer.open(envelope, credentialPlace(tenantId, name, version))) as Secrets;
    } catch (error) {
      throw failed('credential-unreadable', `The credential "${name}" cannot be opened: ${messageOf(error)}`);
    }
  }
}

/** The engine was not asked yet, whatever it is. */
function failed(code: string, message: string, errorClass: ErrorClass = 'permanent'): EngineFailure {
  return new EngineFailure(code, message, { errorClass, untouched: true });
}

function unavailable(name: string, error: unknown): EngineFailure {
  return failed(
    'credential-unavailable',
    `The credential "${name}" cannot be had now: ${messageOf(error)}`,
    'transient',
  );
}

function notFound(name: string): EngineFailure {
  const remedy = `Store it with PUT /api/v1/credentials/${name}, or name another.`;
  return failed('credential-not-found', `There is no credential "${name}". ${remedy}`);
}
