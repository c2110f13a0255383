import type { EnvelopeSealer, Secrets } from '@caisson/engine';
import {
  handleCommand,
  type CommandContext,
  type CommandRuntime,
  type DocumentStore,
  type StoredDocument,
} from '@caisson/event-sourcing';
import { deterministicId } from '@caisson/kernel';
import type { CredentialRejection } from '../domain/credential.js';
import { credentialAggregate, credentialPlace } from './credential.aggregate.js';
import { TENANCY_COLLECTIONS, type CredentialDocument, type CredentialSecretDocument } from './tenancy-documents.js';

/** Credentials that are read at once, and how often: far more than a tenant has. */
const [PAGE_ITEMS, PAGES_MAX] = [200, 100];

/** Which values a credential has from now on. */
export interface StoreCredentialInput {
  readonly name: string;
  /** Never kept in the clear. */
  readonly values: Secrets;
  readonly context: CommandContext;
}

/** Which credential goes. */
export interface RemoveCredentialInput {
  readonly name: string;
  readonly context: CommandContext;
}

/** Whose credentials are put under the newest key. */
export interface RewrapCredentialsInput {
  readonly context: CommandContext;
}

type Page = readonly StoredDocument<CredentialDocument>[];

/** Keeps the credentials of a tenant. Nothing here ever gives out a value. */
export class ManageCredentials {
  constructor(
    private readonly runtime: CommandRuntime,
    private readonly documents: DocumentStore,
    private readonly sealer: EnvelopeSealer,
  ) {}

  /**
   * Stores values as the next version.
   *
   * @throws Fault as `handleCommand` does.
   */
  async store({ context, name, values }: StoreCredentialInput): Promise<void> {
    const text = JSON.stringify(values);
    const seal = (version: number) => this.sealer.seal(text, credentialPlace(context.tenantId, name, version));
    const command = { type: 'StoreCredential', name, variables: Object.keys(values) } as const;
    await handleCommand(this.runtime, credentialAggregate(seal), { id: name, command, context });
  }

  /**
   * Removes a credential and destroys its values; a refusal when there is none.
   *
   * @throws Fault as `handleCommand` does.
   */
  async remove({ context, name }: RemoveCredentialInput): Promise<CredentialRejection | undefined> {
    const command = { type: 'RemoveCredential' } as const;
    const none = credentialAggregate(() => undefined);
    const handled = await handleCommand(this.runtime, none, { id: name, command, context });
    return handled.outcome === 'rejected' ? handled.rejection : undefined;
  }

  /**
   * Puts the tenant's credentials under the newest key of the installation, so that older keys can go. Stopped half way
   * it is only repeated. One whose values change meanwhile is under that key already. Answers how many were not.
   *
   * @throws Fault `secret-unreadable` for one whose key is not configured any more; those before it are done.
   */
  async rewrap({ context }: RewrapCredentialsInput): Promise<number> {
    let [rewrapped, afterId]: [number, string | undefined] = [0, undefined];
    for (let page = 0; page < PAGES_MAX; page += 1) {
      const found: Page = await this.page(context.tenantId, afterId);
      for (const { body, id } of found) {
        if (body.keyId === this.sealer.keyId) continue;
        await this.rewrapOne(id, context);
        rewrapped += 1;
      }
      if (found.length < PAGE_ITEMS) break;
      afterId = found.at(-1)?.id;
    }
    return rewrapped;
  }

  private page(tenantId: string, afterId: string | undefined): Promise<Page> {
    const after = afterId === undefined ? {} : { afterId };
    const { credential: collection } = TENANCY_COLLECTIONS;
    return this.documents.find({ tenantId, collection, equals: { status: 'active' }, limit: PAGE_ITEMS, ...after });
  }

  private async rewrapOne(name: string, context: CommandContext): Promise<void> {
    const { credentialSecret } = TENANCY_COLLECTIONS;
    const secret = await this.documents.get<CredentialSecretDocument>(context.tenantId, credentialSecret, name);
    if (secret?.body.envelope === undefined) return;
    const { envelope, version } = secret.body;
    const rewrapped = this.sealer.rewrap(envelope, credentialPlace(context.tenantId, name, version));
    await handleCommand(
      this.runtime,
      credentialAggregate(() => rewrapped),
      {
        id: name,
        command: { type: 'RewrapCredential', version, keyId: this.sealer.keyId },
        context: { ...context, commandId: deterministicId('rewrap', context.commandId, name) },
      },
    );
  }
}
