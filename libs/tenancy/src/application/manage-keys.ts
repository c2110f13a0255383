import type { Role } from '@caisson/contracts';
import { handleCommand, type CommandContext, type CommandRuntime, type DocumentStore } from '@caisson/event-sourcing';
import { deterministicId } from '@caisson/kernel';
import type { KeyRejection } from '../domain/api-key.js';
import { keyAggregate } from './api-key.aggregate.js';
import { TENANCY_COLLECTIONS, type KeyDocument, type KeySecretDocument } from './tenancy-documents.js';
import type { SecretMint } from './tenancy-ports.js';

/** Which key is wanted. */
export interface IssueKeyInput {
  readonly name: string;
  readonly role: Role;
  readonly expiresAt?: string;
  readonly context: CommandContext;
}

/** Which key gets a new secret, and how long the old one is good beside it. */
export interface RotateKeyInput {
  readonly keyId: string;
  readonly overlapMs: number;
  readonly context: CommandContext;
}

/** Which key is taken back. */
export interface RevokeKeyInput {
  readonly keyId: string;
  readonly context: CommandContext;
}

/** Why a key was not given. `secret-shown`: the same command gave it before, and nobody keeps it. */
export type KeyGivingRejection = KeyRejection | { readonly code: 'secret-shown' };

/** A key with its secret, which is shown this once. */
export type KeyGiven =
  | { readonly outcome: 'accepted'; readonly key: KeyDocument; readonly secret: string }
  | { readonly outcome: 'rejected'; readonly rejection: KeyGivingRejection };

/** Issues API keys, replaces their secrets, and takes them back. */
export class ManageKeys {
  constructor(
    private readonly runtime: CommandRuntime,
    private readonly documents: DocumentStore,
    private readonly mint: SecretMint,
  ) {}

  /** @throws Fault as `handleCommand` does. */
  async issue({ context, ...facts }: IssueKeyInput): Promise<KeyGiven> {
    const keyId = deterministicId('key', context.tenantId, context.commandId);
    const secret = this.mint.make({ tenantId: context.tenantId, id: keyId });
    const secrets = { generation: 1, secrets: [{ hash: secret.hash }] };
    const command = { type: 'IssueKey', keyId, ...facts } as const;
    const handled = await handleCommand(this.runtime, keyAggregate(secrets), { id: keyId, command, context });
    return this.given(handled, { context, keyId, secret: secret.text });
  }

  /** @throws Fault as `handleCommand` does. */
  async rotate({ context, keyId, overlapMs }: RotateKeyInput): Promise<KeyGiven> {
    const { tenantId } = context;
    const before = await this.documents.get<KeySecretDocument>(tenantId, TENANCY_COLLECTIONS.keySecret, keyId);
    if (before === undefined) return refused({ code: 'key-not-found' });
    const { generation, secrets } = before.body;
    const at = this.runtime.clock.now();
    const previousUntil = new Date(Date.parse(at) + overlapMs).toISOString();
    const secret = this.mint.make({ tenantId, id: keyId });
    const newest = secrets
      .filter(({ until }) => until === undefined)
      .map(({ hash }) => ({ hash, until: previousUntil }));
    const after = { generation: generation + 1, secrets: [{ hash: secret.hash }, ...newest] };
    const command = { type: 'RotateKey', generation, at, previousUntil } as const;
    const handled = await handleCommand(this.runtime, keyAggregate(after), { id: keyId, command, context });
    return this.given(handled, { context, keyId, secret: secret.text });
  }

  /** @throws Fault as `handleCommand` does. */
  async revoke({ context, keyId }: RevokeKeyInput): Promise<KeyRejection | undefined> {
    const command = { type: 'RevokeKey' } as const;
    const none: KeySecretDocument = { generation: 0, secrets: [] };
    const handled = await handleCommand(this.runtime, keyAggregate(none), { id: keyId, command, context });
    return handled.outcome === 'rejected' ? handled.rejection : undefined;
  }

  private async given(
    handled: { outcome: 'accepted'; repeated: boolean } | { outcome: 'rejected'; rejection: KeyRejection },
    { context, keyId, secret }: { context: CommandContext; keyId: string; secret: string },
  ): Promise<KeyGiven> {
    if (handled.outcome === 'rejected') return refused(handled.rejection);
    if (handled.repeated) return refused({ code: 'secret-shown' });
    const key = await this.documents.get<KeyDocument>(context.tenantId, TENANCY_COLLECTIONS.key, keyId);
    return key === undefined ? refused({ code: 'key-not-found' }) : { outcome: 'accepted', key: key.body, secret };
  }
}

function refused(rejection: KeyGivingRejection): KeyGiven {
  return { outcome: 'rejected', rejection };
}
