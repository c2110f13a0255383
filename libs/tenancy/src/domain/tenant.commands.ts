import type { Role } from '@caisson/contracts';
import type { Decision, Instant } from '@caisson/kernel';
import type { Ceilings, TenantEvent } from './tenant.events.js';

/** Brings a tenant into being, with its first administrator. The caller has proved that it may. */
export interface FoundTenant {
  readonly type: 'FoundTenant';
  readonly name: string;
  readonly founder: { readonly principalId: string; readonly username: string };
}

/** Takes somebody in. The caller has proved that it may. */
export interface AddMember {
  readonly type: 'AddMember';
  readonly principalId: string;
  readonly username: string;
  readonly role: Role;
}

/** Lets somebody come in by themselves, once. The secret of the invitation is kept elsewhere. */
export interface InviteMember {
  readonly type: 'InviteMember';
  readonly invitationId: string;
  readonly role: Role;
  /** The member or key that answers for it. */
  readonly invitedBy: string;
  readonly at: Instant;
  readonly expiresAt: Instant;
}

/** Takes an invitation back that nobody has used. */
export interface RevokeInvitation {
  readonly type: 'RevokeInvitation';
  readonly invitationId: string;
}

/** Comes in by an invitation. The caller has proved that it holds it. */
export interface AcceptInvitation {
  readonly type: 'AcceptInvitation';
  readonly invitationId: string;
  readonly principalId: string;
  readonly username: string;
  readonly at: Instant;
}

/** Gives a member another role. */
export interface ChangeRole {
  readonly type: 'ChangeRole';
  readonly principalId: string;
  readonly role: Role;
}

/** Shows a member the door. */
export interface RemoveMember {
  readonly type: 'RemoveMember';
  readonly principalId: string;
}

/** Ceilings to set; a quota that is left out keeps its own. */
export type AskedCeilings = { readonly [Name in keyof Ceilings]: Ceilings[Name] | undefined };

/** Says how much the tenant may have. */
export interface ChangeQuotas {
  readonly type: 'ChangeQuotas';
  readonly ceilings: AskedCeilings;
}

/** Everything that a tenant judges. */
export type TenantCommand =
  | FoundTenant
  | AddMember
  | InviteMember
  | RevokeInvitation
  | AcceptInvitation
  | ChangeRole
  | RemoveMember
  | ChangeQuotas;

/** Why a tenant says no. Codes are stable. */
export type TenantRejection =
  | { readonly code: 'tenant-exists'; readonly name: string }
  | { readonly code: 'tenant-not-found' }
  | { readonly code: 'username-taken'; readonly username: string }
  | { readonly code: 'members-exhausted'; readonly limit: number }
  | { readonly code: 'member-not-found' }
  /** Without an administrator nobody could let anybody in again. */
  | { readonly code: 'last-admin' }
  /** It was never made, was used, or has ended: which of them is not told. */
  | { readonly code: 'invitation-invalid' }
  /** It is not open: was never made, was used, or was taken back. */
  | { readonly code: 'invitation-not-found' }
  /** Who invites was an administrator when it asked, and is none any more. */
  | { readonly code: 'inviter-not-admin' }
  | { readonly code: 'invitations-exhausted'; readonly limit: number };

/** What became of a command to a tenant. */
export type TenantDecision = Decision<TenantEvent, TenantRejection>;
