import { handleCommand, type CommandContext, type CommandRuntime, type DocumentStore } from '@caisson/event-sourcing';
import { principalAggregate } from './principal.aggregate.js';
import { TENANCY_COLLECTIONS, type PasswordDocument } from './tenancy-documents.js';
import type { PasswordHasher } from './tenancy-ports.js';

/** Who changes its password, in which session. */
export interface ChangePasswordInput {
  readonly currentPassword: string;
  /** Checked for length; never kept. */
  readonly newPassword: string;
  readonly sessionId: string;
  readonly context: CommandContext;
}

/** What became of a change of password. */
export type PasswordChange =
  | { readonly outcome: 'accepted' }
  | { readonly outcome: 'rejected'; readonly rejection: { readonly code: 'password-wrong' | 'session-ended' } };

/** Replaces a password and ends all other sessions. */
export class ChangePassword {
  constructor(
    private readonly runtime: CommandRuntime,
    private readonly documents: DocumentStore,
    private readonly hasher: PasswordHasher,
  ) {}

  /** @throws Fault of the store, and `too-busy` of the hasher; both retryable. */
  async execute({ context, currentPassword, newPassword, sessionId }: ChangePasswordInput): Promise<PasswordChange> {
    const { actor: id, tenantId } = context;
    const credential = await this.documents.get<PasswordDocument>(tenantId, TENANCY_COLLECTIONS.password, id);
    const fits = await this.hasher.verify(credential?.body.passwordHash, currentPassword);
    if (!fits) return { outcome: 'rejected', rejection: { code: 'password-wrong' } };
    const passwordHash = await this.hasher.hash(newPassword);
    const handled = await handleCommand(this.runtime, principalAggregate({ passwordHash }), {
      id,
      command: { type: 'ChangePassword', keptSessionId: sessionId },
      context,
    });
    return handled.outcome === 'accepted'
      ? { outcome: 'accepted' }
      : { outcome: 'rejected', rejection: { code: 'session-ended' } };
  }
}
