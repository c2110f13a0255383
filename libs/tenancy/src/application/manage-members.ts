import type { Role } from '@caisson/contracts';
import { handleCommand, type CommandContext, type CommandRuntime } from '@caisson/event-sourcing';
import { deterministicId } from '@caisson/kernel';
import type { TenantCommand, TenantRejection } from '../domain/tenant.commands.js';
import type { SecretMint } from './tenancy-ports.js';
import { tenantAggregate } from './tenant.aggregate.js';

const INVITATION_MS = 7 * 24 * 60 * 60 * 1000;

/** Who is invited, as what. */
export interface InviteInput {
  readonly role: Role;
  readonly context: CommandContext;
}

/** Which invitation is taken back. */
export interface RevokeInvitationInput {
  readonly invitationId: string;
  readonly context: CommandContext;
}

/** Who gets which role. */
export interface ChangeRoleInput {
  readonly principalId: string;
  readonly role: Role;
  readonly context: CommandContext;
}

/** Who goes. */
export interface RemoveMemberInput {
  readonly principalId: string;
  readonly context: CommandContext;
}

/** An invitation with its secret, which is shown this once. */
export type Invited =
  | {
      readonly outcome: 'accepted';
      readonly invitation: { readonly id: string; readonly role: Role; readonly expiresAt: string };
      readonly secret: string;
    }
  | { readonly outcome: 'rejected'; readonly rejection: TenantRejection | { readonly code: 'secret-shown' } };

/** Invites members, changes what they may do, and shows them the door. */
export class ManageMembers {
  constructor(
    private readonly runtime: CommandRuntime,
    private readonly mint: SecretMint,
  ) {}

  /** @throws Fault as `handleCommand` does. */
  async invite({ context, role }: InviteInput): Promise<Invited> {
    const { actor: invitedBy, commandId, tenantId } = context;
    const invitationId = deterministicId('invitation', tenantId, commandId);
    const secret = this.mint.make({ tenantId, id: invitationId });
    const at = this.runtime.clock.now();
    const expiresAt = new Date(Date.parse(at) + INVITATION_MS).toISOString();
    const command = { type: 'InviteMember', invitationId, role, invitedBy, at, expiresAt } as const;
    const aggregate = tenantAggregate({ invitationId, role, hash: secret.hash });
    const handled = await handleCommand(this.runtime, aggregate, { id: tenantId, command, context });
    if (handled.outcome === 'rejected') return handled;
    if (handled.repeated) return { outcome: 'rejected', rejection: { code: 'secret-shown' } };
    return { outcome: 'accepted', invitation: { id: invitationId, role, expiresAt }, secret: secret.text };
  }

  /** Why not; undefined when it is so now. @throws Fault as `handleCommand` does. */
  revokeInvitation({ context, invitationId }: RevokeInvitationInput): Promise<TenantRejection | undefined> {
    return this.send({ type: 'RevokeInvitation', invitationId }, context);
  }

  /** Why not; undefined when it is so now. @throws Fault as `handleCommand` does. */
  changeRole({ context, principalId, role }: ChangeRoleInput): Promise<TenantRejection | undefined> {
    return this.send({ type: 'ChangeRole', principalId, role }, context);
  }

  /** Why not; undefined when it is so now. @throws Fault as `handleCommand` does. */
  remove({ context, principalId }: RemoveMemberInput): Promise<TenantRejection | undefined> {
    return this.send({ type: 'RemoveMember', principalId }, context);
  }

  private async send(command: TenantCommand, context: CommandContext): Promise<TenantRejection | undefined> {
    const handled = await handleCommand(this.runtime, tenantAggregate(), { id: context.tenantId, command, context });
    return handled.outcome === 'rejected' ? handled.rejection : undefined;
  }
}
